import Foundation
import TestSupport
import Testing

/// The sample community and model are what their command makes.
struct SampleTests {
  @Test func communityIsRegeneratedByteForByte() throws {
    try TemporaryFolder.with { folder in
      let result = try Tool.run([
        "simulate", "--members", "2000", "--events", "60000", "--seed", "1", "--output",
        folder.url.path,
      ])
      #expect(result.code == 0, "\(result.error)")
      #expect(try folder.names == ["events.csv.gz", "members.csv", "truth.csv"])
      for name in try folder.names {
        let kept = try Data(
          contentsOf: URL(fileURLWithPath: SampleCommunity.file("notebooks-data/\(name)")))
        #expect(try folder.read(name) == kept, "\(name)")
      }
    }
  }

  @Test func modelIsRegeneratedWithItsCard() throws {
    try TemporaryFolder.with { folder in
      let result = try Tool.run(
        ["train"] + SampleCommunity.input + [
          "--algorithm", "kmeans", "--clusters", "6", "--output",
          folder.path("sample.safetensors"),
        ])
      #expect(result.code == 0, "\(result.error)")
      let kept = try Tool.run(["inspect", SampleCommunity.model, "--json"])
      let made = try Tool.run(["inspect", folder.path("sample.safetensors"), "--json"])
      // Logarithms may differ in the last bit between processors; all that is said must agree.
      try Self.expectAlike(kept.output, made.output)
      let card = try String(
        contentsOfFile: SampleCommunity.file("models/sample.md"), encoding: .utf8)
      let shown = result.output.split(separator: "\n").filter { !$0.hasPrefix("  id ") }
      for line in shown { #expect(card.contains(line), "\(line)") }
    }
  }

  /// Two JSON texts agree in all but the model's id, numbers to 1e-9 relative.
  static func expectAlike(_ left: String, _ right: String) throws {
    func values(_ text: String) throws -> Any {
      try JSONSerialization.jsonObject(with: Data(text.utf8))
    }
    func compare(_ left: Any, _ right: Any, _ path: String) {
      if let left = left as? [String: Any], let right = right as? [String: Any] {
        #expect(left.keys.sorted() == right.keys.sorted(), "\(path)")
        for (key, value) in left where key != "id" {
          if let other = right[key] { compare(value, other, "\(path).\(key)") }
        }
      } else if let left = left as? [Any], let right = right as? [Any] {
        #expect(left.count == right.count, "\(path)")
        for (index, pair) in zip(left, right).enumerated() {
          compare(pair.0, pair.1, "\(path)[\(index)]")
        }
      } else if let left = left as? Double, let right = right as? Double {
        #expect(abs(left - right) <= 1e-9 * max(1, abs(left)), "\(path)")
      } else {
        #expect("\(left)" == "\(right)", "\(path)")
      }
    }
    compare(try values(left), try values(right), "")
  }

  @Test func simulationHasWhatWasAskedFor() throws {
    try TemporaryFolder.with { folder in
      for (members, events) in [(1, 0), (1, 50), (37, 1000)] {
        let result = try Tool.run([
          "simulate", "--members", String(members), "--events", String(events), "--output",
          folder.path("c"), "--json",
        ])
        #expect(result.code == 0, "\(result.error)")
        let truth = String(decoding: try folder.read("c/truth.csv"), as: UTF8.self)
        #expect(truth.split(separator: "\n").count == members + 1)
        let features = try Tool.run([
          "features", folder.path("c/events.csv.gz"), "--members", folder.path("c/members.csv"),
          "--as-of", "2025-07-01", "--features", "events,tenure_days", "--output",
          folder.path("f.csv"),
        ])
        #expect(features.code == 0, "\(features.error)")
        let rows = String(decoding: try folder.read("f.csv"), as: UTF8.self)
          .split(separator: "\n").dropFirst().map { $0.split(separator: ",") }
        #expect(rows.count == members)
        #expect(rows.compactMap { Int($0[1]) }.reduce(0, +) == events)
        #expect(rows.allSatisfy { (Double($0[2]) ?? 0) > 0 })
      }
    }
  }
}
