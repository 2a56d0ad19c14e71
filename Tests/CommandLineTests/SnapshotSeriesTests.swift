import Foundation
import TestSupport
import Testing

/// `features --since --every` writes the tables of a series, each as with its time alone.
struct SnapshotSeriesTests {
  static let features =
    "recency_days,events_30d,velocity,trend,tenure_days,share_post,distinct_topic"

  private static func lines(_ data: Data) -> [String] {
    String(decoding: data, as: UTF8.self).split(separator: "\n").map(String.init)
  }

  @Test(arguments: [("90d", 3), ("2mo", 4)])
  func seriesIsTheTablesOfItsTimes(step: String, count: Int) throws {
    try TemporaryFolder.with { folder in
      let log = try folder.write(
        "log.csv", "topic," + OnePassTests.Case.plainLog.replacing("\n", with: "\nx,"))
      let shared = [log, "--max-rejected", "1", "--features", Self.features]
      let series = try Tool.run(
        ["features"] + shared + [
          "--since", "2023-11-30", "--every", step, "--as-of", "2024-05-30T00:00:00Z", "--json",
          "--output", folder.path("series.csv"),
        ])
      try #require(series.code == 0, "\(series.error)")
      let json = try #require(
        JSONSerialization.jsonObject(with: Data(series.output.utf8)) as? [String: Any])
      let snapshots = try #require(json["snapshots"] as? [[String: Any]])
      try #require(snapshots.count == count)
      var rows = Self.lines(try folder.read("series.csv"))[...]
      #expect(rows.popFirst() == "as_of,member_id," + Self.features)
      for snapshot in snapshots {
        let time = try #require(snapshot["as_of"] as? String)
        let members = try #require(snapshot["members"] as? Int)
        let alone = try Tool.run(
          ["features"] + shared + ["--as-of", time, "--output", folder.path("alone.csv")])
        if members == 0 {
          #expect(alone.code == 2 && time < "2024")
          continue
        }
        #expect(
          Array(rows.prefix(members))
            == Self.lines(try folder.read("alone.csv")).dropFirst().map { "\(time),\($0)" })
        rows = rows.dropFirst(members)
      }
      #expect(rows.isEmpty)
    }
  }

  @Test(arguments: [
    (["--since", "2024-01-01"], "--since and --every go together"),
    (["--every", "7d"], "--since and --every go together"),
    (["--since", "2024-01-01", "--every", "0d"], "--every"),
    (["--since", "2024-01-01", "--every", "7"], "--every"),
    (["--since", "2024-01-01", "--every", "0mo"], "--every"),
    (["--since", "2024-01-01", "--every", "1s"], "more than 10000"),
    (["--since", "2024-08-01", "--every", "1d"], "is later than the last"),
    (["--since", "someday", "--every", "1d"], "--since"),
    (["--since", "2024-01-01", "--every", "1d", "--output", "@/out.npy"], "--every writes CSV"),
  ])
  func wrongSeriesAreUsageErrors(options: [String], says: String) throws {
    try TemporaryFolder.with { folder in
      for asOf in ["2024-06-01", "last"] {
        let result = try Tool.run(
          ["features", folder.write("log.csv", OnePassTests.Case.plainLog), "--as-of", asOf]
            + (options.contains("--output") ? [] : ["--output", folder.path("out.csv")])
            + options.map { $0.replacingOccurrences(of: "@", with: folder.url.path) })
        #expect(result.code == 64, "\(result.error)")
        #expect(result.error.contains(says), "\(result.error)")
        #expect(try folder.names == ["log.csv"])
      }
    }
  }

  @Test func seriesBeforeAllMembersWritesNothing() throws {
    try TemporaryFolder.with { folder in
      let result = try Tool.run([
        "features", folder.write("log.csv", OnePassTests.Case.plainLog), "--since", "2023-01-01",
        "--every", "1d", "--as-of", "2023-02-01", "--output", folder.path("out.csv"),
      ])
      #expect(result.code == 2 && result.error.contains("no member has an event"))
      #expect(try folder.names == ["log.csv"])
    }
  }
}
