/// A form of times in the letters of `strptime`, such as `%d/%m/%Y %H:%M`.
///
/// Known are `%Y` (four digits), `%y` (69 to 99 are 1969 to 1999, 00 to 68 are 2000 to 2068), `%m`, `%d`,
/// `%e`, `%j` (day of the year), `%b`, `%B` and `%h` (English names of months), `%a` and `%A` (English names
/// of days, not checked), `%H`, `%k`, `%I`, `%l`, `%p` (AM or PM), `%M`, `%S`, `%f` (a fraction of a second), `%s` (seconds
/// since 1970), `%z` (`Z`, `+02:00`, `+0200` or `+02`), `%Z` (`UTC`, `GMT` or `Z`), `%F`, `%T`, `%R`,
/// `%D`, `%n`, `%t` and `%%`. Numbers may lack leading zeros; a blank stands for any number of blanks; all
/// other characters stand for themselves.
public struct TimeFormat: Sendable, Hashable, CustomStringConvertible {
  /// The format as it is written.
  public let description: String

  private enum Part: Sendable, Hashable {
    case literal(UInt8)
    case blanks
    case field(UInt8)
  }

  private let parts: [Part]

  /// Reads a format.
  ///
  /// - Throws: ``TimeFormatError`` for letters that are not known, and where no date can come of it.
  public init(_ text: String) throws(TimeFormatError) {
    description = text
    var parts: [Part] = []
    var bytes = Array(text.utf8)[...]
    while let byte = bytes.popFirst() {
      guard byte == ascii("%") else {
        parts.append(byte == 0x20 || byte == 0x09 ? .blanks : .literal(byte))
        continue
      }
      guard let letter = bytes.popFirst() else { throw .endsInPercent(format: text) }
      switch letter {
      case ascii("%"): parts.append(.literal(letter))
      case ascii("n"), ascii("t"): parts.append(.blanks)
      case ascii("F"): parts += Self.fields("Y-m-d")
      case ascii("T"): parts += Self.fields("H:M:S")
      case ascii("R"): parts += Self.fields("H:M")
      case ascii("D"): parts += Self.fields("m/d/y")
      case ascii("e"): parts += [.blanks, .field(ascii("d"))]
      case ascii("k"): parts += [.blanks, .field(ascii("H"))]
      case ascii("l"): parts += [.blanks, .field(ascii("I"))]
      case ascii("B"), ascii("h"): parts.append(.field(ascii("b")))
      case ascii("A"): parts.append(.field(ascii("a")))
      default:
        guard "YymdjbaHIpMSfszZ".utf8.contains(letter) else {
          throw .unknownLetter(format: text, letter: String(UnicodeScalar(letter)))
        }
        parts.append(.field(letter))
      }
    }
    self.parts = parts
    let letters = Set(parts.compactMap { if case .field(let letter) = $0 { letter } else { nil } })
    func has(_ text: String) -> Bool { text.utf8.contains(where: letters.contains) }
    guard has("s") || (has("Yy") && (has("j") || (has("mb") && has("d")))) else {
      throw .noDate(format: text)
    }
    guard has("I") == has("p") else { throw .halfDay(format: text) }
  }

  private static func fields(_ letters: String) -> [Part] {
    letters.utf8.map { (0x41...0x7A).contains($0) ? .field($0) : .literal($0) }
  }

  /// The time that a text is in this form; nil where it is none.
  func time(_ bytes: UnsafeBufferPointer<UInt8>) -> WrittenTime? {
    var scanner = DigitScanner(bytes: trimmingBlanks(bytes))
    var fields = Fields()
    for part in parts {
      switch part {
      case .literal(let byte): guard scanner.skip(byte) else { return nil }
      case .blanks: scanner.skipBlanks()
      case .field(let letter): guard fields.read(letter, &scanner) else { return nil }
      }
    }
    return scanner.isAtEnd ? fields.time : nil
  }

  /// What the fields of a text say.
  private struct Fields {
    private var year: Int?
    private var month: Int?
    private var day: Int?
    private var dayOfYear: Int?
    private var hour = 0
    private var isAfternoon: Bool?
    private var minute = 0
    private var second = 0
    private var microsecond = 0
    private var epochSeconds: Int64?
    private var offset: Int?

