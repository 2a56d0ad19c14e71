import Foundation

/// A safetensors file: named tensors and text metadata, in bytes that depend on nothing else.
///
/// Eight bytes hold the header's length (little-endian), the header is JSON, the data follow without
/// gaps (https://github.com/huggingface/safetensors, format as of 0.8). Tensors are written in byte
/// order of their names, the header is padded with spaces to a multiple of eight.
struct SafetensorsFile: Equatable {
  /// The element types that model files use.
  enum ElementType: String {
    case float64 = "F64"
    case int64 = "I64"
  }

  struct Tensor: Equatable {
    let type: ElementType
    let shape: [Int]
    /// The elements, little-endian, 8 bytes each.
    let bytes: [UInt8]
  }

  /// Longer headers are refused, as by the format's own readers.
  static let maximumHeaderBytes = 100_000_000

  var tensors: [String: Tensor] = [:]
  var metadata: [String: String] = [:]

  mutating func add(_ name: String, shape: [Int], _ elements: [Double]) {
    precondition(shape.reduce(1, *) == elements.count, "a tensor must fill its shape")
    let bytes = elements.flatMap { withUnsafeBytes(of: $0.bitPattern.littleEndian, Array.init) }
    tensors[name] = Tensor(type: .float64, shape: shape, bytes: bytes)
  }

  mutating func add(_ name: String, shape: [Int], _ elements: [Int]) {
    precondition(shape.reduce(1, *) == elements.count, "a tensor must fill its shape")
    let bytes = elements.flatMap { withUnsafeBytes(of: Int64($0).littleEndian, Array.init) }
    tensors[name] = Tensor(type: .int64, shape: shape, bytes: bytes)
  }

  /// The whole file.
  var bytes: [UInt8] {
    let names = tensors.keys.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    var entries: [String] = []
    if !metadata.isEmpty {
      let pairs = metadata.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
        .map { "\(quotedJSON($0.key)):\(quotedJSON($0.value))" }
      entries.append("\"__metadata__\":{\(pairs.joined(separator: ","))}")
    }
    var offset = 0
    var data: [UInt8] = []
    for name in names {
      guard let tensor = tensors[name] else { continue }
      let end = offset + tensor.bytes.count
      let shape = tensor.shape.map(String.init).joined(separator: ",")
      entries.append(
        "\(quotedJSON(name)):{\"dtype\":\"\(tensor.type.rawValue)\",\"shape\":[\(shape)],"
          + "\"data_offsets\":[\(offset),\(end)]}")
      data += tensor.bytes
      offset = end
    }
    var header = Array("{\(entries.joined(separator: ","))}".utf8)
    while header.count % 8 != 0 { header.append(UInt8(ascii: " ")) }
    return withUnsafeBytes(of: UInt64(header.count).littleEndian, Array.init) + header + data
  }
}

/// A JSON string literal.
private func quotedJSON(_ text: String) -> String {
  var result = "\""
  for scalar in text.unicodeScalars {
    switch scalar {
    case "\"": result += "\\\""
    case "\\": result += "\\\\"
    case "\n": result += "\\n"
    case "\r": result += "\\r"
    case "\t": result += "\\t"
    case _ where scalar.value < 0x20:
      let digits = String(scalar.value, radix: 16)
      result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
    default: result.unicodeScalars.append(scalar)
    }
  }
  return result + "\""
}
