/// Reads the numbers of a file whose cells are parted by `;`, where decimals may follow a comma.
///
/// `1234,56` is 1234.56, and `1.234,56` and `1.234.567`, whose points part thousands, are 1234.56 and 1234567.
/// `1.234` alone may be a thousand and some or one and some: it is the second, and in a file that has one of
/// the others, too, it is refused rather than guessed.
public struct DecimalForms: Sendable, Hashable {
  /// Where a form was met first.
  public struct Place: Sendable, Hashable {
    /// The line, counted from 1.
    public var line: Int
    /// The number as it is written.
    public let text: String
    /// What it was read as.
    public let number: Double
  }

  /// The first number with a decimal comma, or with points that can only part thousands.
  public private(set) var comma: Place?
  /// The first number whose point may part thousands.
  public private(set) var point: Place?

  /// Makes forms of which none was met.
  public init() {}

  /// Reads a number that stands on a line; nil where it is none.
  mutating func read(_ cell: UnsafeBufferPointer<UInt8>, line: Int) -> Double? {
    if let number = parseDecimal(cell) {
      if point == nil, Self.mayPartThousands(cell) { point = Self.place(cell, line, number) }
      return number
    }
    guard let number = Self.number(withComma: cell) else { return nil }
    if comma == nil { comma = Self.place(cell, line, number) }
    return number
  }

  /// Adds the forms of what follows in the same file, whose lines are counted from another one.
  mutating func add(_ other: DecimalForms, linesBefore: Int) {
    func moved(_ place: Place?) -> Place? {
      place.map { Place(line: $0.line + linesBefore, text: $0.text, number: $0.number) }
    }
    comma = comma ?? moved(other.comma)
    point = point ?? moved(other.point)
  }

  /// - Throws: ``EventLogError/severalDecimalForms(file:first:second:)`` where it is open what a point means.
  public func check(file: String) throws(EventLogError) {
    guard let comma, let point else { return }
    let places = [comma, point].sorted { $0.line < $1.line }
      .map { "\($0.text) on line \($0.line)" }
    throw .severalDecimalForms(file: file, first: places[0], second: places[1])
  }

  /// What was understood, as a sentence without its beginning; nil where nothing was left open.
  public var note: String? {
    comma.map {
      "numbers are read with a decimal comma: \($0.text) on line \($0.line) is \(formatted($0.number))"
    }
  }

  private static func place(
    _ cell: UnsafeBufferPointer<UInt8>, _ line: Int, _ number: Double
  ) -> Place {
    Place(
      line: line, text: String(decoding: trimmingBlanks(cell), as: UTF8.self), number: number)
  }

  private static func number(withComma cell: UnsafeBufferPointer<UInt8>) -> Double? {
    pointed(cell).flatMap { bytes in bytes.withUnsafeBufferPointer { parseDecimal($0) } }
  }

  /// A number with a decimal comma as one with a point, without points that part thousands; nil for all others.
  ///
  /// Digits, of which all but the first one to three stand in groups of three behind points, if any are parted,
  /// and behind a comma the decimals, if there are any.
  static func pointed(_ cell: UnsafeBufferPointer<UInt8>) -> [UInt8]? {
    let parts = trimmingBlanks(cell).split(
      separator: ascii(","), omittingEmptySubsequences: false)
    guard parts.count <= 2, var whole = parts.first else { return nil }
    var plain: [UInt8] = []
    if let sign = whole.first, sign == ascii("-") || sign == ascii("+") {
      plain.append(sign)
      whole = whole.dropFirst()
    }
    let groups = whole.split(separator: ascii("."), omittingEmptySubsequences: false)
    guard !whole.isEmpty, groups.joined().allSatisfy(isDigit) else { return nil }
    if groups.count > 1 {
      guard (1...3).contains(groups[0].count), groups.dropFirst().allSatisfy({ $0.count == 3 })
      else { return nil }
    }
    plain += groups.joined()
    guard parts.count == 2 else { return plain }
    guard !parts[1].isEmpty, parts[1].allSatisfy(isDigit) else { return nil }
    return plain + [ascii(".")] + parts[1]
  }

  /// Whether a number is one to three digits, of which the first is not 0, a point and three digits.
  private static func mayPartThousands(_ cell: UnsafeBufferPointer<UInt8>) -> Bool {
    guard cell.count >= 5, cell.contains(ascii(".")) else { return false }
    var digits = trimmingBlanks(cell)[...]
    if digits.first == ascii("-") || digits.first == ascii("+") { digits = digits.dropFirst() }
    let groups = digits.split(separator: ascii("."), omittingEmptySubsequences: false)
    return groups.count == 2 && (1...3).contains(groups[0].count) && groups[1].count == 3
      && groups[0].first != ascii("0") && groups.joined().allSatisfy(isDigit)
  }

  private static func isDigit(_ byte: UInt8) -> Bool { byte &- 0x30 < 10 }
}

extension [String] {
  /// The cells of a column in which all that are not absent are numbers, some with a decimal comma, with
  /// points instead, and the forms met; nil for all other columns.
  func pointingDecimals() -> (cells: [String], forms: DecimalForms)? {
    var forms = DecimalForms()
    var cells = self
    for (place, cell) in enumerated() where !isAbsent(cell, inNumbers: true) {
      var cell = cell
      let isNumber = cell.withUTF8 { bytes in
        guard forms.read(bytes, line: place + 1) != nil else { return false }
        if parseDecimal(bytes) == nil, let plain = DecimalForms.pointed(bytes) {
          cells[place] = String(decoding: plain, as: UTF8.self)
        }
        return true
      }
      guard isNumber else { return nil }
    }
    return forms.comma == nil ? nil : (cells, forms)
  }
}
