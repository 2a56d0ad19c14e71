extension Timestamp {
  /// Reads an instant, or nil where the text is none.
  ///
  /// Accepted is RFC 3339, `2024-02-29T12:30:00Z`, and what databases and spreadsheets make of it: a space
  /// or `t` for the `T`, no seconds, a fraction of any length (cut after microseconds), any offset up to 14
  /// hours as `+02:00`, `+0200` or `+02`, also behind a space, and `UTC` or `GMT`. A text without an
  /// offset is a time of the clock's zone, a date alone the instant at which it begins there. Of a time
  /// that comes twice, as clocks are set back, it is the first; one that clocks set forward leave out is
  /// as much later as they are set. ASCII blanks around are ignored. The years 0000 to 9999 are read; see
  /// ``accepted`` for the years that events may have.
  ///
  /// Not accepted are dates in other orders and numbers since an epoch, which ``TimeReading`` reads.
  public init?(_ text: some StringProtocol, in clock: Clock = .utc) {
    let utf8 = Array(text.utf8)
    guard let time = utf8.withUnsafeBufferPointer({ WrittenTime($0) }) else { return nil }
    self = time.instant(in: clock)
  }
}

/// A time as it is written: what clocks show, and how far they are from universal time if that is said.
struct WrittenTime {
  /// Microseconds since 1970-01-01T00:00:00, as clocks show them.
  var wallMicroseconds: Int64
  /// In microseconds; nil where none is said.
  var offset: Int64?
  /// Whether it is a date alone.
  var isDate = false

  /// Reads the forms of ``Timestamp/init(_:in:)``.
  init?(_ bytes: UnsafeBufferPointer<UInt8>) {
    var scanner = DigitScanner(bytes: trimmingBlanks(bytes))
    guard let year = scanner.number(digits: 4), scanner.skip(ascii("-")),
      let month = scanner.number(digits: 2), scanner.skip(ascii("-")),
      let day = scanner.number(digits: 2),
      (1...12).contains(month), day >= 1, day <= CivilDate.daysInMonth(month, of: year)
    else { return nil }
    let midnight = Int64(CivilDate.daysSince1970(year: year, month: month, day: day)) * 86_400
    if scanner.isAtEnd {
      (wallMicroseconds, isDate) = (midnight * 1_000_000, true)
      return
    }
    guard scanner.skip(ascii("T")) || scanner.skip(ascii(" ")) || scanner.skip(ascii("t")),
      let hour = scanner.number(digits: 2), hour < 24, scanner.skip(ascii(":")),
      let minute = scanner.number(digits: 2), minute < 60
    else { return nil }
    var (second, fraction) = (0, 0)
    if scanner.skip(ascii(":")) {
      guard let seconds = scanner.number(digits: 2), seconds <= 60,
        let microseconds = scanner.fractionInMicroseconds()
      else { return nil }
      (second, fraction) = (seconds, microseconds)
    }
    guard let zone = scanner.offset(), scanner.isAtEnd else { return nil }
    let seconds = midnight + Int64(hour * 3600 + minute * 60 + second)
    // A leap second stands at the end of a UTC day, so the instant after it is a midnight.
    if second == 60, (seconds - Int64(zone.seconds ?? 0)) % 86_400 != 0 { return nil }
    wallMicroseconds = seconds * 1_000_000 + Int64(fraction)
    offset = zone.seconds.map { Int64($0) * 1_000_000 }
  }

  init(wallMicroseconds: Int64, offset: Int64?, isDate: Bool) {
    self.wallMicroseconds = wallMicroseconds
    self.offset = offset
    self.isDate = isDate
  }

  /// The instant, where what has no offset is of a clock's zone.
  func instant(in clock: Clock) -> Timestamp {
    if let offset { return Timestamp(microseconds: wallMicroseconds - offset) }
    return isDate
      ? clock.start(ofDay: Int(floorDivide(wallMicroseconds, Timestamp.microsecondsPerDay)))
      : clock.instant(ofWallTime: wallMicroseconds)
  }
}

func ascii(_ character: Unicode.Scalar) -> UInt8 { UInt8(ascii: character) }

