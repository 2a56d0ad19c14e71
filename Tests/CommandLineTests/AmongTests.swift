import Foundation
import Testing

/// `--among` in every verb that has it, and what models remember of it.
struct AmongTests {
  /// Sixty members with one to eight events a month; odd ones are silent in June.
  private static let events: [(id: String, day: String)] = (0..<60).flatMap { member in
    let months = member % 2 == 0 ? ["04", "05", "06"] : ["04", "05"]
    return months.flatMap { month in
      (0...(member * 7 % 8)).map {
        (String(format: "m%02d", member), String(format: "2025-%@-%02d", month, 1 + $0 * 3))
      }
    }
  }

  private struct Files {
    let folder: TemporaryFolder
    let input: [String]

    /// The log and the members file, or those of some members alone.
    init(
      _ folder: TemporaryFolder, _ name: String = "all", of isWanted: (Int) -> Bool = { _ in true }
    )
      throws
    {
      self.folder = folder
      let wanted = Set((0..<60).filter(isWanted).map { String(format: "m%02d", $0) })
      let events = try folder.write(
        "\(name).csv",
        "member_id,timestamp,event\n"
          + AmongTests.events.filter { wanted.contains($0.id) }
          .map { "\($0.id),\($0.day)T00:00:00Z,post\n" }.joined())
      let members = try folder.write(
        "\(name)-members.csv",
        "member_id,karma\n" + wanted.sorted().map { "\($0),\($0.dropFirst())\n" }.joined())
      input = [events, "--members", members, "--as-of", "2025-07-01"]
    }

    func run(_ verb: [String], _ more: [String], code: Int32 = 0) throws -> Tool.Result {
      let result = try Tool.run(verb + input + more)
      try #require(result.code == code, "\(verb) \(more): \(result.error)")
      return result
    }

    func json(_ verb: [String], _ more: [String]) throws -> [String: Any] {
      let result = try run(verb, more + ["--json"])
      return try #require(
        try JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [String: Any])
    }

