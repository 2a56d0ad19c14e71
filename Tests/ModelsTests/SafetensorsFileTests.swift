import Testing

@testable import Models

@Suite struct SafetensorsFileTests {
  /// A file of a header as it stands and some data.
  private static func file(_ header: String, dataBytes: Int = 0) -> [UInt8] {
    let length = withUnsafeBytes(of: UInt64(header.utf8.count).littleEndian, Array.init)
    return length + Array(header.utf8) + [UInt8](repeating: 0, count: dataBytes)
  }

  private static func entry(_ name: String, _ shape: String, _ start: Int, _ end: Int) -> String {
    "\"\(name)\":{\"dtype\":\"F64\",\"shape\":\(shape),\"data_offsets\":[\(start),\(end)]}"
  }

  @Test func bytesAreReadBackAndAligned() throws {
    var file = SafetensorsFile()
    file.add("b", shape: [2, 3], [1, -0.0, .pi, 1e300, 0x1p-1074, -7])
    file.add("a", shape: [3], [Int.min, 0, Int.max])
    file.add("none", shape: [0, 4], [Double]())
    file.metadata = ["text": "quote \" backslash \\ line\nbell \u{7} é 🎉", "empty": ""]
    let bytes = file.bytes
    let read = try SafetensorsFile(bytes)
    #expect(read == file)
    #expect(read.bytes == bytes)
    let headerLength = bytes[..<8].reversed().reduce(0) { $0 << 8 | Int($1) }
    #expect(headerLength % 8 == 0)
    #expect(bytes.count == 8 + headerLength + 9 * 8)
    let (shape, elements) = try read.doubles("b", dimensions: 2)
    #expect(shape == [2, 3])
    #expect(elements == [1, -0.0, .pi, 1e300, 0x1p-1074, -7])
    #expect(try read.integers("a") == [Int.min, 0, Int.max])
  }

  @Test func bytesAreThoseOfTheFormat() {
    var file = SafetensorsFile()
    file.add("x", shape: [1], [1.0])
    let header = "{\(Self.entry("x", "[1]", 0, 8))}"
    let padded = header + String(repeating: " ", count: (8 - header.utf8.count % 8) % 8)
    #expect(file.bytes == Self.file(padded) + [0, 0, 0, 0, 0, 0, 0xF0, 0x3F])
  }

  @Test func blanksAndOrderOfEntriesDoNotMatter() throws {
    let file = Self.file(
      "{ \"b\" : { \"shape\" : [ 1 ] , \"data_offsets\":[8,16],\"dtype\":\"F64\" },\n"
        + Self.entry("a", "[1]", 0, 8) + " } \t", dataBytes: 16)
    #expect(try SafetensorsFile(file).tensors.keys.sorted() == ["a", "b"])
  }

  @Test func emptyTensorMayShareItsPlaceWhereverItIsListed() throws {
    for header in [
      "{\(Self.entry("a", "[1]", 0, 8)),\(Self.entry("b", "[0]", 0, 0))}",
      "{\(Self.entry("b", "[0]", 0, 0)),\(Self.entry("a", "[1]", 0, 8))}",
    ] {
      #expect(try SafetensorsFile(Self.file(header, dataBytes: 8)).tensors.count == 2)
    }
  }

  struct Malformed: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let bytes: [UInt8]
    let reason: String

    init(_ description: String, _ bytes: [UInt8], _ reason: String) {
      testDescription = description
      self.bytes = bytes
      self.reason = reason
    }

    init(header: String, dataBytes: Int = 0, _ reason: String) {
      self.init(header, file(header, dataBytes: dataBytes), reason)
    }

    private static let inHeader = "the header is not as it should be: "

