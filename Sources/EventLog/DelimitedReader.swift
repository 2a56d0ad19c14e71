/// Reads delimited text with a header line, record by record: CSV with `,`, `;`, tab or `|`, also gzipped.
///
/// The separator is the one that splits the header into most columns, a comma where they tie. Header
/// names are taken without blanks around them.
public struct DelimitedReader: ~Copyable {
  /// The column names, in the order of the file.
  public let header: [String]
  /// The name of the input, for errors.
  public let name: String

  /// How the numbers asked for so far are written.
  public private(set) var decimalForms = DecimalForms()

  private var scanner: DelimitedScanner
  private var recordCount = 0

  /// Opens an input and reads its header.
  ///
  /// - Throws: ``EventLogError`` where the input cannot be read, is empty or has no usable header.
  public init(_ input: Input) throws {
    let file = input.description
    try self.init(
      translatingDamage(file: file) { try LineScanner(ByteStream(input)) }, name: file)
  }

  init(_ lines: consuming LineScanner, name: String) throws {
    var opened = lines
    guard let first = try opened.firstContentLine() else { throw EventLogError.empty(file: name) }
    let separator = Self.sniffedSeparator(first)
    var scanner = DelimitedScanner(opened, separator: separator)
    guard try scanner.next() else { throw EventLogError.empty(file: name) }
    if scanner.problem == .tooLong {
      throw EventLogError.badHeader(
        file: name,
        reason:
          "the first line is longer than \(LineScanner.maximumRecordBytes) bytes, too long for a "
          + "header: look whether the file is CSV or JSON Lines")
    }
    guard scanner.problem == nil else {
      throw EventLogError.badHeader(
        file: name, reason: "the header has a quote that does not close: mend the first line")
    }
    guard isUTF8(scanner.record) else {
      throw EventLogError.badHeader(
        file: name, reason: "the header is not UTF-8 text: save the file as UTF-8")
    }
    var names: [String] = []
    for index in 0..<scanner.fieldCount {
      names.append(scanner.withField(index) { String(decoding: trimmingBlanks($0), as: UTF8.self) })
    }
    var known: Set<String> = []
    for column in names where !column.isEmpty {
      guard known.insert(column).inserted else {
        throw EventLogError.repeatedColumn(file: name, name: column)
      }
    }
    header = names
    self.name = name
    self.scanner = scanner
  }

  /// The line, counted from 1, on which the current record begins.
  public var line: Int { scanner.firstLine }

  /// The line on which the current record ends.
  public var lastLine: Int { scanner.lastLine }

  /// The number of cells of the current record.
  public var cellCount: Int { scanner.fieldCount }

  /// Moves to the next record; false at the end.
  ///
  /// - Throws: ``EventLogError`` where the input cannot be read on.
  public mutating func next() throws -> Bool {
    do {
      guard try scanner.next() else { return false }
      recordCount += 1
      return true
    } catch let damage as ByteStream.Damage {
      throw damage.asError(file: name, recordsRead: recordCount)
    }
  }

  /// What is left behind the current record, to be read in another way.
  consuming func remainder() -> (
    rest: [UInt8], separator: UInt8, terminator: UInt8, lineCount: Int
  ) {
    let separator = scanner.separator
    let (rest, terminator, lineCount) = scanner.remainder()
    return (rest, separator, terminator, lineCount)
  }

  /// What makes the current record unreadable, or nil where its cells can be used.
  public var problem: String? { rejectionReason?.description }

  /// A cell of the current record as text.
  public func text(_ index: Int) -> String { scanner.text(index) }

  /// Whether cells are parted by `;`, so that a comma may be a decimal one.
  var mayHaveDecimalCommas: Bool { scanner.separator == ascii(";") }

  /// A cell of the current record as a number, or nil where it is none or not finite.
  ///
  /// In a file whose cells are parted by `;` decimals may follow a comma; see ``decimalForms``.
  public mutating func number(_ index: Int) -> Double? {
    guard mayHaveDecimalCommas else {
      return scanner.withField(index) { parseDecimal($0) }.flatMap { $0.isFinite ? $0 : nil }
    }
    var forms = decimalForms
    let number = scanner.withField(index) { forms.read($0, line: scanner.firstLine) }
    decimalForms = forms
    return number.flatMap { $0.isFinite ? $0 : nil }
  }

  /// Why the record cannot be used: broken quotes, its number of cells, its encoding.
  var rejectionReason: RejectionReason? { rejectionReason(allowingShortRows: false) }

  /// As ``rejectionReason``, where rows may lack their last cells.
  func rejectionReason(allowingShortRows: Bool) -> RejectionReason? {
    switch scanner.problem {
    case .textAfterQuote: .textAfterQuote
    case .unterminatedQuote: .unterminatedQuote
    case .tooLong: .recordTooLong(limit: LineScanner.maximumRecordBytes)
    case nil:
      scanner.fieldCount > header.count || scanner.fieldCount < header.count && !allowingShortRows
        ? .wrongColumnCount(found: scanner.fieldCount, expected: header.count)
        : isUTF8(scanner.record) ? nil : .invalidUTF8
    }
  }

  var record: UnsafeBufferPointer<UInt8> { scanner.record }

  func withCell<Result>(
    _ index: Int, _ body: (UnsafeBufferPointer<UInt8>) -> Result
  ) -> Result { scanner.withField(index, body) }

  private static func sniffedSeparator(_ line: UnsafeBufferPointer<UInt8>) -> UInt8 {
    let others = [ascii(";"), ascii("\t"), ascii("|")]
    var counts: [UInt8: Int] = [:]
    var isQuoted = false
    for byte in line {
      if byte == ascii("\"") { isQuoted.toggle() }
      if !isQuoted, byte == ascii(",") || others.contains(byte) { counts[byte, default: 0] += 1 }
    }
    return others.reduce(ascii(",")) { best, separator in
      counts[separator, default: 0] > counts[best, default: 0] ? separator : best
    }
  }
}

extension ByteStream.Damage {
  /// The error that users are shown.
  func asError(file: String, recordsRead: Int) -> EventLogError {
    switch self {
    case .unreadable(let reason): .unreadable(file: file, reason: reason)
    case .unfinishedArray: .unfinishedArray(file: file, recordsRead: recordsRead)
    case .foreign(let format): .foreignFormat(file: file, format: format)
    case .truncatedGzip: .truncatedGzip(file: file, recordsRead: recordsRead)
    case .damagedGzip(let reason):
      .damagedGzip(file: file, recordsRead: recordsRead, reason: reason)
    }
  }
}

private func translatingDamage<Value: ~Copyable>(
  file: String, _ body: () throws -> Value
) throws -> Value {
  do {
    return try body()
  } catch let damage as ByteStream.Damage {
    throw damage.asError(file: file, recordsRead: 0)
  }
}

/// True when bytes are UTF-8; ASCII is looked at eight bytes at a time.
func isUTF8(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
  let raw = UnsafeRawBufferPointer(bytes)
  var index = 0
  while index + 8 <= raw.count {
    let word = raw.loadUnaligned(fromByteOffset: index, as: UInt64.self)
    if word & 0x8080_8080_8080_8080 != 0 { return String(validating: bytes, as: UTF8.self) != nil }
    index += 8
  }
  while index < raw.count {
    if raw[index] >= 0x80 { return String(validating: bytes, as: UTF8.self) != nil }
    index += 1
  }
  return true
}
