import Foundation

extension SafetensorsFile {
  /// What is wrong with a file's bytes, in a few words.
  struct Malformation: Error, Equatable {
    let reason: String
  }

  /// Reads a whole file; everything in the header is checked against the file's length before any
  /// tensor is copied.
  init(_ bytes: [UInt8]) throws(Malformation) {
    guard bytes.count >= 8 else { throw Malformation(reason: "shorter than a header") }
    let length = bytes[..<8].reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    guard length <= UInt64(min(bytes.count - 8, Self.maximumHeaderBytes)) else {
      throw Malformation(reason: "the header is cut short or too long")
    }
    let dataStart = 8 + Int(length)
    var parser = HeaderParser(bytes: bytes[8..<dataStart])
    let header = try parser.header()
    let dataCount = bytes.count - dataStart
    var position = 0
    for entry in header.entries.sorted(by: { ($0.start, $0.end) < ($1.start, $1.end) }) {
      guard let type = ElementType(rawValue: entry.type) else {
        throw Malformation(reason: "tensor \"\(entry.name)\" has element type \(entry.type)")
      }
      var count = 8
      for length in entry.shape {
        let (product, overflow) = count.multipliedReportingOverflow(by: length)
        guard !overflow else { throw Malformation(reason: "tensor \"\(entry.name)\" is too large") }
        count = product
      }
      guard entry.start == position, entry.end >= entry.start, entry.end - entry.start == count
      else {
        throw Malformation(reason: "tensor \"\(entry.name)\" does not fill its place")
      }
      guard entry.end <= dataCount else {
        throw Malformation(reason: "the data are cut short")
      }
      tensors[entry.name] = Tensor(
        type: type, shape: entry.shape,
        bytes: Array(bytes[dataStart + entry.start..<dataStart + entry.end]))
      position = entry.end
    }
    guard position == dataCount else {
      throw Malformation(reason: "there are bytes after the last tensor")
    }
    metadata = header.metadata
  }

  /// The elements of a tensor of doubles, all finite, and its shape.
  func doubles(
    _ name: String, dimensions: Int
  ) throws(Malformation) -> (shape: [Int], elements: [Double]) {
    let (shape, words) = try words(name, type: .float64, dimensions: dimensions)
    let elements = words.map { Double(bitPattern: $0) }
    guard elements.allSatisfy(\.isFinite) else {
      throw Malformation(reason: "tensor \"\(name)\" holds a number that is not finite")
    }
    return (shape, elements)
  }

  /// The elements of a one-dimensional tensor of whole numbers.
  func integers(_ name: String) throws(Malformation) -> [Int] {
    try words(name, type: .int64, dimensions: 1).words.map { Int(Int64(bitPattern: $0)) }
  }

  private func words(
    _ name: String, type: ElementType, dimensions: Int
  ) throws(Malformation) -> (shape: [Int], words: [UInt64]) {
    guard let tensor = tensors[name] else { throw Malformation(reason: "no tensor \"\(name)\"") }
    guard tensor.type == type, tensor.shape.count == dimensions else {
      throw Malformation(reason: "tensor \"\(name)\" is of another type or shape")
    }
    let words = tensor.bytes.withUnsafeBytes { bytes in
      (0..<bytes.count / 8).map {
        UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: $0 * 8, as: UInt64.self))
      }
    }
    return (tensor.shape, words)
  }
}

/// Reads the JSON of a safetensors header and nothing more general.
///
/// That is an object of tensors, and one of texts under `__metadata__`. Names that stand twice are
/// refused, which JSON readers let pass.
private struct HeaderParser {
  struct Entry {
    let name: String
    var type = ""
    var shape: [Int] = []
    var start = 0
    var end = 0
  }

  private let bytes: ArraySlice<UInt8>
  private var position: Int

  init(bytes: ArraySlice<UInt8>) {
    self.bytes = bytes
    position = bytes.startIndex
  }