    static let all = [
      Malformed("nothing", [], "shorter than a header"),
      Malformed("seven bytes", [1, 0, 0, 0, 0, 0, 0], "shorter than a header"),
      Malformed(
        "a header longer than the file", [3, 0, 0, 0, 0, 0, 0, 0, 0x7B, 0x7D],
        "the header is cut short or too long"),
      Malformed(
        "a header of 2^64 - 1 bytes", [UInt8](repeating: 255, count: 12),
        "the header is cut short or too long"),
      Malformed(
        "no header", [UInt8](repeating: 0, count: 8), inHeader + "does not begin with {"),
      Malformed(header: " {}", inHeader + "does not begin with {"),
      Malformed(header: "[]", inHeader + "does not begin with {"),
      Malformed(header: "{", inHeader + "no \" at byte 9"),
      Malformed(header: "{\"a", inHeader + "a string does not end"),
      Malformed(header: "{\"a\\", inHeader + "a string does not end"),
      Malformed(header: "{\"\\x\":1}", inHeader + "a string is not JSON"),
      Malformed(header: "{} x", inHeader + "text follows the object"),
      Malformed(header: "{}{}", inHeader + "text follows the object"),
      Malformed(
        header: "{\(entry("a", "[1]", 0, 8)),\(entry("a", "[1]", 0, 8))}", dataBytes: 8,
        inHeader + "a stands twice"),
      Malformed(
        header: "{\"__metadata__\":{\"k\":\"1\",\"k\":\"2\"}}", inHeader + "k stands twice"),
      Malformed(
        header: "{\"__metadata__\":{},\"__metadata__\":{}}",
        inHeader + "__metadata__ stands twice"),
      Malformed(
        header: "{\"a\":{\"dtype\":\"F64\",\"shape\":[1]}}", dataBytes: 8,
        inHeader + "a lacks a key"),
      Malformed(
        header: "{\"a\":{\"dtype\":\"F64\",\"shape\":[1],\"shape\":[1],\"data_offsets\":[0,8]}}",
        dataBytes: 8, inHeader + "shape stands twice"),
      Malformed(
        header: "{\"a\":{\"dtype\":\"F64\",\"shape\":[1],\"data_offsets\":[0,8],\"x\":[]}}",
        dataBytes: 8, inHeader + "a has an unknown key x"),
      Malformed(
        header: "{\"a\":{\"dtype\":\"F64\",\"shape\":[1],\"data_offsets\":[0]}}", dataBytes: 8,
        inHeader + "a needs two offsets"),
      Malformed(header: "{\(entry("a", "[-1]", 0, 8))}", inHeader + "no whole number at byte 37"),
      Malformed(
        header: "{\(entry("a", "[99999999999999999999]", 0, 8))}",
        inHeader + "no whole number at byte 37"),
      Malformed(
        header: "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}", dataBytes: 8,
        "tensor \"a\" has element type F32"),
      Malformed(
        header: "{\(entry("a", "[4294967296,4294967296]", 0, 8))}", dataBytes: 8,
        "tensor \"a\" is too large"),
      Malformed(
        header: "{\(entry("a", "[2]", 0, 8))}", dataBytes: 8,
        "tensor \"a\" does not fill its place"),
      Malformed(
        header: "{\(entry("a", "[1]", 8, 16))}", dataBytes: 16,
        "tensor \"a\" does not fill its place"),
      Malformed(
        header: "{\(entry("a", "[1]", 8, 0))}", dataBytes: 8,
        "tensor \"a\" does not fill its place"),
      Malformed(
        header: "{\(entry("a", "[1]", 0, 8)),\(entry("b", "[1]", 16, 24))}", dataBytes: 24,
        "tensor \"b\" does not fill its place"),
      Malformed(
        header: "{\(entry("a", "[2]", 0, 16)),\(entry("b", "[1]", 8, 16))}", dataBytes: 16,
        "tensor \"b\" does not fill its place"),
      Malformed(
        header: "{\(entry("a", "[2]", 0, 16))}", dataBytes: 15, "the data are cut short"),
      Malformed(
        header: "{\(entry("a", "[1]", 0, 8))}", dataBytes: 9,
        "there are bytes after the last tensor"),
      Malformed(header: "{}", dataBytes: 1, "there are bytes after the last tensor"),
    ]
  }

  @Test(arguments: Malformed.all) func malformationIsNamed(_ example: Malformed) {
    #expect(throws: SafetensorsFile.Malformation(reason: example.reason)) {
      try SafetensorsFile(example.bytes)
    }
  }

  @Test(arguments: [Double.nan, .infinity, -.infinity])
  func numbersThatAreNotFiniteAreRefused(_ value: Double) {
    var file = SafetensorsFile()
    file.add("a", shape: [2], [1, value])
    let reason = "tensor \"a\" holds a number that is not finite"
    #expect(throws: SafetensorsFile.Malformation(reason: reason)) {
      try file.doubles("a", dimensions: 1)
    }
  }

  @Test func tensorsAreAskedForByTypeAndDimensions() {
    var file = SafetensorsFile()
    file.add("a", shape: [2], [1.0, 2.0])
    let other = SafetensorsFile.Malformation(reason: "tensor \"a\" is of another type or shape")
    #expect(throws: other) { try file.integers("a") }
    #expect(throws: other) { try file.doubles("a", dimensions: 2) }
    #expect(throws: SafetensorsFile.Malformation(reason: "no tensor \"b\"")) {
      try file.integers("b")
    }
  }
}
