import Foundation
import Testing

/// `coterie features --profile`: what the columns look like.
struct ProfileTests {
  static let log = """
    member_id,timestamp,event,value,event_id
    a,2024-01-01T00:00:00Z,post,1,1
    a,2024-01-03T00:00:00Z,post,2,2
    a,2024-01-03T00:00:00Z,post,2,2
    b,2024-01-02T00:00:00Z,like,,3
    c,never,like,5,4
    c,2024-01-04T00:00:00Z,like,3,5
    """
  static let members = """
    member_id,joined_at,nothing
    b,2024-01-01,
    d,2024-01-01,
    e,2025-01-01,
    """

  static func run(
    _ folder: TemporaryFolder, _ more: [String], locale: String
  ) throws -> Tool.Result {
    try Tool.run(
      [
        "features", try folder.write("l.csv", log), "--members",
        try folder.write("m.csv", members), "--as-of", "2024-01-05", "--features",
        "events,recency_days,events_1d,value_mean", "--max-rejected", "50%", "--profile",
      ] + more, environment: ["LC_ALL": locale])
  }

  static let report = """
    4 members as of 2024-01-05T00:00:00Z

      feature          missing  zeros  distinct  mean  skew       from min to max
      events                 0      1         3     1     0  ▄         █        ▄
      recency_days  1 (25.0 %)      0         3     2     0  █         █        █
      events_1d              0      4         1     0     –          all the same
      value_mean    2 (50.0 %)      0         2  2.25     –  █                  █

      feature       min    1 %    5 %   25 %  50 %   75 %   95 %   99 %  max
      events          0   0.03   0.15   0.75     1   1.25   1.85   1.97    2
      recency_days    1   1.02    1.1    1.5     2    2.5    2.9   2.98    3
      events_1d       0      0      0      0     0      0      0      0    0
      value_mean    1.5  1.515  1.575  1.875  2.25  2.625  2.925  2.985    3

    6 records read, 4 taken
      1 rejected: unreadable timestamp
      1 left out: their event_id came before
    3 members read
      1 left out: neither joined nor active until 2024-01-05T00:00:00Z

    """

  @Test func profileIsPrintedBesidesAFile() throws {
    try TemporaryFolder.with { folder in
      let result = try Self.run(
        folder, ["--output", folder.path("f.csv")], locale: "en_GB.UTF-8")
      #expect(result.code == 0, "\(result.error)")
      #expect(result.output == Self.report)
    }
  }

  @Test func profileGoesToTheStandardErrorBesidesATableThere() throws {
    try TemporaryFolder.with { folder in
      let result = try Self.run(folder, ["--output", "-"], locale: "en_GB.UTF-8")
      #expect(result.output.hasPrefix("member_id,events,recency_days"))
      #expect(result.error.hasSuffix(Self.report))
    }
  }

  @Test func profileIsASCIIWhereTheTerminalIs() throws {
    try TemporaryFolder.with { folder in
      let result = try Self.run(folder, ["--output", folder.path("f.csv")], locale: "C")
      let expected = Self.report.replacingOccurrences(of: "▄", with: "=")
        .replacingOccurrences(of: "█", with: "@").replacingOccurrences(of: "–", with: "-")
      #expect(result.output == expected)
    }
  }

  @Test func columnOfNothingReadsAsOne() throws {
    try TemporaryFolder.with { folder in
      let result = try Tool.run(
        [
          "features", try folder.write("l.csv", Self.log), "--as-of", "2024-01-02", "--features",
          "burstiness,events", "--max-rejected", "50%", "--profile", "--output",
          folder.path("f.csv"),
        ], environment: ["LC_ALL": "C.utf8"])
      #expect(
        result.output.contains(
          "  burstiness  2 (100.0 %)      –         –     –     –      all missing\n"))
    }
  }

  @Test func profileIsAnObjectAmongOthers() throws {
    try TemporaryFolder.with { folder in
      let result = try Self.run(folder, ["--output", folder.path("f.npy"), "--json"], locale: "C")
      let object = try #require(
        JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [String: Any])
      let profile = try #require(object["profile"] as? [String: Any])
      let columns = try #require(profile["columns"] as? [[String: Any]])
      #expect(profile["members"] as? Int == 4)
      let value = try #require(columns.last)
      #expect(value["feature"] as? String == "value_mean")
      #expect(value["missing"] as? Int == 2)
      #expect(value["missing_share"] as? Double == 0.5)
      #expect(value["skew"] is NSNull)
      #expect((value["quantiles"] as? [String: Double])?["0.25"] == 1.875)
      #expect((value["histogram"] as? [Int])?.count == 20)
      let file = try #require(profile["members_file"] as? [String: Any])
      #expect(file["rows"] as? Int == 3)
      #expect(file["left_out"] as? Int == 1)
    }
  }
}
