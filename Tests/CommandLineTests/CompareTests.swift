import Foundation
import TestSupport
import Testing

/// `compare` as its users run it.
struct CompareTests {
  private func json(_ text: String) throws -> [String: Any] {
    try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
  }

  private static let rules = """
    version: 1
    segments:
    - {id: here, when: {did: "*", within: 30d}}
    - {id: away, when: {did_not: "*", within: 30d}}
    """

  @Test func everyModelMeetsEveryFile() throws {
    try TemporaryFolder.with { folder in
      let other = folder.path("other.safetensors")
      let trained = try Tool.run(
        ["train"] + SampleCommunity.input + [
          "--algorithm", "kmeans", "--clusters", "3", "--output", other,
        ])
      #expect(trained.code == 0, "\(trained.error)")
      let rules = try folder.write("two.yaml", Self.rules)
      let arguments =
        ["compare"] + SampleCommunity.input
        + ["--config", rules, "--model", SampleCommunity.model, "--model", other]
      let found = try json(try Tool.run(arguments + ["--json"]).output)
      let comparisons = try #require(found["comparisons"] as? [[String: Any]])
      #expect(comparisons.count == 4)
      #expect(
        comparisons.map { $0["config"] as? String }
          == [SampleCommunity.project, SampleCommunity.project, rules, rules])
      let divisions = try #require(found["divisions"] as? [[String: Any]])
      #expect(divisions.count == 6)
      let text = try Tool.run(arguments).output
      #expect(text.contains("all side by side"))
      #expect(text.contains("other and \(rules)"))
    }
  }

  /// Times, outcomes and verdict of a model that is learned anew at each time.
  @Test func outcomesAreForetold() throws {
    try TemporaryFolder.with { folder in
      let rules = try folder.write("two.yaml", Self.rules)
      let input = [SampleCommunity.events, "--members", SampleCommunity.members]
      let arguments =
        ["compare"] + input + ["--config", rules, "--model", SampleCommunity.model]
        + ["--as-of", "2025-07-01", "--outcome", "{did_not: \"*\", within: 30d}"]
        + ["--since", "2025-03-01", "--every", "1mo"]
      let refused = try Tool.run(arguments)
      #expect(refused.code == 2)
      #expect(refused.error.contains("--retrain"), "\(refused.error)")
      let result = try Tool.run(arguments + ["--retrain", "--json"])
      #expect(result.code == 0, "\(result.error)")
      let found = try #require(try json(result.output)["outcome"] as? [String: Any])
      #expect(found["horizon_days"] as? Double == 30)
      #expect((found["times"] as? [Any])?.count == 4)
      let results = try #require(found["results"] as? [[String: Any]])
      #expect(
        results.map { $0["kind"] as? String }
          == ["learned", "first_claim", "all_claims", "learned_and_all_claims"])
      for result in results {
        let area = try #require((result["auc"] as? [String: Any])?["value"] as? Double)
        #expect(area > 0.6 && area < 1)
      }
    }
  }

  /// Sentences of segments were true in training: of those who are compared they may not be.
  @Test func whatIsNotTrueOfThoseComparedIsSaid() throws {
    let command = ["compare"] + SampleCommunity.input + ["--model", SampleCommunity.model]
    let all = try json(try Tool.run(command + ["--json"]).output)
    #expect((all["untrue_claims"] as? [Any])?.isEmpty == true)
    #expect(try !Tool.run(command).output.contains("but '"))
    try TemporaryFolder.with { folder in
      // Several files are compared along another path.
      let two = ["--config", try folder.write("two.yaml", Self.rules)]
      for more in [[], two] {
        let narrowed = command + ["--among", "{feature: tenure_days, gt: 600}"] + more
        let found = try #require(
          try json(try Tool.run(narrowed + ["--json"]).output)["untrue_claims"] as? [[String: Any]])
        #expect(found.map { $0["segment"] as? String } == ["c5"])
        let claim = try #require(found.first)
        #expect(claim["members"] as? Int == 9 && claim["share"] as? Double == 0)
        let words = try #require((claim["claim"] as? [String: Any])?["text"] as? String)
        let text = try Tool.run(narrowed).output.split(separator: "\n")
          .map { $0.trimmingCharacters(in: .whitespaces) }.joined(separator: " ")
        #expect(
          text.contains("but '\(words)' is true of 0 % of its 9 members here, of 70 % in training"),
          "\(text)")
      }
    }
  }

  @Test(arguments: [
    (["--outcome", "{did: post}"], "needs --horizon"),
    (["--outcome", "{dit: post}"], "--outcome:1:2"),
    (["--horizon", "30d"], "go with --outcome"),
    (["--outcome", "{did: post, within: 30d}", "--folds", "1"], "--folds must be 2 to 100"),
    (["--outcome", "{did: post, within: 30d}", "--since", "2025-01-01"], "go together"),
  ])
  func wrongUsageEndsWith64(_ options: [String], _ message: String) throws {
    let result = try Tool.run(
      ["compare"] + SampleCommunity.input + ["--model", SampleCommunity.model] + options)
    #expect(result.code == 64, "\(result.error)")
    #expect(result.error.contains(message), "\(result.error)")
  }

  @Test(arguments: [
    (["--outcome", "{did: post, within: 30d}", "--horizon", "7d"], "looks back 30d"),
    (["--outcome", "{did: nothing, within: 30d}", "--retrain"], "never happens"),
    (
      ["--outcome", "{did: post, within: 30d}", "--since", "2025-06-20", "--every", "7d"],
      "no time is 30d before"
    ),
    (
      ["--outcome", "{did: post, within: 30d}", "--among", "{attr: plan, is: none}", "--retrain"],
      "nobody"
    ),
  ])
  func impossibleQuestionsEndWith2(_ options: [String], _ message: String) throws {
    let result = try Tool.run(
      ["compare"] + SampleCommunity.input + ["--model", SampleCommunity.model] + options)
    #expect(result.code == 2, "\(result.error)")
    #expect(result.error.contains(message), "\(result.error)")
  }

  @Test func twoFilesAreTooManyForOthers() throws {
    let result = try Tool.run(
      ["label"] + SampleCommunity.input
        + ["--config", SampleCommunity.project, "--output", "/dev/null"])
    #expect(result.code == 64)
    #expect(result.error.contains("--config was said 2 times"), "\(result.error)")
  }
}
