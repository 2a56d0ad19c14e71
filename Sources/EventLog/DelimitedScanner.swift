/// Whether a line has nothing but blanks and separators, as spreadsheets write empty rows.
func isBlankRecord(_ line: UnsafeBufferPointer<UInt8>, separator: UInt8) -> Bool {
  line.allSatisfy { $0 == 0x20 || $0 == 0x09 || $0 == separator }
    && line.count <= LineScanner.maximumRecordBytes
}

/// Reads the records of delimited text (RFC 4180) one after the other.
///
/// A quote inside an unquoted field stands for itself. Lines of nothing but blanks and separators are no
/// records. The fields of a
/// record are valid until the next one is read.
struct DelimitedScanner: ~Copyable {
  /// What makes a record unreadable as fields.
  enum Problem {
    case textAfterQuote
    case unterminatedQuote
    case tooLong
  }

  private struct Field {
    var start: Int
    var count: Int
    var isUnescaped: Bool
  }

  private var lines: LineScanner
  let separator: UInt8
  private var fields: [Field] = []
  private var unescaped: [UInt8] = []
  private var recordTotal = 0
  private var recordLines = 0
  private var isCut = false

  /// The number of bytes of the current record, without its line end.
  private(set) var recordLength = 0
  /// What is wrong with the current record; its fields are not to be used then.
  private(set) var problem: Problem?

  init(_ lines: consuming LineScanner, separator: UInt8) {
    self.lines = lines
    self.separator = separator
  }

  /// The line, counted from 1, on which the current record begins.
  var firstLine: Int { lines.lineCount + 1 }

  /// The line on which the current record ends.
  var lastLine: Int { lines.lineCount + recordLines }

  /// The bytes behind the current record that are read but not handed out yet, what ends their lines,
  /// and how many lines came before them.
  consuming func remainder() -> (rest: [UInt8], terminator: UInt8, lineCount: Int) {
    let lineCount = lines.lineCount + recordLines
    let (rest, terminator) = lines.remainder(after: recordTotal)
    return (rest, terminator, lineCount)
  }

  /// The number of fields of the current record.
  var fieldCount: Int { fields.count }

  /// The bytes of the current record, as they stand in the input.
  var record: UnsafeBufferPointer<UInt8> {
    UnsafeBufferPointer(start: lines.base, count: recordLength)
  }

  /// Hands the bytes of a field, unquoted, to a closure.
  func withField<Result>(
    _ index: Int, _ body: (UnsafeBufferPointer<UInt8>) -> Result
  ) -> Result {
    let field = fields[index]
    if field.isUnescaped {
      return unescaped.withUnsafeBufferPointer {
        body(UnsafeBufferPointer(rebasing: $0[field.start..<field.start + field.count]))
      }
    }
    return body(UnsafeBufferPointer(start: lines.base + field.start, count: field.count))
  }

  /// A field as text; bytes that are not UTF-8 are replaced.
  func text(_ index: Int) -> String { withField(index) { String(decoding: $0, as: UTF8.self) } }

  /// Moves to the next record; false at the end of the input.
  mutating func next() throws -> Bool {
    lines.advance(bytes: recordTotal, lines: recordLines)
    if isCut { try lines.skipLine() }
    while true {
      guard let line = try lines.line(at: 0) else {
        (recordTotal, recordLines, recordLength) = (0, 0, 0)
        return false
      }
      let content = UnsafeBufferPointer(start: lines.base, count: line.content)
      if !line.isCut, isBlankRecord(content, separator: separator) {
        lines.advance(bytes: line.total, lines: 1)
        continue
      }
      (recordLength, recordTotal, recordLines) = (line.content, line.total, 1)
      isCut = line.isCut
      fields.removeAll(keepingCapacity: true)
      problem = line.content > LineScanner.maximumRecordBytes ? .tooLong : nil
      if problem == nil {
        let record = record
        if record.contains(UInt8(ascii: "\"")) {
          try splitQuoted()
        } else {
          split(record)
        }
      }
      return true
    }
  }

  private mutating func split(_ record: UnsafeBufferPointer<UInt8>) {
    var start = 0
    for index in record.indices where record[index] == separator {
      fields.append(Field(start: start, count: index - start, isUnescaped: false))
      start = index + 1
    }
    fields.append(Field(start: start, count: record.count - start, isUnescaped: false))
  }

  private mutating func splitQuoted() throws {
    let quote = UInt8(ascii: "\"")
    unescaped.removeAll(keepingCapacity: true)
    var position = 0
    while true {
      guard position < recordLength, lines.base[position] == quote else {
        let start = position
        while position < recordLength, lines.base[position] != separator { position += 1 }
        fields.append(Field(start: start, count: position - start, isUnescaped: false))
        if position == recordLength { return }
        position += 1
        continue
      }
      position += 1
      let start = unescaped.count
      while true {
        if position >= recordLength {
          // The quoted field goes on in the next line, its line end included.
          guard let line = try lines.line(at: recordTotal) else {
            problem = .unterminatedQuote
            return
          }
          for index in recordLength..<recordTotal { unescaped.append(lines.base[index]) }
          position = recordTotal
          (recordLength, recordTotal, isCut) = (line.content, line.total, line.isCut)
          recordLines += 1
          if recordLength > LineScanner.maximumRecordBytes {
            problem = .tooLong
            return
          }
        } else if lines.base[position] != quote {
          unescaped.append(lines.base[position])
          position += 1
        } else if position + 1 < recordLength, lines.base[position + 1] == quote {
          unescaped.append(quote)
          position += 2
        } else {
          position += 1
          break
        }
      }
      fields.append(Field(start: start, count: unescaped.count - start, isUnescaped: true))
      if position == recordLength { return }
      guard lines.base[position] == separator else {
        problem = .textAfterQuote
        return
      }
      position += 1
    }
  }
}
