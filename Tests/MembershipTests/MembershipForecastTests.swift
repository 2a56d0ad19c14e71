import Engagement
import EventLog
import Membership
import Segmentation
import Testing

/// Forecasts of sizes and of who moves.
struct MembershipForecastTests {
  private static func day(_ day: Int64) -> Timestamp {
    Timestamp(microseconds: (19_800 + day) * Timestamp.microsecondsPerDay)
  }

  /// 19,800 days after 1970 is 2024-03-18.
  private func community() -> Community {
    let posts: [(String, Int64)] = [("a", 0), ("b", 1), ("a", 5), ("c", 8), ("d", 30)]
    return Community(
      history: EventHistory(
        posts.map { Event(memberID: $0, timestamp: Self.day($1), type: "post") }))
  }

  private func project() throws -> ProjectFile {
    try ProjectFile(
      parsing: """
        version: 1
        clock: {zone: Europe/Vienna}
        stages:
          life:
            start: new
            moves:
            - {from: new, to: gone, when: {did_not: "*", within: 9d}}
        segments:
        - {id: active, when: {did: post, within: 7d}}
        - {id: quiet, when: {did_not: post, within: 7d}}
        """, file: "p.yaml")
  }

  @Test func totalsAndDaysAreThoseOfTheTransitions() throws {
    let forecast = try MembershipForecast(
      of: community(), asOf: Self.day(9), through: Self.day(16), project: try project(),
      threadCount: 2)
    #expect(forecast.memberCount == 3 && forecast.leftOut.isEmpty)
    // In Vienna midnight of UTC is one o'clock.
    #expect(forecast.days.map(\.description).first == "2024-03-27")
    #expect(forecast.days.count == 8)
    let lines = forecast.series.map {
      "\($0.subject) \($0.size) -\($0.left.reduce(0, +)) +\($0.entered.reduce(0, +)) \($0.sizeAtEnd)"
    }
    #expect(
      lines == ["active 2 -2 +0 0", "quiet 1 -0 +2 3", "life=new 3 -2 +0 1", "life=gone 0 -0 +2 2"])
    #expect(forecast.series[0].left == [0, 0, 0, 1, 0, 0, 1, 0])
    var text = ""
    forecast.writeCSV(where: { $0.subject == .segment("quiet") }) { text += $0 }
    #expect(
      text == """
        member_id,segment,direction,time,reason,evidence
        a,quiet,entered,2024-03-30T00:00:00Z,time,"{did_not: post, within: 7d} (last post 2024-03-23T00:00:00Z, 7 days ago)"
        c,quiet,entered,2024-04-02T00:00:00Z,time,"{did_not: post, within: 7d} (last post 2024-03-26T00:00:00Z, 7 days ago)"

        """)
  }

  @Test func sizesAtTheEndAreThoseOfATableThen() throws {
    let project = try project()
    for length in [0, 3, 7, 20] as [Int64] {
      let end = Self.day(9 + length)
      let forecast = try MembershipForecast(
        of: community(), asOf: Self.day(9), through: end, project: project)
      let then = try MembershipTable(
        labelling: Community(
          history: EventHistory(
            [("a", 0), ("b", 1), ("a", 5), ("c", 8)].map {
              Event(memberID: $0, timestamp: Self.day($1), type: "post")
            })), asOf: end, models: [], project: project)
      #expect(
        forecast.series.map(\.sizeAtEnd) == (then.written + then.stages).map(\.members.count))
    }
  }

  @Test func nobodyIsAnError() throws {
    #expect(throws: EngagementError.self) {
      _ = try MembershipForecast(
        of: community(), asOf: Self.day(-9), through: Self.day(1), project: project())
    }
  }
}
