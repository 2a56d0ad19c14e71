import Foundation
import TestSupport
import Testing

/// `rules suggest` as its users run it.
struct RulesSuggestTests {
  private func json(_ text: String) throws -> [String: Any] {
    try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
  }

  /// The file that is printed runs, and finds the archetypes that members were simulated as.
  @Test func groupsOfAFileAreReproduced() throws {
    try TemporaryFolder.with { folder in
      let rules = folder.path("rules.yaml")
      let arguments =
        ["rules", "suggest", SampleCommunity.events, "--members", SampleCommunity.members]
        + ["--as-of", "2025-07-01", "--labels", SampleCommunity.file("notebooks-data/truth.csv")]
      let result = try Tool.run(arguments + ["--output", rules, "--json"])
      #expect(result.code == 0, "\(result.error)")
      let found = try json(result.output)
      let suggested = try #require(found["rules"] as? [[String: Any]])
      #expect(
        suggested.map { $0["learned"] as? String }
          == ["churned", "fading", "lurker", "newcomer", "rising", "steady"])
      for rule in suggested {
        #expect(try #require(rule["f1"] as? Double) >= 0.9, "\(rule)")
      }
      let labels = try Tool.run(
        ["label", SampleCommunity.events, "--members", SampleCommunity.members, "--as-of"]
          + ["2025-07-01", "--config", rules, "--output", folder.path("labels.csv")])
      #expect(labels.code == 0, "\(labels.error)")
      #expect(labels.output.contains("newcomer"))
    }
  }

  @Test func learnedSegmentsAndWrittenThresholds() throws {
    let result = try Tool.run(
      ["rules", "suggest"] + SampleCommunity.input + ["--model", SampleCommunity.model, "--json"])
    #expect(result.code == 0, "\(result.error)")
    let found = try json(result.output)
    #expect((found["rules"] as? [Any])?.count == 6)
    let written = try #require(found["written"] as? [[String: Any]])
    #expect(written.contains { $0["segment"] as? String == "lurker" })
    // A list has no threshold.
    #expect(!written.contains { $0["segment"] as? String == "ambassadors" })
    for change in written {
      #expect(try #require(change["held_out_members"] as? Int) >= 10)
      #expect(change["without_figures"] is NSNull)
      guard let best = change["change"] as? [String: Any] else { continue }
      #expect(
        try #require(best["jaccard"] as? Double) > #require(change["jaccard"] as? Double))
    }
  }

  /// Of a segment with few held-out members no figure is printed, not even of a written rule.
  @Test func smallSegmentsHaveNoFigures() throws {
    let arguments =
      ["rules", "suggest"] + SampleCommunity.input
      + ["--model", SampleCommunity.model, "--among", "{feature: tenure_days, gt: 600}"]
    let found = try json(try Tool.run(arguments + ["--json"]).output)
    let written = try #require(found["written"] as? [[String: Any]])
    let few = written.filter { ($0["held_out_members"] as? Int ?? 0) < 10 }
    #expect(few.map { $0["segment"] as? String } == ["highly-engaged", "product-voice"])
    for change in few {
      #expect(change["learned"] as? String == "c5")
      #expect(change["jaccard"] is NSNull && change["change"] is NSNull)
      #expect((change["without_figures"] as? String)?.hasPrefix("fewer than 10") == true)
    }
    for change in written
    where !few.contains(where: { $0["segment"] as? String == change["segment"] as? String }) {
      #expect(change["jaccard"] is Double)
    }
    let text = try Tool.run(arguments).output
    #expect(
      text.contains(
        "highly-engaged and c5 core: –, fewer than 10 held-out members of the segment\n"),
      "\(text)")
  }

  /// Members of one side only are left out, and said.
  @Test func strangersAreSaid() throws {
    try TemporaryFolder.with { folder in
      let truth = try String(
        contentsOfFile: SampleCommunity.file("notebooks-data/truth.csv"), encoding: .utf8)
      let rows = truth.split(separator: "\n").dropLast(2)
      let labels = try folder.write("l.csv", rows.joined(separator: "\n") + "\nnobody,steady\n")
      let result = try Tool.run(
        ["rules", "suggest"] + SampleCommunity.input + ["--labels", labels])
      #expect(result.code == 0)
      #expect(result.error.contains("1 member, not in the log as of"), "\(result.error)")
      #expect(result.error.contains(": nobody"), "\(result.error)")
      #expect(result.error.contains("2 members of the log, in no group of"), "\(result.error)")
    }
  }

  @Test(arguments: [
    ([], "say --model or --labels"),
    (["--model", "a.safetensors", "--labels", "b.csv"], "say --model or --labels"),
    (["--labels", "truth", "--features", "nonsense"], "nonsense"),
  ])
  func wrongUsageEndsWith64(_ options: [String], _ message: String) throws {
    let options = options.map {
      $0 == "truth" ? SampleCommunity.file("notebooks-data/truth.csv") : $0
    }
    let result = try Tool.run(["rules", "suggest"] + SampleCommunity.input + options)
    #expect(result.code == 64)
    #expect(result.error.contains(message), "\(result.error)")
  }

  @Test func badLabelsEndWith2AndNoFile() throws {
    try TemporaryFolder.with { folder in
      for (text, message) in [
        ("group\na\n", "one column only"),
        ("member_id,group\nm0001,a\nm0001,b\n", "who is in a already"),
        ("member_id,group\nm0001,a\nm0002,b\n", "only 2 members"),
      ] {
        let labels = try folder.write("l.csv", text)
        let result = try Tool.run(
          ["rules", "suggest"] + SampleCommunity.input
            + ["--labels", labels, "--output", folder.path("out.yaml")])
        #expect(result.code == 2, "\(result.error)")
        #expect(result.error.contains(message), "\(result.error)")
        #expect(try folder.names == ["l.csv"])
      }
    }
  }
}
