import Foundation
import Testing

/// The exports of other products, as their users import them.
struct ImportExportTests {
  /// Writes files into a new folder of the folder.
  static func write(
    _ files: [String: String], to name: String, in folder: TemporaryFolder
  ) throws -> String {
    for (path, text) in files {
      let file = folder.url.appendingPathComponent("\(name)/\(path)")
      try FileManager.default.createDirectory(
        at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
      try Data(text.utf8).write(to: file)
    }
    return folder.path(name)
  }

  static func sources(in folder: TemporaryFolder) throws -> [(source: String, input: String)] {
    [
      (
        "slack",
        try write(
          [
            "channels.json": #"[{"name": "general"}]"#,
            "users.json": #"[{"id": "U1"}, {"id": "U2"}]"#,
            "general/2024-01-01.json": """
            [{"user": "U1", "ts": "1704067200.000000",
              "reactions": [{"name": "+1", "users": ["U2"]}]}]
            """,
          ], to: "slack-export", in: folder)
      ),
      (
        "discourse",
        try folder.write(
          "topics.json",
          """
          {"users": [{"id": 1, "username": "U1"}, {"id": 2, "username": "U2"}],
           "topics": [{"posts": [
            {"user_id": 1, "post_number": 1, "created_at": "2024-01-01T00:00:00Z"},
            {"user_id": 2, "post_number": 2, "created_at": "2024-01-01T00:00:00Z"}]}]}
          """)
      ),
      (
        "github",
        try folder.write(
          "2024-01-01-0.json",
          #"{"id":"1","type":"ForkEvent","actor":{"login":"U1"},"created_at":"2024-01-01T00:00:00Z"}"#
            + "\n"
            + #"{"id":"2","type":"IssueCommentEvent","actor":{"login":"U2"},"#
            + #""payload":{"issue":{"user":{"login":"U1"}}},"created_at":"2024-01-01T00:00:00Z"}"#)
      ),
    ]
  }

  @Test func everySourceIsReadByEveryOtherVerb() throws {
    try TemporaryFolder.with { folder in
      let key = try folder.write("key", "0123456789abcdef\n")
      for (source, input) in try Self.sources(in: folder) {
        let result = try Tool.run([
          "import", source, input, "--key", key, "--output", folder.path("out"), "--json",
        ])
        #expect(result.code == 0, "\(result.error)")
        #expect(result.error == "")
        let object = try #require(
          JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [String: Any])
        #expect(object["source"] as? String == source)
        #expect((object["events"] as? [String: Any])?["accepted"] as? Int == 2)
        let features = try Tool.run([
          "features", folder.path("out/\(source)-events.csv"), "--members",
          folder.path("out/\(source)-members.csv"), "--as-of", "2024-01-02", "--features",
          "events,recency_days,received_impact_h56", "--output", folder.path("\(source).csv"),
        ])
        #expect(features.code == 0, "\(features.error)")
        let rows = String(decoding: try folder.read("\(source).csv"), as: UTF8.self)
          .split(separator: "\n").dropFirst()
        #expect(rows.count == 2)
        #expect(rows.allSatisfy { $0.contains(",1,1,") && $0.hasPrefix("m") })
      }
    }
  }

  @Test(arguments: ["slack", "discourse", "github"])
  func helpSaysWhatIsReadAndHasAnExample(source: String) throws {
    let help = try Tool.run(["import", source, "--help"]).output
    for word in ["Example", "coterie import \(source) ", "--json", "target_id", "Event types:"] {
      #expect(help.contains(word), "\(word)")
    }
  }

  @Test func badRecordsAreShownKeptAndCounted() throws {
    try TemporaryFolder.with { folder in
      let file = try folder.write("a.json", "{]\n{\"type\":\"ForkEvent\"}\n")
      let arguments = [
        "import", "github", file, "--plain-ids", "--output", folder.path("out"), "--rejects",
        folder.path("rejects.csv"),
      ]
      let refused = try Tool.run(arguments)
      #expect(refused.code == 2)
      #expect(refused.output == "")
      #expect(refused.error.contains("a.json:1: no event of GitHub's"))
      #expect(try folder.names == ["a.json", "rejects.csv"])
      #expect(
        String(decoding: try folder.read("rejects.csv"), as: UTF8.self) == """
          file,line,reason,record
          \(file),1,no event of GitHub's,{]
          \(file),2,event without actor,"{""type"":""ForkEvent""}"

          """)
      let taken = try Tool.run(arguments + ["--max-rejected", "2"])
      #expect(taken.code == 0)
      #expect(taken.error.contains("2 of 2 records rejected"))
      #expect(taken.output.hasPrefix("0 events of 0 members\n"))
    }
  }
}
