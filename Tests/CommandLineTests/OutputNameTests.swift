import Foundation
import TestSupport
import Testing

/// Every output may have any name, however short.
struct OutputNameTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let testDescription: String
    /// `@` stands for the output.
    let arguments: [String]
    /// What the name has to end in.
    var ending = ""
    /// Whether `-` is the standard output.
    var mayBeStandardOutput = false
  }

  private static let kMeans = ["--as-of", "last", "--algorithm", "kmeans", "--clusters", "2"]
  private static let cluster = ["cluster", "d.csv", "--clusters", "2", "--algorithm"]
  private static let rejecting = ["--max-rejected", "9", "--rejects", "@"]

  static let cases = [
    Case(
      testDescription: "features", arguments: ["features", "e.csv", "--as-of", "last"] + output,
      mayBeStandardOutput: true),
    Case(
      testDescription: "features as an array",
      arguments: ["features", "e.csv", "--as-of", "last"] + output, ending: ".npy"),
    Case(
      testDescription: "features of several times",
      arguments: [
        "features", "e.csv", "--as-of", "2024-01-09", "--since", "2024-01-07", "--every", "1d",
      ] + output, mayBeStandardOutput: true),
    Case(
      testDescription: "rejected events",
      arguments: ["features", "bad.csv", "--as-of", "last", "--output", "t.csv"] + rejecting),
    Case(
      testDescription: "model", arguments: ["train", "e.csv"] + kMeans + output,
      ending: ".safetensors"),
    Case(
      testDescription: "labels of a model",
      arguments: ["train", "e.csv"] + kMeans + ["--output", "t.safetensors", "--labels", "@"],
      mayBeStandardOutput: true),
    Case(
      testDescription: "centroids of a model",
      arguments: ["train", "e.csv"] + kMeans + ["--output", "t.safetensors", "--centroids", "@"],
      mayBeStandardOutput: true),
    Case(
      testDescription: "labels of rows", arguments: cluster + ["kmeans", "--labels", "@"],
      mayBeStandardOutput: true),
    Case(
      testDescription: "centroids of rows", arguments: cluster + ["kmeans", "--centroids", "@"],
      mayBeStandardOutput: true),
    Case(
      testDescription: "tree", arguments: cluster + ["hierarchical", "--linkage-output", "@"],
      ending: ".csv"),
    Case(
      testDescription: "tree as an array",
      arguments: cluster + ["hierarchical", "--linkage-output", "@"], ending: ".npy"),
    Case(
      testDescription: "choice", arguments: ["choose", "d.csv", "--clusters", "2..3"] + output,
      mayBeStandardOutput: true),
    Case(
      testDescription: "memberships",
      arguments: ["label", "e.csv", "--config", "c.yaml", "--as-of", "last"] + output,
      mayBeStandardOutput: true),
    Case(
      testDescription: "forecast",
      arguments: ["rules", "forecast", "e.csv", "--config", "c.yaml", "--as-of", "last"] + output,
      mayBeStandardOutput: true),
    Case(
      testDescription: "printed rules",
      arguments: ["rules", "print", "--config", "c.yaml"] + output,
      mayBeStandardOutput: true),
    Case(
      testDescription: "schema", arguments: ["rules", "schema"] + output,
      mayBeStandardOutput: true),
    Case(
      testDescription: "suggested rules",
      arguments: ["rules", "suggest", "e.csv", "--labels", "l.csv", "--as-of", "last"] + output,
      mayBeStandardOutput: true),
    Case(
      testDescription: "import", arguments: ["import", "github", "g.json", "--plain-ids"] + output),
    Case(
      testDescription: "rejected records of an import",
      arguments: ["import", "github", "badg.json", "--plain-ids"] + rejecting),
    Case(
      testDescription: "simulation",
      arguments: ["simulate", "--members", "9", "--events", "30"] + output),
  ]

  private static let output = ["--output", "@"]

  private static let files = [
    "e.csv": "member_id,timestamp,event\n"
      + (0..<120).map { "m\($0 % 40),2024-01-0\($0 % 9 + 1),\($0 % 40 < 20 ? "post" : "like")\n" }
      .joined(),
    "bad.csv": "member_id,timestamp,event\na,2024-01-01,x\nb,never,x\n",
    "d.csv": "x,y\n" + (0..<20).map { "\($0 * $0 % 7),\($0 < 10 ? $0 : 90 + $0)\n" }.joined(),
    "l.csv": "member_id,label\n" + (0..<40).map { "m\($0),\($0 < 20 ? 0 : 1)\n" }.joined(),
    "c.yaml": "version: 1\nsegments:\n  - {id: s, when: {did: post, within: 3d}}\n",
    "g.json": event + "\n",
    "badg.json": event + "\n{]\n",
  ]

  private static let event = """
    {"id":"1","type":"WatchEvent","actor":{"id":1,"login":"a"},"repo":{"id":2,"name":"o/r"},\
    "payload":{"action":"started"},"public":true,"created_at":"2024-01-01T00:00:00Z"}
    """

  @Test(arguments: cases)
  func everyOutputMayHaveAnyName(_ test: Case) throws {
    try TemporaryFolder.with { folder in
      for (name, text) in Self.files { try folder.write(name, text) }
      try FileManager.default.createDirectory(
        at: folder.url.appendingPathComponent("d"), withIntermediateDirectories: true)
      func run(_ name: String) throws -> Tool.Result {
        try Tool.run(test.arguments.map { $0 == "@" ? name : $0 }, in: folder.url)
      }
      var first: [String: Data]?
      for (name, place) in [("o", "o"), ("./p", "p"), ("d/o", "d/o"), (folder.path("q"), "q")] {
        let result = try run(name + test.ending)
        #expect(result.code == 0, "\(name): \(result.error)")
        let written = try Self.contents(of: folder.url.appendingPathComponent(place + test.ending))
        #expect(!written.isEmpty && written.values.allSatisfy { !$0.isEmpty }, "\(name)")
        #expect(written == first ?? written, "\(name)")
        first = written
      }
      let left = try folder.names.filter { $0.contains(".part") || $0.contains(".tmp") }
      #expect(left.isEmpty)
      guard test.mayBeStandardOutput else { return }
      let result = try run("-")
      #expect(result.code == 0, "\(result.error)")
      let text = try #require(first?[""].map { String(decoding: $0, as: UTF8.self) })
      #expect(result.output.hasPrefix(text), "\(result.output)")
      #expect(try !folder.names.contains("-"))
    }
  }

  /// The bytes of a file under the name "", or those of a folder's files.
  private static func contents(of place: URL) throws -> [String: Data] {
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: place.path, isDirectory: &isFolder),
      isFolder.boolValue
    else { return ["": try Data(contentsOf: place)] }
    var found: [String: Data] = [:]
    for name in try FileManager.default.contentsOfDirectory(atPath: place.path) {
      found[name] = try Data(contentsOf: place.appendingPathComponent(name))
    }
    return found
  }

  @Test func aListsFileAndAProjectFileMayHaveNamesOfOneCharacter() throws {
    try TemporaryFolder.with { folder in
      try folder.write("c", "version: 1\nlists:\n  vip: {file: l}\n")
      let result = try Tool.run(
        ["lists", "add", "vip", "a", "--config", "c", "--at", "2024-01-01"], in: folder.url)
      #expect(result.code == 0, "\(result.error)")
      #expect(try String(decoding: folder.read("l"), as: UTF8.self).contains("a,2024-01-01"))
    }
  }
}
