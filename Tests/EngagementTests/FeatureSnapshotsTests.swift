import Engagement
import EventLog
import LinearAlgebra
import TestSupport
import Testing

/// The tables of a series are those of their times alone, bit by bit.
struct FeatureSnapshotsTests {
  static let features =
    FeatureOracleTests.features
    + ["karma", "events_7d", "distinct_area_7d", "impact_h1"].map {
      FeatureDefinition($0, aliases: ["social"])
    }

  /// A random community whose members also have an attribute.
  private static func community(
    _ random: FeatureOracleTests.Random, upTo instant: Timestamp? = nil
  ) -> Community {
    var types = Interner()
    for event in random.events { _ = types.intern(event.type) }
    var history = EventHistory(types: types, propertyNames: ["area"])
    for event in random.events where instant.map({ event.timestamp <= $0 }) ?? true {
      history.append(event)
    }
    let names = random.joinedAt.keys.sorted()
    return Community(
      history: history,
      members: MemberTable(
        ids: names, joinedAt: names.map { random.joinedAt[$0] },
        attributes: ["karma": .number(names.indices.map { $0 == 1 ? .nan : Double($0) })]))
  }

  /// Times before all events, on, just before and just after some of them, and after all.
  private static func times(
    _ random: FeatureOracleTests.Random, _ generator: inout TestGenerator
  ) -> [Timestamp] {
    var times: Set<Int64> = [random.asOf.microseconds]
    for event in random.events.shuffled(using: &generator).prefix(6) {
      times.insert(event.timestamp.microseconds + Int64.random(in: -1...1, using: &generator))
    }
    for week in 0..<12 { times.insert(random.asOf.subtracting(days: 7 * week).microseconds) }
    times.insert(random.asOf.subtracting(days: -100).microseconds)
    times.insert(random.asOf.subtracting(days: 3000).microseconds)
    return times.filter { $0 >= 0 }.sorted().map { Timestamp(microseconds: $0) }
  }

  @Test(arguments: Array(UInt64(1)...24), [1, 3])
  func everySnapshotIsTheTableOfItsTimeAlone(seed: UInt64, threadCount: Int) throws {
    let random = try FeatureOracleTests.Random(seed: seed)
    var generator = TestGenerator(seed: seed)
    let times = Self.times(random, &generator)
    let community = Self.community(random)
    var snapshots = try FeatureSnapshots(
      of: community, at: times, features: Self.features, settings: random.settings,
      threadCount: threadCount)
    var rowCounts: [Int] = []
    for time in times {
      let table = try #require(try snapshots.next())
      #expect(table.asOf == time)
      rowCounts.append(table.memberIDs.count)
      let rows = community.rows(asOf: time)
      if rows.isEmpty {
        #expect(table.memberIDs.isEmpty)
        continue
      }
      // The whole log, and the log as it was at the time.
      for log in [community, Self.community(random, upTo: time)] {
        let alone = try FeatureTable(
          of: log, asOf: time, features: Self.features, settings: random.settings)
        #expect(table.memberIDs == alone.memberIDs, "seed \(seed), \(time)")
        try #require(table.values.elements.count == alone.values.elements.count)
        for (row, member) in table.memberIDs.enumerated() {
          for (column, feature) in Self.features.enumerated()
          where table.values[row, column].bitPattern != alone.values[row, column].bitPattern {
            Issue.record(
              """
              seed \(seed), \(time), \(member), \(feature): \(table.values[row, column]), \
              expected \(alone.values[row, column])
              """)
          }
        }
      }
    }
    #expect(try snapshots.next() == nil)
    #expect(rowCounts == rowCounts.sorted() && rowCounts.first != rowCounts.last)
  }

  @Test func seriesThatCannotBeIsAnError() throws {
    let random = try FeatureOracleTests.Random(seed: 3)
    let community = random.community
    func error(_ times: [Timestamp]) -> EngagementError? {
      do {
        _ = try FeatureSnapshots(of: community, at: times, features: [.recencyDays])
        return nil
      } catch { return error }
    }
    let time = random.asOf
    #expect(error([time]) == nil)
    #expect(error([]) == .snapshotTimes(reason: "there are none"))
    #expect(
      error([time, time])
        == .snapshotTimes(reason: "\(time) stands after \(time): put them in order"))
    #expect(
      error((0...10_000).map { Timestamp(microseconds: $0) })
        == .snapshotTimes(reason: "10001 are more than 10000: take fewer"))
    #expect(
      error([Timestamp(microseconds: -1)])
        == .snapshotTimes(reason: "1969-12-31T23:59:59.999999Z is not in the years 1970 to 2199"))
    let first = try #require(Timestamp("1970-01-01"))
    guard case .noMembers = error([first]) else {
      Issue.record("a series before all members")
      return
    }
  }
}