    func train(_ name: String, _ more: [String]) throws -> (labels: Data, centroids: Data) {
      _ = try run(
        ["train"],
        [
          "--algorithm", "kmeans", "--clusters", "2", "--resamples", "0", "--features",
          "events_90d,active_days_90d", "--labels", folder.path("l.csv"), "--centroids",
          folder.path("c.csv"), "--output", folder.path(name),
        ] + more)
      return (try folder.read("l.csv"), try folder.read("c.csv"))
    }
  }

  private static let active = "{did: \"*\", within: 31d}"

  /// From kept events, from features and from attributes of one pass: the same as by hand.
  @Test(arguments: [
    (active, 0), ("{feature: recency_days, lt: 31}", 0), ("{attr: karma, lt: 40}", 1),
  ])
  func trainingIsThatOfALogFilteredByHand(_ condition: String, _ kind: Int) throws {
    try TemporaryFolder.with { folder in
      let all = try Files(folder)
      let some = try Files(folder, "some") { kind == 0 ? $0 % 2 == 0 : $0 < 40 }
      let expected = try some.train("some.safetensors", [])
      let found = try all.train("m.safetensors", ["--among", condition])
      #expect(found.labels == expected.labels)
      #expect(found.centroids == expected.centroids)
      #expect(try all.train("all.safetensors", []).labels != expected.labels)
      let card = try Tool.run(["inspect", folder.path("m.safetensors"), "--json"]).output
      let json = try #require(
        try JSONSerialization.jsonObject(with: Data(card.utf8)) as? [String: Any])
      #expect(json["among"] as? String == condition)
      #expect((json["training"] as? [String: Any])?["members"] as? Int == (kind == 0 ? 30 : 40))
    }
  }

  @Test(arguments: [active, "{feature: recency_days, lt: 31}"])
  func whoLabelsObeysTheModel(_ condition: String) throws {
    try TemporaryFolder.with { folder in
      let files = try Files(folder)
      let training = try files.train("m.safetensors", ["--among", condition])
      let model = ["--model", folder.path("m.safetensors")]
      let label = try files.json(["label"], model + ["--output", folder.path("labels.csv")])
      #expect((label["outside_among"] as? [String: Int]) == ["m": 30])
      let sizes = try #require(label["segments"] as? [[String: Any]]).map { $0["members"] as? Int }
      #expect(sizes.compactMap { $0 }.reduce(0, +) == 30)
      let rows = try String(decoding: folder.read("labels.csv"), as: UTF8.self)
        .split(separator: "\n").dropFirst()
      let trained = String(decoding: training.labels, as: UTF8.self)
        .split(separator: "\n").dropFirst()
      #expect(rows.map { $0.prefix(3) } == trained.map { $0.prefix(3) })

      let drift = try files.json(["drift"], model)
      #expect(drift["outside_among"] as? Int == 30)
      #expect(drift["members"] as? Int == 30)
      #expect(drift["segment_stability_index"] as? Double == 0)

      let note = try files.run(["label"], model + ["--output", folder.path("l2.csv")]).error
      #expect(note.contains("30 of 60 members are outside what m is about"), "\(note)")
    }
  }

  @Test func explainSaysWhyAMemberIsOutside() throws {
    try TemporaryFolder.with { folder in
      let files = try Files(folder)
      _ = try files.train("m.safetensors", ["--among", Self.active])
      let model = ["--model", folder.path("m.safetensors")]
      let short = try files.run(["explain", "m01"], model).output
      #expect(short.contains("in no segment"), "\(short)")
      #expect(
        short.contains(
          "Why: outside the members that m is about: {did: \"*\", within: 31d} — count 0, needs at least 1\n"
        ), "\(short)")
      #expect(short.hasSuffix("Next: comes into a segment of m with 1 more post\n"), "\(short)")
      let text = try files.run(["explain", "m01", "--verbose"], model).output
      #expect(text.contains("is in no learned segment of m"), "\(text)")
      #expect(text.contains("false: {did: \"*\", within: 31d} — count 0, needs at least 1"))
      let learned = try #require(
        try files.json(["explain", "m01"], model)["learned"] as? [[String: Any]])
      #expect(learned[0]["segment"] is NSNull)
      #expect(learned[0]["among"] as? String == Self.active)
      #expect((learned[0]["because"] as? [[String: Any]])?[0]["truth"] as? String == "false")
      #expect(
        try files.run(["explain", "m00", "--verbose"], model).output.contains("is in learned c"))
    }
  }

  /// What nobody can do is no advice: somebody's karma is as it is.
  @Test func whatWouldBringAMemberInIsAdvisedOnlyWhereItIsAnAction() throws {
    try TemporaryFolder.with { folder in
      let files = try Files(folder)
      _ = try files.train("m.safetensors", ["--among", "{attr: karma, lt: 40}"])
      let output = try files.run(
        ["explain", "m50"], ["--model", folder.path("m.safetensors")]
      ).output
      #expect(output.contains("Why: outside the members that m is about: karma is 50"), "\(output)")
      #expect(output.hasSuffix("Next: a segment of m once its condition is true\n"), "\(output)")
    }
  }

  /// Conditions that are refused say so first, whatever the project has.
  @Test(arguments: ["segment: foo", "stage: a", "rank: x", "list: x", "cluster: c0"])
  func theReasonWhyAConditionIsRefusedComesFirst(_ condition: String) throws {
    try TemporaryFolder.with { folder in
      let files = try Files(folder)
      let rules = try folder.write(
        "c.yaml", "version: 1\nsegments: [{id: busy, when: {feature: events_90d, gte: 12}}]\n")
      let keyword = condition.prefix { $0 != ":" }
      for config in [[], ["--config", rules]] {
        let result = try files.run(
          ["features"],
          ["--among", "{\(condition)}", "--output", folder.path("f.csv")] + config, code: 64)
        #expect(
          result.error.hasPrefix(
            "error: --among:1:\(keyword.count + 4): a \(keyword) condition depends on "),
          "\(result.error)")
      }
    }
  }

  @Test func previousModelsConditionIsTakenOver() throws {
    try TemporaryFolder.with { folder in
      let files = try Files(folder)
      let first = try files.train("m.safetensors", ["--among", Self.active])
      let more = ["--previous", folder.path("m.safetensors"), "--least-stability", "0"]
      let second = try files.train("n.safetensors", more)
      #expect(second.labels == first.labels)
      let other = try files.run(
        ["train"],
        [
          "--algorithm", "kmeans", "--resamples", "0", "--output", folder.path("o.safetensors"),
          "--json",
        ] + more)
      #expect(other.error.contains("--among is taken over from m: \(Self.active)"))
      let json = try #require(
        try JSONSerialization.jsonObject(with: Data(other.output.utf8)) as? [String: Any])
      #expect((json["among"] as? [String: Any])?["outside"] as? Int == 30)
    }
  }

  @Test func tablesAndSeriesAreOfThoseInside() throws {
    try TemporaryFolder.with { folder in
      let files = try Files(folder)
      let options = ["--features", "events_30d", "--among", Self.active]
      let json = try files.json(["features"], options + ["--output", folder.path("f.csv")])
      #expect(json["members"] as? Int == 30)
      #expect((json["among"] as? [String: Any])?["outside"] as? Int == 30)
      let part = String(decoding: try folder.read("f.csv"), as: UTF8.self).split(separator: "\n")
      #expect(part.dropFirst().allSatisfy { Int($0.prefix(3).dropFirst())! % 2 == 0 })
      _ = try files.run(
        ["features"], ["--features", "events_30d", "--output", folder.path("whole.csv")])
      let all = String(decoding: try folder.read("whole.csv"), as: UTF8.self)
        .split(separator: "\n")
      #expect(part.allSatisfy(all.contains))
      let series = try files.json(
        ["features"],
        options + ["--since", "2025-06-01", "--every", "1mo", "--output", folder.path("s.csv")])
      let counts = try #require(series["snapshots"] as? [[String: Any]])
      // All were there in May, and only even ones in June.
      #expect(counts.map { $0["members"] as? Int } == [60, 30])
    }
  }

  @Test func comparisonsAndSuggestionsAreOfThoseInside() throws {
    try TemporaryFolder.with { folder in
      let files = try Files(folder)
      _ = try files.train("all.safetensors", [])
      _ = try files.train("some.safetensors", ["--among", "{attr: karma, lt: 40}"])
      let rules = try folder.write(
        "c.yaml", "version: 1\nsegments: [{id: busy, when: {feature: events_90d, gte: 12}}]\n")
      for (model, among, members, outside) in [
        ("all", Self.active, 30, 0), ("some", nil, 40, 20), ("some", Self.active, 20, 10),
      ] {
        let options = ["--model", folder.path("\(model).safetensors"), "--config", rules]
        let json = try files.json(
          ["compare"], options + (among.map { ["--among", $0] } ?? []))
        #expect(json["members"] as? Int == members)
        #expect(json["outside_among"] as? Int == outside)
        let told = (json["among"] as? [String: Any])?["outside"] as? Int
        #expect(told == (among == nil ? nil : 30))
      }
      let suggested = try files.json(
        ["rules", "suggest"],
        ["--model", folder.path("all.safetensors"), "--among", Self.active])
      #expect(suggested["members"] as? Int == 30)
      let ofModel = try files.json(
        ["rules", "suggest"], ["--model", folder.path("some.safetensors")])
      #expect(ofModel["members"] as? Int == 40)
    }
  }

  @Test(arguments: [
    ("{did: nothing, within: 3d}", Int32(2), "true of none of 60 members"),
    (
      "{rank: {feature: events_90d, top: 10%}}", Int32(64),
      "a rank condition depends on all other members"
    ),
    ("{dit: post}", Int32(64), "--among:1:2"),
  ])
  func conditionsThatCannotBeEndWithTheirCode(
    _ condition: String, _ code: Int32, _ message: String
  ) throws {
    try TemporaryFolder.with { folder in
      let files = try Files(folder)
      _ = try files.train("m.safetensors", [])
      let model = folder.path("m.safetensors")
      let rules = try folder.write(
        "c.yaml", "version: 1\nsegments: [{id: busy, when: {feature: events_90d, gte: 12}}]\n")
      let out = folder.path("out.safetensors")
      for (verb, options) in [
        (["features"], ["--output", folder.path("out.csv")]),
        (
          ["features"],
          ["--output", folder.path("out.csv"), "--since", "2025-06-01", "--every", "1mo"]
        ),
        (["train"], ["--algorithm", "kmeans", "--clusters", "2", "--output", out]),
        (["compare"], ["--model", model, "--config", rules]),
        (["rules", "suggest"], ["--model", model, "--output", folder.path("out.yaml")]),
      ] {
        let result = try files.run(verb, options + ["--among", condition], code: code)
        #expect(result.error.contains(code == 64 ? message : "nobody is left"), "\(result.error)")
        if !options.contains("--since") {
          #expect(result.error.contains(message), "\(verb): \(result.error)")
        }
      }
      #expect(try !folder.names.contains { $0.hasPrefix("out") })
    }
  }
}
