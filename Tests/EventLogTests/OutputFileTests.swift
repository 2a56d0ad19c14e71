import EventLog
import Foundation
import Testing

struct OutputFileTests {
  static func withFolder(_ body: (URL) throws -> Void) throws {
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("coterie-\(UUID().uuidString)", isDirectory: true)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    try body(folder)
  }

  static func names(_ folder: URL) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
  }

  @Test func fileIsThereOnlyAfterItIsCommitted() throws {
    try Self.withFolder { folder in
      let path = folder.appendingPathComponent("out.csv").path
      try OutputFile.write("old".utf8, to: path)
      let file = try OutputFile(path)
      try file.write(String(repeating: "x", count: 600_000))
      #expect(try String(contentsOfFile: path, encoding: .utf8) == "old")
      try file.commit()
      #expect(try String(contentsOfFile: path, encoding: .utf8).count == 600_000)
      #expect(try Self.names(folder) == ["out.csv"])
    }
  }

  @Test func fileThatIsGivenUpLeavesNothing() throws {
    try Self.withFolder { folder in
      let path = folder.appendingPathComponent("out.csv").path
      do {
        let file = try OutputFile(path)
        try file.write(String(repeating: "x", count: 600_000))
        #expect(try Self.names(folder).count == 1)
      }
      #expect(try Self.names(folder) == [])
    }
  }

  @Test func placesThatCannotBeWrittenAreErrors() throws {
    try Self.withFolder { folder in
      #expect(
        throws: EventLogError.unwritable(file: folder.path, reason: "it is a folder")
      ) { try OutputFile(folder.path) }
      let path = folder.appendingPathComponent("none/out.csv").path
      #expect(
        throws: EventLogError.unwritable(file: path, reason: "No such file or directory")
      ) { try OutputFile(path) }
    }
  }

  @Test func gzipGivesTheSameBytesForTheSameBytes() throws {
    let text = Array(String(repeating: "member_id,timestamp\n", count: 10_000).utf8)
    #expect(gzipped(text) == gzipped(text))
    #expect(gzipped(text).count < text.count / 50)
    #expect(gzipped([]).count > 0)
  }

  @Test(arguments: [
    ("a", "a"), ("a,b", "\"a,b\""), ("a\"b", "\"a\"\"b\""), ("a\nb", "\"a\nb\""), ("", ""),
    (" a ", " a "),
  ])
  func cellsAreQuotedWhereTheyMustBe(text: String, expected: String) {
    #expect(quotedCell(text) == expected)
  }
}
