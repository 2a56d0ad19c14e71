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
