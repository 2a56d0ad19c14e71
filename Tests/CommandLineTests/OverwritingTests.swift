import Foundation
import TestSupport
import Testing

/// No verb writes over what it reads.
struct OverwritingTests {
  private static let events = """
    member_id,timestamp,event
    a,2024-01-01T00:00:00Z,x
    b,2024-01-02T00:00:00Z,x
    c,2024-01-03T00:00:00Z,y

    """

  struct Case: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let arguments: [String]
    let file: String
  }

  /// `@` is the folder.
  private static let cases = [
    Case(
      testDescription: "features over events",
      arguments: ["features", "@/e.csv", "--as-of", "last", "--output", "@/e.csv"], file: "e.csv"),
    Case(
      testDescription: "labels over members",
      arguments: [
        "train", "@/e.csv", "--members", "@/m.csv", "--as-of", "last", "--algorithm", "kmeans",
        "--clusters", "2", "--output", "@/t.safetensors", "--labels", "@/m.csv",
      ], file: "m.csv"),
    Case(
      testDescription: "rejects over events",
      arguments: [
        "train", "@/e.csv", "--as-of", "last", "--algorithm", "kmeans", "--clusters", "2",
        "--output", "@/t.safetensors", "--rejects", "@/./e.csv",
      ], file: "e.csv"),
    Case(
      testDescription: "label over the project",
      arguments: [
        "label", "@/e.csv", "--config", "@/p.yaml", "--as-of", "last", "--output", "@/p.yaml",
      ], file: "p.yaml"),
    Case(
      testDescription: "suggestions over the labels",
      arguments: [
        "rules", "suggest", "@/e.csv", "--labels", "@/l.csv", "--as-of", "last", "--output",
        "@/l.csv",
      ], file: "l.csv"),
    Case(
      testDescription: "labels over the matrix",
      arguments: [
        "cluster", "@/d.csv", "--algorithm", "kmeans", "--clusters", "2", "--labels", "@/d.csv",
      ], file: "d.csv"),
    Case(
      testDescription: "the table over the matrix",
      arguments: ["choose", "@/d.csv", "--output", "@/d.csv"], file: "d.csv"),
  ]

  @Test(arguments: cases)
  func inputsStayAsTheyAre(_ test: Case) throws {
    try TemporaryFolder.with { folder in
      try folder.write("e.csv", Self.events)
      try folder.write("m.csv", "member_id,joined_at\na,2023-01-01\n")
      try folder.write("p.yaml", "version: 1\nsegments: [{id: s, when: {did: x}}]\n")
      try folder.write("l.csv", "member_id,group\na,g\n")
      try folder.write("d.csv", "x\n1\n2\n3\n9\n")
      let before = try folder.read(test.file)
      let result = try Tool.run(
        test.arguments.map { $0.replacingOccurrences(of: "@", with: folder.url.path) })
      #expect(result.code == 64, "\(result.error)")
      #expect(result.error.contains("say another file"), "\(result.error)")
      #expect(try folder.read(test.file) == before)
      #expect(try folder.names == ["d.csv", "e.csv", "l.csv", "m.csv", "p.yaml"])
    }
  }

  /// A model that is refused leaves nothing, and is not told of as if it were there.
  @Test func refusedModelsWriteNothing() throws {
    try TemporaryFolder.with { folder in
      let earlier = folder.path("earlier.safetensors")
      let train = [
        "train", SampleCommunity.events, "--members", SampleCommunity.members, "--config",
        SampleCommunity.project, "--algorithm", "kmeans",
      ]
      let first = try Tool.run(
        train + ["--as-of", "2025-05-01", "--clusters", "4", "--output", earlier])
      #expect(first.code == 0, "\(first.error)")
      let refused = try Tool.run(
        train + [
          "--as-of", "2025-07-01", "--previous", earlier, "--least-agreement", "1", "--output",
          folder.path("new.safetensors"), "--labels", folder.path("labels.csv"), "--centroids",
          folder.path("centroids.csv"),
        ])
      #expect(refused.code == 1, "\(refused.error)")
      #expect(!refused.output.contains("Model new"))
      #expect(try folder.names == ["earlier.safetensors"])
      // In its predecessor's own place, too: what was there stays, until one is accepted.
      let before = try folder.read("earlier.safetensors")
      let inPlace =
        train + [
          "--as-of", "2025-07-01", "--previous", earlier, "--output", earlier,
        ]
      #expect(try Tool.run(inPlace + ["--least-agreement", "1"]).code == 1)
      #expect(try folder.read("earlier.safetensors") == before)
      let limits = ["--least-agreement", "0", "--least-stability", "0"]
      let accepted = try Tool.run(inPlace + limits)
      #expect(accepted.code == 0, "\(accepted.error)")
      #expect(try folder.read("earlier.safetensors") != before)
      // Nor is one that has seen what comes later followed.
      let older = try Tool.run(
        train + [
          "--as-of", "2025-04-01", "--previous", earlier, "--output",
          folder.path("new.safetensors"),
        ])
      #expect(older.code == 2)
      #expect(older.error.contains("is before 2025-07-01"), "\(older.error)")
    }
  }
}