struct SnapshotTimesTests {
  private func times(
    _ first: String, _ last: String, _ step: SnapshotStep, _ clock: Clock = .utc
  ) throws -> [String] {
    try FeatureSnapshots.times(
      from: #require(Timestamp(first)), through: #require(Timestamp(last)), every: step,
      clock: clock
    ).map(\.description)
  }

  @Test func stepsGoUpToTheLastTime() throws {
    #expect(
      try times("2024-01-01", "2024-01-15", .days(7))
        == ["2024-01-01T00:00:00Z", "2024-01-08T00:00:00Z", "2024-01-15T00:00:00Z"])
    #expect(try times("2024-01-01", "2024-01-07T23:59:59Z", .days(7)).count == 1)
    #expect(try times("2024-01-01", "2024-12-31", .days(7)).count == 53)
  }

  @Test func monthsKeepTheirDayWhereTheyHaveIt() throws {
    #expect(
      try times("2024-01-31T10:00:00Z", "2024-05-01", .months(1))
        == [
          "2024-01-31T10:00:00Z", "2024-02-29T10:00:00Z", "2024-03-31T10:00:00Z",
          "2024-04-30T10:00:00Z",
        ])
    #expect(
      try times("2023-11-15", "2024-12-01", .months(6))
        == ["2023-11-15T00:00:00Z", "2024-05-15T00:00:00Z", "2024-11-15T00:00:00Z"])
  }

  /// Vienna is an hour before UTC in winter and two in summer; clocks go forward on 31 March at 2:00.
  @Test func monthsAreThoseOfTheZone() throws {
    let vienna = try #require(Clock(zoneName: "Europe/Vienna"))
    #expect(
      try times("2024-01-31T23:00:00Z", "2024-06-01", .months(1), vienna)
        == [
          "2024-01-31T23:00:00Z", "2024-02-29T23:00:00Z", "2024-03-31T22:00:00Z",
          "2024-04-30T22:00:00Z", "2024-05-31T22:00:00Z",
        ])
    // 2:30 does not come on that day, and comes twice on 27 October.
    let forward = try #require(Timestamp("2024-02-29T01:30:00Z"))
    #expect(vienna.adding(months: 1, to: forward).description == "2024-03-29T01:30:00Z")
    let late = try #require(Timestamp("2024-01-31T01:30:00Z"))
    #expect(vienna.adding(months: 2, to: late).description == "2024-03-31T01:30:00Z")
    let twice = try #require(Timestamp("2024-09-27T00:30:00Z"))
    #expect(vienna.adding(months: 1, to: twice).description == "2024-10-27T00:30:00Z")
  }

  @Test func absurdSeriesAreErrors() throws {
    #expect(
      try times("1970-01-01", "1970-01-01T02:46:39Z", .exact(microseconds: 1_000_000)).count
        == 10_000)
    #expect(
      throws: EngagementError.snapshotTimes(
        reason: "there are more than 10000 from 1970-01-01T00:00:00Z to 1970-01-01T02:46:40Z: take "
          + "longer steps, or begin later")
    ) { try times("1970-01-01", "1970-01-01T02:46:40Z", .exact(microseconds: 1_000_000)) }
    #expect(throws: EngagementError.self) { try times("2024-01-02", "2024-01-01", .days(1)) }
    #expect(throws: EngagementError.self) { try times("2024-01-01", "2024-01-02", .days(0)) }
    #expect(throws: EngagementError.self) { try times("2024-01-01", "2024-01-02", .months(-1)) }
    #expect(try times("2024-01-01", "2199-12-31", .months(.max)).count == 1)
    #expect(try times("2024-01-01", "2199-12-31", .exact(microseconds: .max)).count == 1)
  }
}
