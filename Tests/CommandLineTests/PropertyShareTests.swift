import Foundation
import TestSupport
import Testing

/// What members' events are about, as features: `share_of_PROPERTY`.
struct PropertyShareTests {
  /// Shoppers of winter and of summer things, and some of both; a value holds a comma and quotes.
  private static let log: String = {
    var lines = ["member_id,timestamp,event,season"]
    for member in 0..<60 {
      let season = ["winter", "summer", "\"odds, \"\"ends\"\"\""][member % 3]
      for number in 0..<4 + member % 5 + (member % 3 == 1 ? 1 : 0) {
        let other = number == 3 ? "winter" : season
        lines.append(
          "m\(member),2025-0\(1 + number % 6)-1\(member % 10)T00:00:00Z,purchase,\(other)")
      }
    }
    return lines.joined(separator: "\n") + "\n"
  }()

  private func rows(_ text: Data) -> [String] {
    String(decoding: text, as: UTF8.self).split(separator: "\n").map(String.init)
  }

  @Test func featuresAreTheCommonestValues() throws {
    try TemporaryFolder.with { folder in
      let events = try folder.write("e.csv", Self.log)
      let result = try Tool.run([
        "features", events, "--as-of", "last", "--features", "events,share_of_season:2", "--output",
        folder.path("f.csv"),
      ])
      try #require(result.code == 0, "\(result.error)")
      let lines = rows(try folder.read("f.csv"))
      #expect(lines[0] == "member_id,events,share_of_season=winter,share_of_season=summer")
      #expect(lines.first { $0.hasPrefix("m1,") } == "m1,6,0.16666666666666666,0.8333333333333334")
      // A name that holds a comma stands in quotes, here as in the header.
      let quoted = try Tool.run([
        "features", events, "--as-of", "last", "--features",
        "\"share_of_season=odds, \"\"ends\"\"\",events", "--output", folder.path("q.csv"),
      ])
      try #require(quoted.code == 0, "\(quoted.error)")
      let header = rows(try folder.read("q.csv"))[0]
      #expect(header == "member_id,\"share_of_season=odds, \"\"ends\"\"\",events")
      #expect(
        rows(try folder.read("q.csv")).first { $0.hasPrefix("m2,") } == "m2,0.8333333333333334,6")
    }
  }

  @Test func segmentsAreMadeOfWhatEventsAreAbout() throws {
    try TemporaryFolder.with { folder in
      let events = try folder.write("e.csv", Self.log)
      let model = folder.path("m.safetensors")
      let trained = try Tool.run([
        "train", events, "--as-of", "last", "--features", "share_of_season", "--algorithm",
        "kmeans",
        "--clusters", "3", "--output", model,
      ])
      try #require(trained.code == 0, "\(trained.error)")
      let labels = try Tool.run([
        "label", events, "--as-of", "last", "--model", model, "--output", folder.path("l.csv"),
      ])
      try #require(labels.code == 0, "\(labels.error)")
      var kinds: [Substring: Set<Int>] = [:]
      for row in rows(try folder.read("l.csv")).dropFirst() {
        let cells = row.split(separator: ",")
        kinds[cells[3], default: []].insert((Int(cells[0].dropFirst()) ?? 0) % 3)
      }
      #expect(kinds.count == 3)
      #expect(kinds.values.allSatisfy { $0.count == 1 })
      let card = try Tool.run(["inspect", model])
      #expect(card.output.contains("share_of_season=odds, \"ends\""))
      #expect(card.output.contains("50 % or more of events with season winter"), "\(card.output)")
      // The values are the model's: a log in which some do not occur is labelled all the same.
      let winter = try folder.write(
        "w.csv", "member_id,timestamp,event,season\nx,2025-06-01T00:00:00Z,purchase,winter\n")
      let later = try Tool.run([
        "label", winter, "--as-of", "last", "--model", model, "--output", folder.path("w.l.csv"),
      ])
      #expect(later.code == 0, "\(later.error)")
    }
  }

  @Test func rulesCompareOneValue() throws {
    try TemporaryFolder.with { folder in
      let events = try folder.write("e.csv", Self.log)
      func label(_ feature: String) throws -> Tool.Result {
        try folder.write(
          "p.yaml",
          "version: 1\nsegments:\n  - id: winter-people\n    when: {feature: \(feature), gte: 0.9}\n"
        )
        return try Tool.run([
          "label", events, "--as-of", "last", "--config", folder.path("p.yaml"), "--output",
          folder.path("l.csv"),
        ])
      }
      let one = try label("share_of_season=winter")
      try #require(one.code == 0, "\(one.error)")
      #expect(rows(try folder.read("l.csv")).count == 1 + 20)
      let several = try label("share_of_season")
      #expect(several.code == 2)
      #expect(several.error.contains("share_of_season=VALUE"), "\(several.error)")
      #expect(several.error.contains("p.yaml:4:"), "\(several.error)")
    }
  }

  /// The seasons that members were told apart by are found as rules of them.
  @Test func rulesAreSuggestedOfTheCommonestValues() throws {
    try TemporaryFolder.with { folder in
      let events = try folder.write("e.csv", Self.log)
      let labels = try folder.write(
        "l.csv",
        "member_id,label\n"
          + (0..<60).map { "m\($0),\(["cold", "warm", "odd"][$0 % 3])\n" }.joined())
      let result = try Tool.run([
        "rules", "suggest", events, "--as-of", "last", "--labels", labels, "--features",
        "share_of_season:2", "--output", folder.path("r.yaml"),
      ])
      try #require(result.code == 0, "\(result.error)")
      let rules = String(decoding: try folder.read("r.yaml"), as: UTF8.self)
      #expect(rules.contains("\"share_of_season=winter\", gt"))
      #expect(rules.contains("\"share_of_season=summer\", gt"))
      let checked = try Tool.run(["rules", "check", "--config", folder.path("r.yaml")])
      #expect(!checked.error.contains("share_of_season"), "\(checked.error)")
    }
  }

  @Test(arguments: [
    (["--features", "share_of_colour"], "no event has a property"),
    (["--features", "share_of_season_1d"], "no event in its window"),
    (["--features", "share_of_season", "--since", "2025-02-01", "--every", "1mo"], "=VALUE"),
    (["--features", "\"share_of_season=x"], "--features"),
    (["--features", "share_of_season:0"], "from 1 to 99, as in \"share_of_season:5\""),
    (["--features", "events_0d"], "a window in days is a whole number from 1 to 99999"),
    (["--features", "distinct_target_id"], "the column that says whom it was done to"),
    (["--features", "events,share_of_season,events"], "feature \"events\" is named twice"),
    (
      ["--features", "velocity,velocity_h14_h56"],
      "features \"velocity\" and \"velocity_h14_h56\" are the same"
    ),
  ])
  func whatCannotBeHadIsAUsageError(options: [String], message: String) throws {
    try TemporaryFolder.with { folder in
      let events = try folder.write(
        "e.csv", Self.log + "z,2025-12-01T00:00:00Z,purchase,\n")
      let result = try Tool.run(
        ["features", events, "--as-of", "last", "--output", folder.path("f.csv")] + options)
      #expect(result.code == 64, "\(result.error)")
      #expect(result.error.contains(message), "\(result.error)")
    }
  }

  @Test func seriesHaveSharesOfOneValue() throws {
    try TemporaryFolder.with { folder in
      let events = try folder.write("e.csv", Self.log)
      let names = "share_of_season=winter,share_of_season_90d=summer"
      let series = try Tool.run([
        "features", events, "--as-of", "2025-06-30", "--since", "2025-04-30", "--every", "1mo",
        "--features", names, "--output", folder.path("s.csv"),
      ])
      try #require(series.code == 0, "\(series.error)")
      let alone = try Tool.run([
        "features", events, "--as-of", "2025-05-30", "--features", names, "--output",
        folder.path("a.csv"),
      ])
      try #require(alone.code == 0, "\(alone.error)")
      let found = rows(try folder.read("s.csv")).filter { $0.hasPrefix("2025-05-30") }
        .map { $0.split(separator: ",", maxSplits: 1, omittingEmptySubsequences: false)[1] }
      let expected = rows(try folder.read("a.csv")).dropFirst()
      #expect(found.map(String.init) == Array(expected))
      #expect(found.count > 10)
    }
  }

  @Test func aValueThatNoEventHasIsWarnedOf() throws {
    try TemporaryFolder.with { folder in
      let events = try folder.write("e.csv", Self.log)
      let rules = try folder.write(
        "p.yaml",
        """
        version: 1
        segments: [{id: summery, when: {feature: share_of_season=sumer, gte: 0.5}}]
        """)
      let input = [events, "--as-of", "last"]
      let option = ["--features", "events,share_of_season=winter,share_of_season=sumer"]
      let message = "no event has the season \"sumer\", so that nobody has a share of it; "
      for arguments in [
        ["features"] + input + option + ["--output", folder.path("f.csv")],
        ["features"] + input + option
          + ["--since", "2025-02-01", "--every", "1mo", "--output", folder.path("f.csv")],
        ["train"] + input + option
          + [
            "--algorithm", "kmeans", "--clusters", "2", "--resamples", "0", "--output",
            folder.path("m.safetensors"),
          ],
        ["label"] + input + ["--config", rules, "--output", folder.path("l.csv")],
      ] {
        let result = try Tool.run(arguments)
        #expect(result.code == 0, "\(result.error)")
        #expect(
          result.error.components(separatedBy: message + "did you mean \"summer\"?").count == 2,
          "\(arguments): \(result.error)")
      }
    }
  }

  @Test func aColumnThatTheProjectGivesAnotherRoleIsNoProperty() throws {
    try TemporaryFolder.with { folder in
      let events = try folder.write(
        "e.csv", "member_id,timestamp,event,amount\na,2025-01-01T00:00:00Z,buy,3\n")
      func run(_ features: String, _ options: [String]) throws -> Tool.Result {
        try folder.write(
          "p.yaml", "version: 1\nevents: {columns: {value: amount}}\nfeatures: [\(features)]\n")
        return try Tool.run(
          [
            "features", events, "--as-of", "last", "--config", folder.path("p.yaml"), "--output",
            "-",
          ]
            + options)
      }
      let message = "\"amount\" is not a property but the column that holds each event's number"
      let option = try run("events", ["--features", "distinct_amount"])
      #expect(option.code == 64 && option.error.contains(message), "\(option.error)")
      let project = try run("events, share_of_amount", [])
      #expect(project.code == 2 && project.error.contains("p.yaml:3:20"), "\(project.error)")
      #expect(project.error.contains(message), "\(project.error)")
      let twice = try run("events, velocity, events", [])
      #expect(twice.code == 2 && twice.error.contains("p.yaml:3:30"), "\(twice.error)")
      #expect(twice.error.contains("feature \"events\" is named twice"), "\(twice.error)")
    }
  }
}
