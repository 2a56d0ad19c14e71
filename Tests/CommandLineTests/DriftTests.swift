import Foundation
import Testing

/// A model, and a community that may have moved on.
struct DriftTests {
  private func drift(_ more: [String], asOf: String = "2025-07-01") throws -> Tool.Result {
    try Tool.run(
      [
        "drift", SampleCommunity.events, "--members", SampleCommunity.members, "--as-of", asOf,
      ] + more)
  }

  @Test func trainingCommunityIsStable() throws {
    let result = try drift(["--model", SampleCommunity.model])
    #expect(result.code == 0, "\(result.error)")
    #expect(result.output.hasSuffix("\nstable\n"))
    #expect(result.output.contains("PSI over segments 0.000"))
  }

  @Test func oldModelsAreToBeTrainedAgain() throws {
    try TemporaryFolder.with { folder in
      let model = folder.path("old.safetensors")
      let trained = try Tool.run([
        "train", SampleCommunity.events, "--members", SampleCommunity.members, "--as-of",
        "2024-08-01", "--algorithm", "kmeans", "--clusters", "6", "--output", model,
      ])
      try #require(trained.code == 0, "\(trained.error)")
      let result = try drift(["--model", model, "--json"])
      #expect(result.code == 1)
      let object = try #require(
        JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [String: Any])
      #expect(object["verdict"] as? String == "retrain")
      #expect(object["age_days"] as? Double == 334)
      #expect((object["reasons"] as? [String])?.isEmpty == false)
      #expect((object["segments"] as? [Any])?.count == 6)
    }
  }

  /// A quarter later, winter is over; two members come who are like nobody.
  @Test func whatRisesAndFallsAndIsNewIsShown() throws {
    try TemporaryFolder.with { folder in
      func log(winter: Int, month: String, more: String = "") throws -> String {
        let lines = (0..<200).flatMap { (member: Int) -> [String] in
          let season = member % 10 < winter ? "winter" : member % 3 == 0 ? "spring" : "summer"
          return (0..<3 + member % 4).map { number in
            let bought = number == 0 && member % 2 == 0 ? "gifts" : season
            return "m\(member),2025-\(month)-1\(member % 10)T00:00:00Z,purchase,\(bought)\n"
          }
        }
        return try folder.write(
          "\(month).csv", "member_id,timestamp,event,season\n" + lines.joined() + more)
      }
      let model = folder.path("m.safetensors")
      let trained = try Tool.run([
        "train", try log(winter: 7, month: "01"), "--as-of", "2025-02-01", "--features",
        "share_of_season,events", "--algorithm", "kmeans", "--clusters", "2", "--output", model,
      ])
      try #require(trained.code == 0, "\(trained.error)")
      let fans = (0..<2).map { member in
        String(
          repeating: "fan\(member),2025-04-20T00:00:00Z,purchase,gifts\n", count: 400)
      }.joined()
      let later = try log(winter: 2, month: "04", more: fans)
      let result = try Tool.run(["drift", later, "--as-of", "2025-05-01", "--model", model])
      #expect(result.code == 1, "\(result.error)")
      let rows = result.output.split(separator: "\n").map(String.init)
      #expect(rows.contains { $0.contains("share_of_season=summer") && $0.hasSuffix("surge") })
      #expect(rows.contains { $0.contains("share_of_season=winter") && $0.hasSuffix("drop-off") })
      #expect(
        rows.contains { $0.hasPrefix("  c0 ") && $0.contains("  -") && $0.contains("drop-off") })
      #expect(rows.contains { $0.hasPrefix("  c1 ") && $0.contains("  +") && $0.contains("surge") })
      let json = try Tool.run([
        "drift", later, "--as-of", "2025-05-01", "--model", model, "--json",
      ])
      let object = try #require(
        JSONSerialization.jsonObject(with: Data(json.output.utf8)) as? [String: Any])
      let segments = try #require(object["segments"] as? [[String: Any]])
      #expect(segments.compactMap { $0["movement"] as? String }.sorted() == ["drop-off", "surge"])
      #expect((object["shares"] as? [Any])?.count == 4)
      let novel = try #require(object["novel_group"] as? [String: Any])
      #expect(novel["members"] as? Int == 2)
      #expect((novel["medians"] as? [[String: Any]])?.count ?? 0 >= 2)
    }
  }

  @Test func modelsFromLaterAreRefused() throws {
    let result = try drift(["--model", SampleCommunity.model], asOf: "2024-08-01")
    #expect(result.code == 2)
    #expect(result.error.contains("is before 2025-07-01"), "\(result.error)")
  }

  @Test func featuresThatAreGoneAreSaid() throws {
    try TemporaryFolder.with { folder in
      let events = try folder.write(
        "e.csv",
        "member_id,timestamp,event\n"
          + (0..<40).map { "m\($0),2025-06-\(10 + $0 % 20)T00:00:00Z,post\n" }.joined())
      let members = try folder.write(
        "m.csv", "member_id,karma\n" + (0..<40).map { "m\($0),\($0 * $0)\n" }.joined())
      let trained = try Tool.run([
        "train", events, "--members", members, "--as-of", "2025-07-01", "--features",
        "recency_days,karma", "--algorithm", "kmeans", "--clusters", "2", "--output",
        folder.path("m.safetensors"),
      ])
      try #require(trained.code == 0, "\(trained.error)")
      let model = ["--model", folder.path("m.safetensors"), "--as-of", "2025-07-01"]
      let gone = try Tool.run(["drift", events] + model)
      #expect(gone.code == 1)
      #expect(gone.output.contains("karma cannot be computed: "))
      #expect(gone.output.contains("recency_days"))
      let whole = try Tool.run(["drift", events, "--members", members] + model)
      #expect(whole.code == 0, "\(whole.output)")
      let empty = try folder.write("empty.csv", "member_id,timestamp,event\n")
      let nobody = try Tool.run(["drift", empty, "--members", members] + model)
      #expect(nobody.code == 2)
      #expect(nobody.error.contains("error: "))
      let one = try folder.write(
        "one.csv", "member_id,timestamp,event\nm3,2025-06-20T00:00:00Z,post\n")
      let alone = try Tool.run(["drift", one, "--members", members] + model)
      #expect(alone.code == 0, "\(alone.output)")
      #expect(alone.output.contains("stable"))
    }
  }
}
