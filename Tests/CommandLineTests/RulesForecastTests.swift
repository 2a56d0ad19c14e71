import Foundation
import Testing

/// `coterie rules forecast`.
struct RulesForecastTests {
  private static let yaml = """
    version: 1
    segments:
      - {id: active, when: {did: post, within: 7d}}
      - {id: quiet, when: {did_not: post, within: 7d}}
      - {id: top, when: {rank: {feature: events, top: 50%}}}
    """

  private static func withProject(_ body: (TemporaryFolder) throws -> Void) throws {
    try TemporaryFolder.with { folder in
      try folder.write("c.yaml", yaml)
      try folder.write(
        "e.csv",
        "member_id,timestamp,event\na,2024-05-01,post\nb,2024-05-04,post\na,2024-05-05,post\n")
      try body(folder)
    }
  }

  private static func forecast(_ arguments: [String], in folder: TemporaryFolder) throws
    -> Tool.Result
  {
    try Tool.run(
      ["rules", "forecast", "e.csv", "--config", "c.yaml", "--as-of", "2024-05-04T12:00:00Z"]
        + arguments, in: folder.url)
  }

  @Test func textSaysWhoLeavesWhenAndWhy() throws {
    try Self.withProject { folder in
      let result = try Self.forecast([], in: folder)
      #expect(result.code == 0, "\(result.error)")
      #expect(
        result.error
          == "note: top depends on a rank, which other members change, too: it has no forecast\n")
      #expect(
        result.output == """
          2 members as of 2024-05-04T12:00:00Z; by time alone until 2024-06-03T12:00:00Z

            segment  now  leave  enter  then
            active     2      2      0     0
            quiet      0      0      2     2

            day         leave  enter
            2024-05-08      1      1
            2024-05-11      1      1

          2024-05-08T00:00:00Z a leaves active (time): {did: post, within: 7d} (count 0, needs at least 1)
          2024-05-08T00:00:00Z a enters quiet (time): {did_not: post, within: 7d} (last post 2024-05-01T00:00:00Z, 7 days ago)
          2024-05-11T00:00:00Z b leaves active (time): {did: post, within: 7d} (count 0, needs at least 1)
          2024-05-11T00:00:00Z b enters quiet (time): {did_not: post, within: 7d} (last post 2024-05-04T00:00:00Z, 7 days ago)

          """)
    }
  }

  @Test func fileAndObjectHoldTheSameChanges() throws {
    try Self.withProject { folder in
      let result = try Self.forecast(
        ["--days", "4", "--segment", "quiet", "--json", "--output", folder.path("f.csv")],
        in: folder)
      #expect(result.code == 0 && result.error.isEmpty, "\(result.error)")
      let object = try #require(
        JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [String: Any])
      #expect(object["coterie"] as? String == "rules forecast" && object["version"] as? Int == 1)
      #expect(object["changes"] as? Int == 1 && object["members"] as? Int == 2)
      let segments = try #require(object["segments"] as? [[String: Any]])
      #expect(segments.count == 1 && segments[0]["segment"] as? String == "quiet")
      #expect(segments[0]["entered"] as? [Int] == [0, 0, 0, 0, 1])
      #expect(segments[0]["now"] as? Int == 0 && segments[0]["then"] as? Int == 1)
      let lines = String(decoding: try folder.read("f.csv"), as: UTF8.self).split(separator: "\n")
      #expect(lines.count == 2)
      #expect(lines[0] == "member_id,segment,direction,time,reason,evidence")
      #expect(lines[1].hasPrefix("a,quiet,entered,2024-05-08T00:00:00Z,time,"))
    }
  }

  private static let wrong: [(String, Int32)] = [
    ("--days 0", 64), ("--segment quite", 64), ("--json --output -", 64), ("--days 36501", 64),
    ("--days soon", 64),
  ]

  @Test(arguments: wrong)
  func badOptionsAreUsageErrors(line: String, code: Int32) throws {
    try Self.withProject { folder in
      let result = try Self.forecast(line.split(separator: " ").map(String.init), in: folder)
      #expect(result.code == code && result.output.isEmpty && !result.error.isEmpty)
    }
  }
}
