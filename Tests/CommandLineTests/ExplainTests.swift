import Foundation
import Testing

/// What `coterie explain` says is ahead.
struct ExplainTests {
  private static let sample =
    ["explain", "m0161"] + SampleCommunity.input + ["--model", SampleCommunity.model]

  @Test func changesAheadAreSaid() throws {
    let output = try Tool.run(Self.sample + ["--verbose"]).output
    for line in [
      "  next change: not by time alone",
      "    to be taken off the list ambassadors — {list: ambassadors}",
      "    stands in the way: {attr: joined_at, newer_than: 30d} — fixed: when the member joined",
    ] {
      #expect(output.contains(line + "\n") || output.hasSuffix(line), "\(line)")
    }
    #expect(output.contains("pull to it"))
    #expect(output.contains("  smallest difference, to c5 core: "))
  }

  @Test func theJSONKeepsItsKeysAndHasTheChanges() throws {
    let result = try Tool.run(Self.sample + ["--json"])
    let object = try #require(
      try JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [String: Any])
    let written = try #require(object["written"] as? [[String: Any]])
    for segment in written {
      let keys = [
        "segment", "kind", "member", "fact", "because", "next_change", "smallest_change", "advice",
      ]
      #expect(Set(segment.keys) == Set(keys))
    }
    let churned = try #require(written.first { $0["segment"] as? String == "churned" })
    let next = try #require(churned["next_change"] as? [String: Any])
    #expect(next["direction"] as? String == "entered")
    let smallest = try #require(churned["smallest_change"] as? [String: Any])
    // Being quiet is all that it takes.
    #expect(smallest["possible"] as? Bool == true)
    #expect(smallest["flips_at"] as? String == next["time"] as? String)
    let steps = try #require(smallest["steps"] as? [[String: Any]])
    #expect(steps.map { $0["kind"] as? String } == ["time"])
    let learned = try #require((object["learned"] as? [[String: Any]])?.first)
    let movement = try #require(learned["smallest_change"] as? [String: Any])
    #expect(movement["segment"] as? String == learned["second"] as? String)
    #expect(learned.keys.contains("next_change"))
  }

  private static func explain(
    _ member: String, _ yaml: String, _ events: String, members: String? = nil,
    _ options: [String] = []
  ) throws -> String {
    try TemporaryFolder.with { folder in
      try folder.write("c.yaml", yaml)
      try folder.write("e.csv", events)
      if let members { try folder.write("m.csv", members) }
      let result = try Tool.run(
        ["explain", member, "e.csv", "--config", "c.yaml", "--as-of", "2024-06-01"]
          + (members == nil ? [] : ["--members", "m.csv"]) + options, in: folder.url)
      #expect(result.code == 0, "\(result.error)")
      return result.output
    }
  }

  private static let events = """
    member_id,timestamp,event
    a,2024-05-01T10:00:00Z,post
    a,2024-05-20T10:00:00Z,post
    b,2024-05-25T10:00:00Z,post

    """

  @Test func threeLinesSayWhichWhyAndWhatNext() throws {
    let output = try Self.explain(
      "a",
      """
      version: 1
      clock: {zone: Europe/Berlin}
      lists: {hosts: {members: [a, b]}}
      segments:
      - {id: active, when: {did: post, within: 30d}}
      - {id: champion, when: {did: post, within: 90d, count: 4}}
      stages:
        life: {start: new, moves: [{from: new, to: old, when: {did: post, count: 20}}]}
      """, Self.events)
    let lines = output.split(separator: "\n")
    try #require(lines.count == 3, "\(output)")
    #expect(lines[0] == "a as of 2024-06-01T00:00:00+02:00, 2 events: active, hosts, life=new")
    #expect(
      lines[1]
        == "Why: active: {did: post, within: 30d} — count 1, needs at least 1; life=new: since 2024-05-01T12:00:00+02:00; "
        + "hosts: on the list")
    #expect(
      lines[2]
        == "Next: leaves active at 2024-06-19T12:00:00+02:00 by time alone; comes into champion "
        + "with 2 more post")
  }

  /// A birthday, when somebody joined, a plan and a wait are no advice.
  @Test func adviceIsWhatSomebodyCanDo() throws {
    let yaml = """
      version: 1
      segments:
      - {id: born, when: {attr: birthday, newer_than: 30d}}
      - {id: fresh, when: {attr: joined_at, newer_than: 30d}}
      - {id: paying, when: {attr: plan, is: pro}}
      - {id: quiet, when: {did_not: post, within: 365d, after_ever: true}}
      - {id: busy, when: {did: post, within: 30d, count: 500}}
      - {id: both, when: {any: [{attr: plan, is: pro}, {all: [{did: like}, {did: vote}]}]}}
      """
    let members = """
      member_id,joined_at,birthday,plan
      a,2023-01-01,1980-01-01,free
      b,2023-01-01,1990-01-01,pro
      c,2023-01-01,1990-01-01,pro

      """
    let output = try Self.explain("a", yaml, Self.events, members: members, ["--verbose"])
    let nothing = "  smallest change: nothing that a person can do is near"
    let blocks = output.components(separatedBy: "\n\n")
    func block(_ id: String) throws -> String {
      try #require(blocks.first { $0.hasPrefix("is not in rule \(id)") })
    }
    for id in ["born", "fresh", "paying", "quiet", "busy"] {
      let text = try block(id)
      #expect(text.contains(nothing), "\(text)")
    }
    let texts: [(String, String)] = [
      (
        "born",
        "stands in the way: {attr: birthday, newer_than: 30d} — fixed: a date of the member's"
      ),
      ("paying", "  only if it were otherwise, in:\n    plan is pro, now free"),
      ("quiet", "  next change: in 2025-05-20T10:00:00Z"),
      ("busy", "  far off, in:\n    499 more post"),
      ("both", "  smallest change, in:\n    1 like"),
    ]
    for (id, part) in texts {
      let text = try block(id)
      #expect(text.contains(part), "\(text)")
    }
    let quiet = try block("quiet")
    #expect(!quiet.contains("by waiting"))
    #expect(output.split(separator: "\n")[2].contains("comes into both with 1 like and 1 vote"))
  }

  @Test func onlyWhatCannotBeDoneIsSaidInOneLine() throws {
    let output = try Self.explain(
      "a", "version: 1\nsegments: [{id: fresh, when: {attr: joined_at, newer_than: 30d}}]",
      Self.events, members: "member_id,joined_at\na,2023-01-01\n")
    #expect(output.hasSuffix("Next: nothing that a person can do is near\n"), "\(output)")
    #expect(output.split(separator: "\n").count == 3)
  }

  @Test func numbersHaveThreeDigitsForPeopleAndAllOfThemInJSON() throws {
    let sample = ["explain", "m0161"] + SampleCommunity.input + ["--model", SampleCommunity.model]
    let text = try Tool.run(sample + ["--verbose"]).output
    // What was observed, not rules as they are written: no fraction of more than three digits.
    for line in text.split(separator: "\n") where line.contains(" — ") {
      let fact = line.components(separatedBy: " — ").last ?? ""
      for word in fact.split(whereSeparator: { " ,;".contains($0) }) {
        guard word.contains("."), Double(word) != nil else { continue }
        let digits = word.drop { "-0.".contains($0) }.filter(\.isNumber)
        #expect(digits.count <= 3, "\(line)")
      }
    }
    let json = try Tool.run(sample + ["--json"]).output
    #expect(json.contains("velocity -0.12165756698890619") || json.contains("velocity 0."))
  }
}
