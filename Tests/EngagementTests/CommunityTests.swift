import EventLog
import TestSupport
import Testing

@testable import Engagement

struct CommunityTests {
  /// Events of some members, many at one instant, some done to others.
  private func history(count: Int, memberCount: Int, isSorted: Bool) -> EventHistory {
    var generator = TestGenerator(seed: 7)
    var events: [Event] = []
    for event in 0..<count {
      let time =
        isSorted ? Int64(event / 3) : Int64.random(in: 0..<Int64(count), using: &generator)
      var made = Event(
        memberID: "m\(Int.random(in: 0..<memberCount, using: &generator))",
        timestamp: Timestamp(microseconds: time), type: "t")
      if event % 5 == 0 {
        made.targetID = "m\(Int.random(in: 0..<2 * memberCount, using: &generator))"
      }
      events.append(made)
    }
    return EventHistory(events)
  }

  @Test(arguments: [
    (200_000, 3000, true), (200_000, 3000, false), (150_000, 3, false), (5, 9, true),
  ])
  func eventsAreGroupedByMemberFromOldestToNewestOnAnyNumberOfThreads(
    count: Int, memberCount: Int, isSorted: Bool
  ) {
    let history = history(count: count, memberCount: memberCount, isSorted: isSorted)
    var (done, received) = ([String: [Int32]](), [String: [Int32]]())
    for event in 0..<history.count {
      let member = history.memberIDs[Int(history.memberIndices[event])]
      done[member, default: []].append(Int32(event))
      if event < history.targetIndices.count, history.targetIndices[event] >= 0 {
        let target = history.memberIDs[Int(history.targetIndices[event])]
        received[target, default: []].append(Int32(event))
      }
    }
    func ordered(_ events: [Int32]?) -> [Int32] {
      (events ?? []).sorted {
        let (left, right) = (history.timestamps[Int($0)], history.timestamps[Int($1)])
        return left != right ? left < right : $0 < $1
      }
    }
    for threadCount in [1, 2, 3] {
      let community = Community(history: history, threadCount: threadCount)
      for (row, id) in community.memberIDs.enumerated() {
        #expect(Array(community.events(ofRow: row)) == ordered(done[id]))
        #expect(Array(community.eventsReceived(byRow: row)) == ordered(received[id]))
      }
    }
  }

  @Test func columnsHaveTheEventsUpToAnInstant() {
    let community = Community(history: history(count: 400, memberCount: 9, isSorted: false))
    for instant in [-1, 0, 100, 250, 400] as [Int64] {
      let asOf = Timestamp(microseconds: instant)
      for row in community.memberIDs.indices {
        let events = community.withEventColumns { Array($0.events(ofRow: row, asOf: asOf)) }
        #expect(events == Array(community.events(ofRow: row, asOf: asOf)))
        #expect(
          events.count
            == community.events(ofRow: row).count {
              community.history.timestamps[Int($0)] <= instant
            })
      }
    }
  }
}
