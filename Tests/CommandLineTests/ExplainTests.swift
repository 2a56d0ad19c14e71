import Foundation
import Testing

/// What `coterie explain` says is ahead.
struct ExplainTests {
  private static let sample =
    ["explain", "m0161"] + SampleCommunity.input + ["--model", SampleCommunity.model]

  @Test func changesAheadAreSaid() throws {
    let output = try Tool.run(Self.sample).output
    for line in [
      "  next change: not by time alone",
      "    to be taken off the list ambassadors — {list: ambassadors}",
      "    stands in the way: {attr: joined_at, newer_than: 30d} — fixed: when the member joined",
    ] {
      #expect(output.contains(line + "\n") || output.hasSuffix(line), "\(line)")
    }
    #expect(output.contains("pull to it"))
    #expect(output.contains("  smallest change, to c5 core: "))
  }

  @Test func theJSONKeepsItsKeysAndHasTheChanges() throws {
    let result = try Tool.run(Self.sample + ["--json"])
    let object = try #require(
      try JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [String: Any])
    let written = try #require(object["written"] as? [[String: Any]])
    for segment in written {
      let keys = ["segment", "kind", "member", "fact", "because", "next_change", "smallest_change"]
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
}