    mutating func read(_ letter: UInt8, _ scanner: inout DigitScanner) -> Bool {
      func number(_ most: Int, _ range: ClosedRange<Int>) -> Int? {
        scanner.number(mostDigits: most).flatMap { range.contains($0) ? $0 : nil }
      }
      switch letter {
      case ascii("Y"): year = scanner.number(digits: 4)
      case ascii("y"): year = scanner.number(digits: 2).map { $0 < 69 ? 2000 + $0 : 1900 + $0 }
      case ascii("m"): month = number(2, 1...12)
      case ascii("d"): day = number(2, 1...31)
      case ascii("j"): dayOfYear = number(3, 1...366)
      case ascii("b"): month = scanner.name(of: Self.months).map { $0 + 1 }
      case ascii("a"): return scanner.name(of: Self.weekdays) != nil
      case ascii("H"): return number(2, 0...23).map { hour = $0 } != nil
      case ascii("I"): return number(2, 1...12).map { hour = $0 % 12 } != nil
      case ascii("p"): return scanner.name(of: ["AM", "PM"]).map { isAfternoon = $0 == 1 } != nil
      case ascii("M"): return number(2, 0...59).map { minute = $0 } != nil
      case ascii("S"): return number(2, 0...60).map { second = $0 } != nil
      case ascii("f"): return scanner.microseconds().map { microsecond = $0 } != nil
      case ascii("s"): return scanner.number(mostDigits: 11).map { epochSeconds = Int64($0) } != nil
      default:
        guard let zone = scanner.offset(), let seconds = zone.seconds else { return false }
        offset = seconds
      }
      switch letter {
      case ascii("Y"), ascii("y"): return year != nil
      case ascii("m"), ascii("b"): return month != nil
      case ascii("d"): return day != nil
      case ascii("j"): return dayOfYear != nil
      default: return true
      }
    }

    var time: WrittenTime? {
      if let epochSeconds {
        return WrittenTime(
          wallMicroseconds: epochSeconds * 1_000_000 + Int64(microsecond), offset: 0, isDate: false)
      }
      guard let year else { return nil }
      var days = CivilDate.daysSince1970(year: year, month: 1, day: 1)
      if let month, let day {
        guard let date = CivilDate(year: year, month: month, day: day) else { return nil }
        days = date.daysSince1970
      } else {
        guard let dayOfYear, dayOfYear < 366 || CivilDate.isLeap(year) else { return nil }
        days += dayOfYear - 1
      }
      let hours = hour + (isAfternoon == true ? 12 : 0)
      let seconds = days * 86_400 + hours * 3600 + minute * 60 + second
      if second == 60, (seconds - (offset ?? 0)) % 86_400 != 0 { return nil }
      return WrittenTime(
        wallMicroseconds: Int64(seconds) * 1_000_000 + Int64(microsecond),
        offset: offset.map { Int64($0) * 1_000_000 }, isDate: false)
    }

    private static let months = [
      "January", "February", "March", "April", "May", "June", "July", "August", "September",
      "October", "November", "December",
    ]
    private static let weekdays = [
      "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday",
    ]
  }
}

/// Why a text is no form of times.
public enum TimeFormatError: Error, Hashable, Sendable, CustomStringConvertible {
  /// A letter behind a percent sign that is not known.
  case unknownLetter(format: String, letter: String)
  /// A percent sign is the last character.
  case endsInPercent(format: String)
  /// The fields do not make a date.
  case noDate(format: String)
  /// Hours of half a day need `%p`, which needs them.
  case halfDay(format: String)

  /// What is wrong, and the way out.
  public var description: String {
    switch self {
    case .unknownLetter(let format, let letter):
      "'\(format)': %\(letter) is not known; known are %Y %y %m %d %e %j %b %B %a %A %H %I %p %M %S %f "
        + "%s %z %Z %F %T %R %D %%"
    case .endsInPercent(let format): "'\(format)' ends in %: write %% for a percent sign"
    case .noDate(let format):
      "'\(format)' makes no date: give a year (%Y), a month (%m or %b) and a day (%d), or %s"
    case .halfDay(let format):
      "'\(format)': %I and %p go together: hours from 1 to 12, and AM or PM"
    }
  }
}
