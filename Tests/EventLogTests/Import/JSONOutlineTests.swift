import Testing

@testable import EventLog

struct JSONOutlineTests {
  static func parts(_ text: String) throws -> [String] {
    let outline = JSONOutline(bytes: Array(text.utf8))
    return try outline.parts(of: outline.root).map {
      "\($0.line):" + ($0.key.map { $0 + "=" } ?? "") + outline.text($0)
    }
  }

  @Test func partsHaveTheirBytesAndLines() throws {
    #expect(
      try Self.parts("\u{FEFF} [1 , \"a]\\\"\", {\"x\": [\"}\"]},\n\n null]\n") == [
        "1:1", "1:\"a]\\\"\"", "1:{\"x\": [\"}\"]}", "3:null",
      ])
    #expect(
      try Self.parts("{\"a\":\n{\"b\":[1,2]}, \"c\\n\" : \"d\"}") == [
        "2:a={\"b\":[1,2]}", "2:c\\n=\"d\"",
      ])
    #expect(try Self.parts("[]") == [])
    #expect(try Self.parts(" { } ") == [])
    #expect(try Self.parts("12") == [])
    #expect(try Self.parts("") == [])
  }

  @Test(arguments: ["null", " null\n", "[]"]) func emptyListsHaveNoElements(text: String) throws {
    #expect(try JSONOutline.array(of: .bytes(Array(text.utf8), name: "x")).parts.isEmpty)
  }

  @Test(arguments: ["nul", "nulls", "null 1", "", "{}"]) func othersAreNoList(text: String) {
    #expect(throws: EventLogError.self) {
      try JSONOutline.array(of: .bytes(Array(text.utf8), name: "x"))
    }
  }

  @Test(arguments: [
    ("[", 1), ("[1", 1), ("[1,", 1), ("[1\n 2]", 2), ("{\"a\" 1}", 1), ("{a: 1}", 1),
    ("[\n\"open]", 2), ("[{\"a\": 1]", 1), ("[,]", 1), ("{\"a\":}", 1),
  ])
  func brokenDocumentsAreErrorsWithTheirLine(text: String, line: Int) {
    #expect(throws: JSONOutline.Malformed(line: line)) { try Self.parts(text) }
  }

  @Test(arguments: UInt64(0)..<200) func damagedDocumentsNeverCrash(seed: UInt64) {
    var generator = SeededBytes(state: seed &* 0x9e37_79b9_7f4a_7c15 | 1)
    var bytes = Array("[{\"a\": [1, \"x\\\"\", null]}, {\"b\": {}}, true]".utf8)
    for _ in 0..<4 { bytes[generator.next(bytes.count)] = UInt8(generator.next(256)) }
    let outline = JSONOutline(bytes: bytes)
    if let parts = try? outline.parts(of: outline.root) {
      #expect(parts.allSatisfy { $0.range.upperBound <= bytes.count && !$0.range.isEmpty })
    }
  }

  private struct SeededBytes {
    var state: UInt64
    mutating func next(_ bound: Int) -> Int {
      state ^= state << 13
      state ^= state >> 7
      state ^= state << 17
      return Int(state % UInt64(bound))
    }
  }
}
