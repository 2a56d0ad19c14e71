/// The header of a `.npy` file: what the bytes after it mean.
///
/// Format: numpy.lib.format, versions 1.0 to 3.0: six magic bytes, two version bytes, the header's
/// length in 2 or 4 bytes (little-endian), then a Python dictionary literal padded with blanks.
struct NumPyHeader: Hashable {
  var elementType: String
  var isFortranOrder: Bool
  var shape: [Int]

  static let magic: [UInt8] = [0x93, 0x4E, 0x55, 0x4D, 0x50, 0x59]

  /// Reads a header from the beginning of a file; `dataOffset` is where the elements start.
  static func read(
    _ bytes: UnsafeRawBufferPointer
  ) throws(NumPyFault) -> (header: NumPyHeader, dataOffset: Int) {
    guard bytes.count >= 6, bytes.prefix(6).elementsEqual(magic) else {
      throw NumPyFault.notNumPy
    }
    guard bytes.count >= 8 else { throw NumPyFault.truncatedHeader }
    let (major, minor) = (Int(bytes[6]), Int(bytes[7]))
    guard (1...3).contains(major), minor == 0 else {
      throw NumPyFault.version(major: major, minor: minor)
    }
    let lengthSize = major == 1 ? 2 : 4
    guard bytes.count >= 8 + lengthSize else { throw NumPyFault.truncatedHeader }
    let length = (0..<lengthSize).reduce(0) { $0 | Int(bytes[8 + $1]) << (8 * $1) }
    let offset = 8 + lengthSize + length
    guard bytes.count >= offset else { throw NumPyFault.truncatedHeader }
    var literal = PythonLiteral(Array(bytes[8 + lengthSize..<offset]))
    return (try literal.header(), offset)
  }

  /// The bytes of a version 1.0 header for a C-order array, padded to a multiple of 64.
  var encoded: [UInt8] {
    let shapeText = shape.map { "\($0)" }.joined(separator: ", ")
    var text =
      "{'descr': '\(elementType)', 'fortran_order': \(isFortranOrder ? "True" : "False"), "
      + "'shape': (\(shapeText)), }"
    let padding = 64 - (10 + text.utf8.count + 1) % 64
    text += String(repeating: " ", count: padding % 64) + "\n"
    let length = text.utf8.count
    return Self.magic + [1, 0, UInt8(length & 0xFF), UInt8(length >> 8)] + Array(text.utf8)
  }
}

/// A reader of the one dictionary that a `.npy` header may hold.
private struct PythonLiteral {
  private let text: [UInt8]
  private var position = 0

  init(_ text: [UInt8]) { self.text = text }

  mutating func header() throws(NumPyFault) -> NumPyHeader {
    var elementType: String?
    var isFortranOrder: Bool?
    var shape: [Int]?
    try expect("{")
    while !takes("}") {
      let key = try string()
      try expect(":")
      switch key {
      case "descr":
        if peek() == UInt8(ascii: "[") { throw NumPyFault.elementType("a record") }
        elementType = try string()
      case "fortran_order": isFortranOrder = try boolean()
      case "shape": shape = try tuple()
      default: throw malformed("unknown key '\(key)'")
      }
      if !takes(",") {
        try expect("}")
        break
      }
    }
    skipBlanks()
    guard position == text.count else { throw malformed("text after the dictionary") }
    guard let elementType, let isFortranOrder, let shape else {
      throw malformed("descr, fortran_order and shape are all needed")
    }
    return NumPyHeader(elementType: elementType, isFortranOrder: isFortranOrder, shape: shape)
  }

  private func malformed(_ reason: String) -> NumPyFault {
    .malformedHeader(reason)
  }

  private mutating func skipBlanks() {
    while position < text.count, [0x20, 0x0A, 0x0D, 0x09].contains(text[position]) { position += 1 }
  }

  private mutating func peek() -> UInt8? {
    skipBlanks()
    return position < text.count ? text[position] : nil
  }

  private mutating func takes(_ character: Unicode.Scalar) -> Bool {
    guard peek() == UInt8(ascii: character) else { return false }
    position += 1
    return true
  }

  private mutating func expect(_ character: Unicode.Scalar) throws(NumPyFault) {
    guard takes(character) else { throw malformed("'\(character)' expected at byte \(position)") }
  }

  private mutating func string() throws(NumPyFault) -> String {
    guard let quote = peek(), quote == UInt8(ascii: "'") || quote == UInt8(ascii: "\"") else {
      throw malformed("a string expected at byte \(position)")
    }
    let start = position + 1
    guard let end = text[start...].firstIndex(of: quote) else { throw malformed("an open string") }
    position = end + 1
    return String(decoding: text[start..<end], as: UTF8.self)
  }

  private mutating func boolean() throws(NumPyFault) -> Bool {
    skipBlanks()
    for (word, value) in [("True", true), ("False", false)]
    where text[position...].starts(with: word.utf8) {
      position += word.utf8.count
      return value
    }
    throw malformed("True or False expected at byte \(position)")
  }

  private mutating func tuple() throws(NumPyFault) -> [Int] {
    var values: [Int] = []
    try expect("(")
    while !takes(")") {
      _ = peek()
      let start = position
      while position < text.count, (0x30...0x39).contains(text[position]) { position += 1 }
      guard position > start else { throw malformed("a count expected at byte \(position)") }
      guard let value = Int(String(decoding: text[start..<position], as: UTF8.self)) else {
        throw NumPyFault.shapeOverflow
      }
      values.append(value)
      if !takes(",") {
        try expect(")")
        break
      }
    }
    return values
  }
}
