import Engagement
import EventLog
import Membership
import Segmentation
import Testing

/// Past times are looked at as if they were now.
struct MembershipBacktestTests {
  private static let project = """
    version: 1
    segments:
    - {id: active, when: {did: post, within: 7d}}
    - {id: quiet, when: {did_not: post, within: 7d, after_ever: true}}
    - {id: everyone, when: {did: post, ever: true}}
    """

  private static func day(_ day: Int64) -> Timestamp {
    Timestamp(microseconds: (19_800 + day) * Timestamp.microsecondsPerDay)
  }

  private func community() -> Community {
    let posts: [(String, Int64)] = [
      ("a", 0), ("b", 1), ("a", 5), ("c", 8), ("c", 9), ("a", 20), ("d", 21),
    ]
    return Community(
      history: EventHistory(
        posts.map { Event(memberID: $0, timestamp: Self.day($1), type: "post") }))
  }

  @Test func sizesEntriesAndExitsAreThoseOfEachTime() throws {
    let project = try ProjectFile(parsing: Self.project, file: "p.yaml")
    let times = [-3, 4, 11, 18, 22].map { Self.day($0) }
    let backtest = try MembershipBacktest(
      of: community(), at: times, models: [], project: project)
    #expect(backtest.memberCounts == [0, 2, 3, 3, 4])
    #expect(backtest.series.map(\.id) == ["active", "quiet", "everyone"])
    // a and b; a and c; nobody; a and d.
    #expect(backtest.series[0].sizes == [0, 2, 2, 0, 2])
    #expect(backtest.series[0].entered == [0, 2, 1, 0, 2])
    #expect(backtest.series[0].left == [0, 0, 1, 2, 0])
    #expect(backtest.series[1].sizes == [0, 0, 1, 3, 2])
    #expect(backtest.series[2].left == [0, 0, 0, 0, 0])
    // Of 2, 2 and 0 members 1, 2 and none left.
    #expect(backtest.series[0].meanChurn == 0.75)
    let pairs = backtest.overlaps.map { "\($0.first)-\($0.second) \($0.sharedCount) \($0.jaccard)" }
    #expect(pairs == ["0-2 2 0.5", "1-2 2 0.5"])
    // Each time is what a table of its own says.
    for (place, time) in times.enumerated().dropFirst() {
      let table = try MembershipTable(
        labelling: community(), asOf: time, models: [], project: project)
      #expect(table.written.map(\.members.count) == backtest.series.map { $0.sizes[place] })
    }
  }

  @Test func aChangeSaysWhoWouldEnterAndLeave() throws {
    let before = try ProjectFile(parsing: Self.project, file: "p.yaml")
    let after = try ProjectFile(
      parsing: """
        version: 1
        segments:
        - {id: active, when: {did: post, within: 15d}}
        - {id: new, when: {did: post, count: 2}}
        - {id: everyone, when: {did: post, ever: true}}
        """, file: "q.yaml")
    let tables = try [before, after].map {
      try MembershipTable(labelling: community(), asOf: Self.day(22), models: [], project: $0)
    }
    let changes = MembershipChange.between(tables[0], tables[1])
    #expect(changes.map(\.id) == ["active", "new", "everyone", "quiet"])
    #expect(changes.map(\.entered) == [["c"], ["a", "c"], [], []])
    #expect(changes.map(\.left) == [[], [], [], ["b", "c"]])
    #expect(changes.map(\.exists.before) == [true, false, true, true])
    #expect(changes.map(\.exists.after) == [true, true, true, false])
    #expect(changes.map(\.size) == [3, 2, 4, 0])
  }
}
