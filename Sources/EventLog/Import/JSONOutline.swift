import Foundation

/// A JSON document taken apart only as far as is asked.
///
/// The parts of an array or object are ranges of bytes with their lines, each to be decoded on its
/// own: a bad record spoils no neighbour, and its line is known.
struct JSONOutline {
  /// An element of an array, or a member of an object.
  struct Part {
    /// The member's name, with escapes as they stand; nil in arrays.
    let key: String?
    let range: Range<Int>
    /// The line on which the part's value begins.
    let line: Int
  }

  /// The text is no JSON at a line.
  struct Malformed: Error, Equatable { let line: Int }

  let bytes: [UInt8]

  /// The whole document.
  var root: Part { Part(key: nil, range: 0..<bytes.count, line: 1) }

  /// The elements of an input that is one JSON array; none of `null`, which some write for an empty
  /// one.
  ///
  /// - Throws: ``EventLogError`` where it cannot be read or is none.
  static func array(of input: Input) throws -> (outline: JSONOutline, parts: [Part]) {
    let outline = JSONOutline(bytes: try ByteStream.allBytes(of: input))
    if outline.isNull { return (outline, []) }
    guard outline.firstByte(of: outline.root) == ascii("[") else {
      throw EventLogError.notAnExport(
        file: input.description, line: 1, reason: "is no JSON array: fetch the file again")
    }
    do throws(Malformed) {
      return (outline, try outline.parts(of: outline.root))
    } catch {
      throw EventLogError.notAnExport(
        file: input.description, line: error.line,
        reason: "is no JSON from here: fetch the file again")
    }
  }

  private var isNull: Bool {
    var scan = Scan(bytes: bytes, position: 0, line: 1)
    scan.skipBlanks(before: bytes.count)
    let rest = bytes[scan.position...]
    return rest.starts(with: "null".utf8) && rest.dropFirst(4).allSatisfy(Self.isBlank)
  }

  /// The first byte that is no blank, or nil.
  func firstByte(of part: Part) -> UInt8? { bytes[part.range].first { !Self.isBlank($0) } }

  /// The parts of an array or object, in order; none of anything else.
  func parts(of part: Part) throws(Malformed) -> [Part] {
    var scan = Scan(bytes: bytes, position: part.range.lowerBound, line: part.line)
    scan.skipBlanks(before: part.range.upperBound)
    let isObject = scan.byte == ascii("{")
    guard isObject || scan.byte == ascii("[") else { return [] }
    let close = isObject ? ascii("}") : ascii("]")
    var parts: [Part] = []
    scan.advance()
    scan.skipBlanks(before: part.range.upperBound)
    if scan.byte == close { return [] }
    while true {
      var key: String?
      if isObject {
        let start = scan.position
        guard scan.byte == ascii("\""), scan.skipValue() else { throw Malformed(line: scan.line) }
        key = String(decoding: bytes[start + 1..<scan.position - 1], as: UTF8.self)
        scan.skipBlanks(before: part.range.upperBound)
        guard scan.byte == ascii(":") else { throw Malformed(line: scan.line) }
        scan.advance()
        scan.skipBlanks(before: part.range.upperBound)
      }
      let (start, line) = (scan.position, scan.line)
      guard scan.skipValue(), scan.position <= part.range.upperBound else {
        throw Malformed(line: line)
      }
      parts.append(Part(key: key, range: start..<scan.position, line: line))
      scan.skipBlanks(before: part.range.upperBound)
      if scan.byte == close { return parts }
      guard scan.byte == ascii(",") else { throw Malformed(line: scan.line) }
      scan.advance()
      scan.skipBlanks(before: part.range.upperBound)
    }
  }

  /// A part as a value, or nil where it is none of the type.
  func decoded<Value: Decodable>(_ part: Part, as type: Value.Type) -> Value? {
    try? JSONDecoder().decode(type, from: Data(bytes[part.range]))
  }

  /// The part's text, for those who are shown it; bytes that are not UTF-8 are replaced.
  func text(_ part: Part) -> String { String(decoding: bytes[part.range], as: UTF8.self) }

  fileprivate static func isBlank(_ byte: UInt8) -> Bool {
    byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09
  }

  private struct Scan {
    let bytes: [UInt8]
    var position: Int
    var line: Int

    var byte: UInt8? { position < bytes.count ? bytes[position] : nil }

    mutating func advance() {
      if byte == ascii("\n") { line += 1 }
      position += 1
    }

    mutating func skipBlanks(before end: Int) {
      // A byte order mark may stand at the very beginning.
      if position == 0, bytes.starts(with: [0xEF, 0xBB, 0xBF]) { position = 3 }
      while position < end, JSONOutline.isBlank(bytes[position]) { advance() }
    }

    /// Moves behind a value, whose inside is left to the decoder; false where it does not end.
    mutating func skipValue() -> Bool {
      let start = position
      var depth = 0
      while let byte {
        switch byte {
        case ascii("\""):
          if depth == 0, position > start { return true }
          guard skipString() else { return false }
          if depth == 0 { return true }
        case ascii("{"), ascii("["):
          if depth == 0, position > start { return true }
          depth += 1
          advance()
        case ascii("}"), ascii("]"):
          if depth == 0 { return position > start }
          depth -= 1
          advance()
          if depth == 0 { return true }
        case ascii(","), ascii(":"):
          if depth == 0 { return position > start }
          advance()
        default:
          if depth == 0, JSONOutline.isBlank(byte) { return position > start }
          advance()
        }
      }
      return depth == 0 && position > start
    }

    private mutating func skipString() -> Bool {
      advance()
      while let byte {
        if byte == ascii("\\") { advance() }
        advance()
        if byte == ascii("\"") { return true }
      }
      return false
    }
  }
}
