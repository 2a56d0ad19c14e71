/// Reads one JSON object strictly by RFC 8259, numbers as they are written.
///
/// Foundation's reader rounds numbers beyond 2^53, so that different ids become one, lets a comma stand
/// before a closing bracket, and does not say that a key is there twice.
struct JSONParser {
  /// What a text is not.
  private struct Malformed: Error {}

  /// How deep objects and lists may be in one another.
  static let maximumDepth = 128

  private let bytes: UnsafeBufferPointer<UInt8>
  private var position = 0
  private var repeatedKey: String?

  /// The object that a UTF-8 text is, and the first key that one object has twice, of which the last value
  /// counts; nil where the text is not one JSON object.
  static func object(
    _ bytes: UnsafeBufferPointer<UInt8>
  ) -> (object: [String: JSONValue], repeatedKey: String?)? {
    var parser = JSONParser(bytes)
    guard case .object(let object)? = try? parser.value(depth: 0) else { return nil }
    parser.skipBlanks()
    guard parser.position == bytes.count else { return nil }
    return (object, parser.repeatedKey)
  }

  private init(_ bytes: UnsafeBufferPointer<UInt8>) { self.bytes = bytes }

  private var byte: UInt8? { position < bytes.count ? bytes[position] : nil }

  private mutating func skipBlanks() {
    while let byte, byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D { position += 1 }
  }

  private mutating func take(_ expected: UInt8) -> Bool {
    guard byte == expected else { return false }
    position += 1
    return true
  }

  private mutating func value(depth: Int) throws(Malformed) -> JSONValue {
    guard depth < Self.maximumDepth else { throw Malformed() }
    skipBlanks()
    switch byte {
    case ascii("{"): return .object(try members(depth: depth + 1))
    case ascii("["): return .list(try elements(depth: depth + 1))
    case ascii("\""):
      position += 1
      return .string(try string())
    case ascii("t"): return try word("true", .boolean(true))
    case ascii("f"): return try word("false", .boolean(false))
    case ascii("n"): return try word("null", .null)
    default: return .number(try number())
    }
  }

  private mutating func members(depth: Int) throws(Malformed) -> [String: JSONValue] {
    position += 1
    var members: [String: JSONValue] = [:]
    skipBlanks()
    if take(ascii("}")) { return members }
    repeat {
      skipBlanks()
      guard take(ascii("\"")) else { throw Malformed() }
      let key = try string()
      skipBlanks()
      guard take(ascii(":")) else { throw Malformed() }
      let before = members.updateValue(try value(depth: depth), forKey: key)
      if before != nil, repeatedKey == nil { repeatedKey = key }
      skipBlanks()
    } while take(ascii(","))
    guard take(ascii("}")) else { throw Malformed() }
    return members
  }

  private mutating func elements(depth: Int) throws(Malformed) -> [JSONValue] {
    position += 1
    var elements: [JSONValue] = []
    skipBlanks()
    if take(ascii("]")) { return elements }
    repeat {
      elements.append(try value(depth: depth))
      skipBlanks()
    } while take(ascii(","))
    guard take(ascii("]")) else { throw Malformed() }
    return elements
  }

  private mutating func word(
    _ word: StaticString, _ value: JSONValue
  ) throws(Malformed) -> JSONValue {
    let end = position + word.utf8CodeUnitCount
    let expected = UnsafeBufferPointer(start: word.utf8Start, count: word.utf8CodeUnitCount)
    guard end <= bytes.count, expected.elementsEqual(bytes[position..<end]) else {
      throw Malformed()
    }
    position = end
    return value
  }

  /// Reads `-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?` as it is written.
  private mutating func number() throws(Malformed) -> String {
    let start = position
    func digits() -> Int {
      let first = position
      while let byte, byte &- 0x30 < 10 { position += 1 }
      return position - first
    }
    _ = take(ascii("-"))
    let hasLeadingZero = byte == ascii("0")
    let count = digits()
    guard count == 1 || (count > 1 && !hasLeadingZero) else { throw Malformed() }
    if take(ascii(".")) {
      guard digits() > 0 else { throw Malformed() }
    }
    if take(ascii("e")) || take(ascii("E")) {
      if !take(ascii("+")) { _ = take(ascii("-")) }
      guard digits() > 0 else { throw Malformed() }
    }
    return String(decoding: bytes[start..<position], as: UTF8.self)
  }

  /// The string whose opening quote is behind.
  private mutating func string() throws(Malformed) -> String {
    let start = position
    while let byte, byte != ascii("\""), byte != ascii("\\"), byte >= 0x20 { position += 1 }
    if byte == ascii("\"") {
      defer { position += 1 }
      return String(decoding: bytes[start..<position], as: UTF8.self)
    }
    var text = Array(bytes[start..<position])
    while let byte, byte >= 0x20 {
      position += 1
      if byte == ascii("\"") { return String(decoding: text, as: UTF8.self) }
      if byte == ascii("\\") {
        text.append(contentsOf: try escaped())
      } else {
        text.append(byte)
      }
    }
    throw Malformed()
  }

  /// What an escape stands for, whose backslash is behind.
  private mutating func escaped() throws(Malformed) -> [UInt8] {
    guard let letter = byte else { throw Malformed() }
    position += 1
    switch letter {
    case ascii("\""), ascii("\\"), ascii("/"): return [letter]
    case ascii("b"): return [0x08]
    case ascii("f"): return [0x0C]
    case ascii("n"): return [0x0A]
    case ascii("r"): return [0x0D]
    case ascii("t"): return [0x09]
    case ascii("u"):
      var code = try hexadecimal()
      if (0xD800..<0xDC00).contains(code) {
        // Half of a character alone is none.
        guard take(ascii("\\")), take(ascii("u")) else { throw Malformed() }
        let low = try hexadecimal()
        guard (0xDC00..<0xE000).contains(low) else { throw Malformed() }
        code = 0x10000 + (code - 0xD800) << 10 + (low - 0xDC00)
      }
      guard let scalar = UnicodeScalar(code) else { throw Malformed() }
      return Array(String(Character(scalar)).utf8)
    default: throw Malformed()
    }
  }

  private mutating func hexadecimal() throws(Malformed) -> UInt32 {
    guard position + 4 <= bytes.count else { throw Malformed() }
    var code: UInt32 = 0
    for _ in 0..<4 {
      guard let digit = Character(UnicodeScalar(bytes[position])).hexDigitValue else {
        throw Malformed()
      }
      code = code << 4 + UInt32(digit)
      position += 1
    }
    return code
  }
}