  mutating func header() throws(SafetensorsFile.Malformation) -> (
    entries: [Entry], metadata: [String: String]
  ) {
    guard bytes.first == UInt8(ascii: "{") else { throw malformed("does not begin with {") }
    var entries: [Entry] = []
    var metadata: [String: String] = [:]
    var names = Set<String>()
    try object { (parser, name) throws(SafetensorsFile.Malformation) in
      guard names.insert(name).inserted else { throw parser.malformed("\(name) stands twice") }
      if name == "__metadata__" {
        try parser.object { (parser, key) throws(SafetensorsFile.Malformation) in
          guard metadata[key] == nil else { throw parser.malformed("\(key) stands twice") }
          metadata[key] = try parser.string()
        }
      } else {
        entries.append(try parser.entry(name))
      }
    }
    skipBlanks()
    guard position == bytes.endIndex else { throw malformed("text follows the object") }
    return (entries, metadata)
  }

  private mutating func entry(_ name: String) throws(SafetensorsFile.Malformation) -> Entry {
    var entry = Entry(name: name)
    var seen = Set<String>()
    try object { (parser, key) throws(SafetensorsFile.Malformation) in
      guard seen.insert(key).inserted else { throw parser.malformed("\(key) stands twice") }
      switch key {
      case "dtype": entry.type = try parser.string()
      case "shape": entry.shape = try parser.numbers()
      case "data_offsets":
        let offsets = try parser.numbers()
        guard offsets.count == 2 else { throw parser.malformed("\(name) needs two offsets") }
        (entry.start, entry.end) = (offsets[0], offsets[1])
      default: throw parser.malformed("\(name) has an unknown key \(key)")
      }
    }
    guard seen.count == 3 else { throw malformed("\(name) lacks a key") }
    return entry
  }

  private func malformed(_ reason: String) -> SafetensorsFile.Malformation {
    SafetensorsFile.Malformation(reason: "the header is not as it should be: \(reason.prefix(80))")
  }

  private mutating func skipBlanks() {
    while position < bytes.endIndex, [0x20, 0x09, 0x0A, 0x0D].contains(bytes[position]) {
      position += 1
    }
  }

  private mutating func take(_ character: Unicode.Scalar) -> Bool {
    skipBlanks()
    guard position < bytes.endIndex, bytes[position] == UInt8(ascii: character) else {
      return false
    }
    position += 1
    return true
  }

  private mutating func expect(_ character: Unicode.Scalar) throws(SafetensorsFile.Malformation) {
    guard take(character) else { throw malformed("no \(character) at byte \(position)") }
  }

  private mutating func object(
    _ value: (inout HeaderParser, String) throws(SafetensorsFile.Malformation) -> Void
  ) throws(SafetensorsFile.Malformation) {
    try expect("{")
    if take("}") { return }
    repeat {
      let key = try string()
      try expect(":")
      try value(&self, key)
    } while take(",")
    try expect("}")
  }

  private mutating func numbers() throws(SafetensorsFile.Malformation) -> [Int] {
    try expect("[")
    if take("]") { return [] }
    var result: [Int] = []
    repeat {
      skipBlanks()
      let digits = bytes[position...].prefix { (48...57).contains($0) }
      guard let number = Int(String(decoding: digits, as: UTF8.self)) else {
        throw malformed("no whole number at byte \(position)")
      }
      position += digits.count
      result.append(number)
    } while take(",")
    try expect("]")
    return result
  }

  private mutating func string() throws(SafetensorsFile.Malformation) -> String {
    skipBlanks()
    let start = position
    try expect("\"")
    while position < bytes.endIndex, bytes[position] != UInt8(ascii: "\"") {
      position += bytes[position] == UInt8(ascii: "\\") ? 2 : 1
    }
    guard position < bytes.endIndex else { throw malformed("a string does not end") }
    position += 1
    do {
      return try JSONDecoder().decode(String.self, from: Data(bytes[start..<position]))
    } catch {
      throw malformed("a string is not JSON")
    }
  }
}
