import EventLog
import Foundation
import Testing

struct InputPatternTests {
  /// A folder with some empty files, gone afterwards.
  static func withFiles(_ names: [String], _ body: (String) throws -> Void) throws {
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("coterie-\(UUID().uuidString)", isDirectory: true)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    for name in names { try Data().write(to: folder.appendingPathComponent(name)) }
    try body(folder.path)
  }

  @Test(arguments: [
    ("*.csv", ["B.csv", "a.csv", "b1.csv", "b2.csv", "odd[1].csv"]),
    ("b?.csv", ["b1.csv", "b2.csv"]),
    ("b[2-9].csv", ["b2.csv"]), ("a.csv", ["a.csv"]), ("none.csv", ["none.csv"]),
    ("odd[1].csv", ["odd[1].csv"]), ("odd\\[1*", ["odd[1].csv"]),
  ])
  func patternsAreExpandedInOrder(pattern: String, expected: [String]) throws {
    try Self.withFiles(["b2.csv", "a.csv", "b1.csv", "B.csv", "odd[1].csv", "c.txt"]) { folder in
      let found = try Input.inputs(arguments: ["\(folder)/\(pattern)"])
      #expect(found == expected.map { .file("\(folder)/\($0)") })
    }
  }

  @Test func severalArgumentsKeepTheirOrder() throws {
    try Self.withFiles(["b2.csv", "a.csv", "b1.csv"]) { folder in
      let found = try Input.inputs(arguments: ["\(folder)/b*", "-", "\(folder)/a.csv"])
      #expect(
        found == [
          .file("\(folder)/b1.csv"), .file("\(folder)/b2.csv"), .standardInput,
          .file("\(folder)/a.csv"),
        ])
    }
  }

  @Test func patternThatNothingMatchesIsAnError() throws {
    try Self.withFiles(["a.csv"]) { folder in
      #expect(throws: EventLogError.noMatch(pattern: "\(folder)/x*")) {
        try Input.inputs(arguments: ["\(folder)/a.csv", "\(folder)/x*"])
      }
    }
  }
}
