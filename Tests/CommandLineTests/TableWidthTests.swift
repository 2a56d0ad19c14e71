import Foundation
import Testing

/// Tables fit 80 columns, and checks say what conditions keep.
struct TableWidthTests {
  private static let model = ["--model", SampleCommunity.model]

  /// The lines of tables are indented by two blanks and have cells two or more blanks apart.
  private static let commands: [[String]] = [
    ["rules", "check"], ["rules", "backtest", "--since", "2025-01-01", "--every", "1mo"],
    ["compare"], ["rules", "forecast"], ["label", "--output", "/dev/null"],
    ["explain", "m0161", "--verbose"],
  ]

  @Test(arguments: commands)
  func tablesFitEightyColumns(command: [String]) throws {
    let result = try Tool.run(command + SampleCommunity.input + Self.model)
    #expect(result.code == 0, "\(result.error)")
    let lines = result.output.split(separator: "\n").filter { line in
      // Conditions and what was observed stand in lines of their own length.
      line.hasPrefix("  ") && line.dropFirst(2).contains("   ") && !line.contains(" — ")
    }
    #expect(!lines.isEmpty)
    for line in lines { #expect(line.count <= 80, "\(line)") }
  }

  /// Prose that is longer than a line goes on below, further to the right.
  @Test(arguments: [
    [], ["--among", "{feature: tenure_days, gt: 600}"],
    ["--outcome", "{did_not: \"*\", within: 30d}", "--among", "{did: \"*\", within: 90d}"]
      + ["--since", "2025-05-01", "--every", "1mo", "--retrain"],
  ])
  func comparisonsAreWrapped(options: [String]) throws {
    let result = try Tool.run(["compare"] + SampleCommunity.input + Self.model + options)
    #expect(result.code == 0, "\(result.error)")
    let lines = result.output.split(separator: "\n")
    #expect(lines.count > 50)
    // A path is a word, and stays whole.
    for line in lines where !line.contains("/") { #expect(line.count <= 80, "\(line)") }
    let first = try #require(lines.firstIndex { $0.hasPrefix("  c0 ") })
    #expect(lines[first + 1].hasPrefix("    "))
    #expect(!lines.contains { $0.drop { $0 == " " }.hasPrefix("%") })
  }

  private static let yaml = """
    version: 1
    clock: {zone: America/New_York}
    lists: {hosts: {members: [m0001], review_by: 2024-01-01}}
    segments:
    - {id: a, when: {any: [{did: post, within: 30d}, {did: answer, within: 30d}]}}
    """

  @Test func checksWithoutEventsNeedNoTime() throws {
    try TemporaryFolder.with { folder in
      let config = try folder.write("c.yaml", Self.yaml)
      let check = ["rules", "check", "--config", config]
      let plain = try Tool.run(check)
      #expect(plain.code == 0 && plain.output == "1 segment, nothing found\n", "\(plain.error)")
      let later = try Tool.run(check + ["--as-of", "2024-02-01"])
      #expect(later.code == 1)
      #expect(later.output.contains("was to be reviewed by 2024-01-01T00:00:00-05:00"))
      #expect(try Tool.run(check + ["--as-of", "last"]).code == 64)
      let missing = try Tool.run(check + [SampleCommunity.events])
      #expect(missing.code == 64 && missing.error.contains("events need --as-of"))
    }
  }

  @Test func checksWithEventsSayWhatConditionsKeep() throws {
    try TemporaryFolder.with { folder in
      let config = try folder.write("c.yaml", Self.yaml)
      let check = [
        "rules", "check", SampleCommunity.events, "--members", SampleCommunity.members, "--config",
        config, "--as-of", "2025-07-01",
      ]
      let object = try #require(
        try JSONSerialization.jsonObject(
          with: Data(try Tool.run(check + ["--json"]).output.utf8)) as? [String: Any])
      let funnel = try #require((object["funnel"] as? [[String: Any]])?.first)
      let steps = try #require(funnel["conditions"] as? [[String: Any]])
      #expect(steps.map { $0["depth"] as? Int } == [0, 1, 1])
      let together = steps.map { $0["together"] as? Int }
      let changes = steps.map { $0["change"] as? Int }
      #expect(together[0] == nil && together[1] == changes[1])
      #expect(together[2] == funnel["members"] as? Int)
      #expect(together[2] == (changes[1] ?? 0) + (changes[2] ?? 0))
      #expect(together[2] ?? 0 > together[1] ?? 0 && together[1] ?? 0 > 0)
      #expect(try Tool.run(check).output.contains("What each condition keeps and drops."))
    }
  }

  /// Midnights of UTC are no midnights in the zone, and days all the same.
  @Test func sizesStandBelowDaysAndBelowInstantsWhereADayHasSeveral() throws {
    try TemporaryFolder.with { folder in
      let config = try folder.write("c.yaml", Self.yaml)
      func backtest(every: String) throws -> String {
        try Tool.run(
          [
            "rules", "backtest", SampleCommunity.events, "--config", config, "--as-of",
            "2025-07-03T00:00:00Z", "--since", "2025-07-01T00:00:00Z", "--every", every,
          ]
        ).output
      }
      #expect(try backtest(every: "1d").contains("  2025-06-30  2025-07-01  2025-07-02\n"))
      #expect(try backtest(every: "12h").contains("  2025-06-30T20:00:00-04:00  2025-07-01T08:00"))
    }
  }

  @Test func longNamesAreShortenedAndManyColumnsFollowBelow() throws {
    try TemporaryFolder.with { folder in
      let name = String(repeating: "a-long-name-", count: 8)
      let yaml = "version: 1\nsegments: [{id: \(name), when: {did: post}}]"
      let config = try folder.write("c.yaml", yaml)
      let output = try Tool.run(
        [
          "rules", "backtest", SampleCommunity.events, "--config", config, "--as-of", "2025-07-01",
          "--since", "2024-01-01", "--every", "1mo",
        ]).output
      #expect(output.split(separator: "\n").allSatisfy { $0.count <= 80 }, "\(output)")
      #expect(output.contains("a-long-name-a-long-name…") || output.contains("…"))
      for month in ["2024-01-01", "2024-12-01", "2025-07-01"] { #expect(output.contains(month)) }
    }
  }
}