/// The bytes without spaces and tabs at either end.
func trimmingBlanks(_ bytes: UnsafeBufferPointer<UInt8>) -> UnsafeBufferPointer<UInt8> {
  var start = 0
  var end = bytes.count
  while start < end, bytes[start] == 0x20 || bytes[start] == 0x09 { start += 1 }
  while end > start, bytes[end - 1] == 0x20 || bytes[end - 1] == 0x09 { end -= 1 }
  return UnsafeBufferPointer(rebasing: bytes[start..<end])
}

/// Reads fixed-width numbers from the front of some bytes.
struct DigitScanner {
  let bytes: UnsafeBufferPointer<UInt8>
  var position = 0

  init(bytes: UnsafeBufferPointer<UInt8>) { self.bytes = bytes }

  var isAtEnd: Bool { position == bytes.count }

  mutating func skip(_ byte: UInt8) -> Bool {
    guard position < bytes.count, bytes[position] == byte else { return false }
    position += 1
    return true
  }

  mutating func number(digits: Int) -> Int? {
    guard position + digits <= bytes.count else { return nil }
    var value = 0
    for index in position..<position + digits {
      let digit = bytes[index] &- 0x30
      guard digit < 10 else { return nil }
      value = value * 10 + Int(digit)
    }
    position += digits
    return value
  }

  /// A number of up to so many digits.
  mutating func number(mostDigits: Int) -> Int? {
    var end = position
    while end < bytes.count, end - position < mostDigits, bytes[end] &- 0x30 < 10 { end += 1 }
    return end > position ? number(digits: end - position) : nil
  }

  /// The position of the English name that stands here, whole or in its first three letters, in any case.
  mutating func name(of names: [String]) -> Int? {
    for (index, name) in names.enumerated() {
      for length in Set([name.utf8.count, min(3, name.utf8.count)]).sorted(by: >) {
        let end = position + length
        guard end <= bytes.count else { continue }
        let isSame = zip(bytes[position..<end], name.utf8).allSatisfy { ($0 | 0x20) == ($1 | 0x20) }
        if isSame {
          position = end
          return index
        }
      }
    }
    return nil
  }

  mutating func skipBlanks() {
    while position < bytes.count, bytes[position] == 0x20 || bytes[position] == 0x09 {
      position += 1
    }
  }

  mutating func fractionInMicroseconds() -> Int? {
    skip(ascii(".")) || skip(ascii(",")) ? microseconds() : 0
  }

  /// The digits of a fraction of a second, cut after six.
  mutating func microseconds() -> Int? {
    var value = 0
    var digits = 0
    while position < bytes.count, bytes[position] &- 0x30 < 10 {
      if digits < 6 { value = value * 10 + Int(bytes[position] &- 0x30) }
      digits += 1
      position += 1
    }
    guard digits > 0 else { return nil }
    for _ in 0..<max(0, 6 - digits) { value *= 10 }
    return value
  }

  /// An offset, if one is written.
  struct Zone {
    var seconds: Int?
  }

  /// The offset that is written, if one is: `Z`, `UTC`, `+02:00`, `+0200` or `+02`, also behind a blank; nil
  /// where something else stands there.
  mutating func offset() -> Zone? {
    if isAtEnd { return Zone() }
    _ = skip(ascii(" "))
    if skip(ascii("Z")) || skip(ascii("z")) || skip("UTC") || skip("GMT") {
      return Zone(seconds: 0)
    }
    let sign: Int
    if skip(ascii("+")) {
      sign = 1
    } else if skip(ascii("-")) {
      sign = -1
    } else {
      return nil
    }
    guard let hours = number(digits: 2) else { return nil }
    var minutes = 0
    if skip(ascii(":")) || (position < bytes.count && bytes[position] &- 0x30 < 10) {
      guard let digits = number(digits: 2), digits < 60 else { return nil }
      minutes = digits
    }
    guard hours * 60 + minutes <= 14 * 60 else { return nil }
    return Zone(seconds: sign * (hours * 3600 + minutes * 60))
  }

  private mutating func skip(_ text: StaticString) -> Bool {
    let end = position + text.utf8CodeUnitCount
    let expected = UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount)
    guard end <= bytes.count, expected.elementsEqual(bytes[position..<end]) else { return false }
    position = end
    return true
  }
}
