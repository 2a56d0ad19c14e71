import Foundation
import TestSupport
import Testing

/// What the options of `simulate` make of a community; without them it is the sample's, byte for byte.
struct SimulateTests {
  /// The features of a simulated community by member, and the archetypes.
  private func simulate(
    _ options: [String], features: [String], in folder: TemporaryFolder
  ) throws -> (values: [String: [Double]], archetypes: [String: String]) {
    let result = try Tool.run(
      ["simulate", "--members", "1000", "--events", "20000", "--seed", "3", "--output"]
        + [folder.path("c")] + options)
    try #require(result.code == 0, "\(result.error)")
    let table = try Tool.run([
      "features", folder.path("c/events.csv.gz"), "--members", folder.path("c/members.csv"),
      "--as-of", "2025-07-01", "--features", features.joined(separator: ","), "--output",
      folder.path("f.csv"),
    ])
    try #require(table.code == 0, "\(table.error)")
    func rows(_ name: String) throws -> [[String]] {
      String(decoding: try folder.read(name), as: UTF8.self).split(separator: "\n").dropFirst()
        .map { $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init) }
    }
    return (
      Dictionary(
        uniqueKeysWithValues: try rows("f.csv").map { cells in
          (cells[0], cells.dropFirst().map { Double($0) ?? .nan })
        }),
      Dictionary(uniqueKeysWithValues: try rows("c/truth.csv").map { ($0[0], $0[1]) })
    )
  }

  /// The part of a sum that the largest hundredth of its terms are.
  private func shareOfTheLargest(_ values: [Double]) -> Double {
    let sorted = values.sorted(by: >)
    return sorted.prefix(sorted.count / 100).reduce(0, +) / sorted.reduce(0, +)
  }

  @Test func heavyTailsGiveMuchToAFew() throws {
    try TemporaryFolder.with { folder in
      let features = ["events", "value_mean"]
      let plain = try simulate([], features: features, in: folder).values.values
      let heavy = try simulate(["--heavy-tails"], features: features, in: folder).values.values
      #expect(shareOfTheLargest(plain.map { $0[0] }) < 0.1)
      #expect(shareOfTheLargest(heavy.map { $0[0] }) > 0.15)
      #expect(plain.compactMap { $0[1] }.filter(\.isFinite).max() ?? .infinity < 60)
      #expect(heavy.compactMap { $0[1] }.filter(\.isFinite).max() ?? 0 > 200)
      #expect(heavy.reduce(0) { $0 + $1[0] } == 20_000)
    }
  }

  @Test(arguments: [6, 7, 10, 12])
  func eventTypesAreAsManyAsAskedFor(count: Int) throws {
    try TemporaryFolder.with { folder in
      let result = try Tool.run([
        "simulate", "--members", "200", "--events", "5000", "--event-types", "\(count)",
        "--output", folder.path("c"),
      ])
      try #require(result.code == 0, "\(result.error)")
      let features = try Tool.run([
        "features", folder.path("c/events.csv.gz"), "--as-of", "last", "--features",
        (Self.types.prefix(count).map { "events_\($0)" } + ["events"]).joined(separator: ","),
        "--output", folder.path("f.csv"),
      ])
      try #require(features.code == 0, "\(features.error)")
      for row in String(decoding: try folder.read("f.csv"), as: UTF8.self)
        .split(separator: "\n").dropFirst()
      {
        let counts = row.split(separator: ",").dropFirst().compactMap { Int($0) }
        #expect(counts.dropLast().reduce(0, +) == counts.last, "\(row)")
      }
    }
  }

  private static let types = [
    "visit", "like", "comment", "post", "answer", "event_attended", "bookmark", "message", "share",
    "poll_vote", "invite", "upload",
  ]

  @Test func zeroInflationMakesSilentMembers() throws {
    try TemporaryFolder.with { folder in
      let (values, archetypes) = try simulate(
        ["--zero-inflation", "0.2"], features: ["events", "tenure_days"], in: folder)
      let silent = archetypes.filter { $0.value == "silent" }.keys
      #expect(silent.count == 200)
      #expect(silent.allSatisfy { values[$0].map { $0[0] <= 1 && $0[1] > 0 } ?? false })
      #expect((60...140).contains(silent.count { values[$0]?[0] == 1 }))
      #expect(values.values.reduce(0) { $0 + $1[0] } == 20_000)
      #expect(Set(archetypes.values).count == 7)
    }
  }

  @Test(arguments: [(1, 0), (1, 5), (3, 1), (2, 0)])
  func smallCommunitiesOfSilentMembersCanBeHad(members: Int, events: Int) throws {
    try TemporaryFolder.with { folder in
      let result = try Tool.run([
        "simulate", "--members", "\(members)", "--events", "\(events)", "--zero-inflation",
        "0.99", "--heavy-tails", "--event-types", "12", "--output", folder.path("c"),
      ])
      #expect(result.code == 0, "\(result.error)")
      let truth = String(decoding: try folder.read("c/truth.csv"), as: UTF8.self)
      #expect(truth.split(separator: "\n").count { $0.hasSuffix(",silent") } == members - 1)
    }
  }

  @Test(arguments: [
    ["--zero-inflation", "1"], ["--zero-inflation", "-0.1"], ["--zero-inflation", "nan"],
    ["--event-types", "5"], ["--event-types", "13"],
  ])
  func optionsOutOfRangeAreUsageErrors(options: [String]) throws {
    try TemporaryFolder.with { folder in
      let result = try Tool.run(
        ["simulate", "--members", "5", "--events", "5", "--output", folder.path("c")] + options)
      #expect(result.code == 64)
      #expect(result.error.contains(options[0]), "\(result.error)")
      #expect(try folder.names.isEmpty)
    }
  }
}
