import Foundation
import Testing

@Suite struct ClearGroupsTests {
  /// Sixty members whose numbers of events have no gap, most of them long gone.
  private static func log() -> String {
    var text = "member_id,timestamp,event\n"
    for member in 0..<60 {
      for event in 0...(member % 7) {
        let day = 1 + (member * 5 + event * 3) % 28
        text += "m\(member),\(member % 3 == 0 ? "2024-06" : "2023-0\(1 + member % 5)")-"
        text += (day < 10 ? "0" : "") + "\(day)T00:00:00Z,visit\n"
      }
    }
    return text
  }

  @Test func withoutClearGroupsNothingIsWrittenAndAlternativesArePrinted() throws {
    try TemporaryFolder.with { folder in
      let events = try folder.write("e.csv", Self.log())
      let model = folder.path("m.safetensors")
      let train = [
        "train", events, "--as-of", "2024-07-01", "--algorithm", "kmeans", "--resamples", "0",
        "--output", model,
      ]
      let refused = try Tool.run(train + ["--clusters", "auto", "--labels", folder.path("l.csv")])
      #expect(refused.code == 1)
      #expect(refused.error.contains("error: no model is written, as there are no clear groups"))
      #expect(refused.output.contains("There are no clear groups: "))
      for option in ["--force", "--clusters 4", "--among '{did: \"*\", within: 90d}'"] {
        #expect(refused.output.contains(option), "\(refused.output)")
      }
      #expect(!FileManager.default.fileExists(atPath: model))
      #expect(!FileManager.default.fileExists(atPath: folder.path("l.csv")))

      let json = try Tool.run(train + ["--clusters", "2..5", "--json"])
      #expect(json.code == 1)
      let object = try #require(
        try JSONSerialization.jsonObject(with: Data(json.output.utf8)) as? [String: Any])
      let alternatives = try #require(object["alternatives"] as? [[String: Any]])
      let force = try #require(alternatives.first { $0["options"] as? String == "--force" })
      let sizes = try #require(force["sizes"] as? [Int])
      #expect(sizes.reduce(0, +) == 60)

      let forced = try Tool.run(train + ["--clusters", "2..5", "--force", "--json"])
      #expect(forced.code == 0)
      #expect(FileManager.default.fileExists(atPath: model))
      let card = try #require(
        try JSONSerialization.jsonObject(with: Data(forced.output.utf8)) as? [String: Any])
      let segments = try #require(card["segments"] as? [[String: Any]])
      // What was printed is what comes.
      #expect(segments.compactMap { $0["members"] as? Int } == sizes)
    }
  }
}
