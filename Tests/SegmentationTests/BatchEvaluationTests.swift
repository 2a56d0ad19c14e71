import Engagement
import EventLog
import Testing

@testable import Segmentation

/// Evaluation of many members at one instant, by bits, against timelines replayed event by event.
struct BatchEvaluationTests {
  /// Leaves of all kinds about events, and what becomes of truths in between.
  private static let rules = [
    "{did: \"*\", within: 7d}", "{did: post, within: 30d, count: {between: [1, 3]}}",
    "{did: [post, like], count: {gt: 30}}", "{did: view, ago: [60d, 20d], count: {lt: 4}}",
    "{did: view, since: 2024-02-01, until: 2024-03-01, count: {lte: 9}}",
    "{did: like, where: {value: {gte: 3}}, within: 60d, count: {eq: 2}}",
    "{did: like, where: {value: {exists: false}, origin: {is: web}}}",
    "{did_not: post, within: 21d}", "{did_not: post, within: 21d, after_ever: true}",
    "{did: \"*\", within: 30d, distinct: day, count: {gte: 4}}",
    "{did: view, distinct: week, count: {between: [3, 7]}}",
    "{did: view, within: 90d, distinct: month, count: 2}",
    "{did: \"*\", distinct: origin, count: 2}",
    "{did: \"*\", within: 30d, sum: value, gte: 9}",
    "{did: post, within: 60d, avg: value, gt: 2.5}",
    "{not: {did: like, within: 60d, max: value, gte: 4}}", "{did: view, min: value, lt: 0.2}",
    "{did: \"*\", within: 90d, sum: points, gte: 4}",
    "{first: \"*\", age: {gt: 60d}}", "{last: post, age: {between: [2d, 30d]}}",
    "{last: \"*\", having: {value: {gte: 2}}}", "{not: {first: post, having: {origin: {is: app}}}}",
    "{regular: {unit: week, at_least: 3, of_last: 6}}",
    "{regular: {did: view, unit: day, at_least: 3, of_last: 30, consecutive: true}}",
    "{regular: {did: post, unit: month, at_least: 2, of_last: 3}}",
    "{sequence: {steps: [view, like, post], span: 9d, within: 60d}}",
    "{sequence: {steps: [view, view, post]}}",
    "{sequence: {steps: [view], without: post, after: 1d, within: 14d}}",
    "{sequence: {steps: [like, view], order: any, span: 2d}}",
    "{sequence: {steps: [like, view], same: origin, span: 2d}}",
    "{trend: {of: {did: \"*\"}, current: 14d, previous: 28d, ratio: {gte: 1.25}}}",
    "{not: {trend: {of: {did: post}, current: 30d, previous: 30d, ratio: {lt: 1}}}}",
    "{trend: {of: {did: view}, current: 20d, previous: 20d, delta: {between: [-2, 1]}, min: 3}}",
    "{share: {of: {did: \"*\"}, where: {value: {gte: 2}}, gte: 0.4, within: 60d}}",
    "{not: {share: {of: {did: post}, where: {origin: {is: web}}, gte: 0.5}}}",
    "{feature: frequency_h14, gte: 0.3}", "{feature: active_days_90d, between: [3, 20]}",
    "{any: [{segment: s0, member: false}, {all: [{did: post}, {feature: recency_days, lt: 20}]}]}",
    "{at_least: {n: 2, of: [{segment: s1, member: true}, {did: like, avg: value, gt: 2}, {none: [{did: view}]}]}}",
  ]

  private func community(_ seed: Int) throws -> Community {
    var generator = SeededGenerator(seed: UInt64(seed))
    let asOf = try instant("2024-03-31T06:00:00Z")
    var events: [Event] = []
    // About as many as a word has bits, too.
    for (member, count) in [0, 1, 2, 3, 5, 8, 13, 40, 63, 64, 65, 127, 128, 129, 200].enumerated() {
      let longest = Int64.random(in: 1...200, using: &generator)
      for _ in 0...count {
        // Whole hours, so that instants are shared.
        let age = Int64.random(in: 0...longest * 24, using: &generator) * 3_600_000_000
        var event = Event(
          memberID: "m\(member)", timestamp: asOf.shifted(by: -age),
          type: ["view", "like", "post"].randomElement(using: &generator) ?? "view")
        if Bool.random(using: &generator) {
          event.value = Double(Int.random(in: 0...50, using: &generator)) / 10
        }
        if Bool.random(using: &generator) {
          let origin = Bool.random(using: &generator) ? "web" : "app"
          event.properties = [
            "origin": .string(origin),
            "points": .number(Double.random(in: 0...3, using: &generator)),
          ]
        }
        events.append(event)
      }
    }
    return Community(history: EventHistory(events.shuffled(using: &generator)))
  }

  @Test(arguments: 1...6)
  func membersAreInTheSegmentsThatTheirReplayedTimelinesEndIn(seed: Int) throws {
    let community = try community(seed)
    let zone = seed % 3 == 0 ? "Europe/Vienna" : "UTC"
    let project = try ProjectFile(
      parsing: "version: 1\nclock: {zone: \(zone)}\nsegments:\n"
        + Self.rules.enumerated().map { "- {id: s\($0), when: \($1)}" }.joined(separator: "\n"),
      file: "batch.yaml")
    var (isIn, isOut) = (Set<String>(), Set<String>())
    // Some events are later than the first of these.
    for asOf in ["2024-03-20T12:00:00Z", "2024-03-31T06:00:00Z"] {
      let evaluator = try SegmentEvaluator(
        project, community: community, asOf: try instant(asOf), threadCount: 2)
      let rows = community.rows(asOf: try instant(asOf))
      let (found, replayed) = (evaluator.evaluation(), evaluator.evaluation(replays: true))
      for (index, (found, replayed)) in zip(found.segments, replayed.segments).enumerated() {
        #expect(found == replayed, "seed \(seed), \(asOf): \(Self.rules[index])")
        if !found.rows.isEmpty { isIn.insert(found.id) }
        if found.rows.count < rows.count { isOut.insert(found.id) }
      }
    }
    #expect(isIn.count > Self.rules.count * 3 / 4)
    #expect(isOut.count > Self.rules.count * 3 / 4)
  }

  @Test func anIntervalHoldsWhatItsComparisonsHoldFor() {
    let numbers = [-.infinity, -2, -0.0, 0, 0.5, 1, 1.5.nextDown, 1.5, 1.5.nextUp, 2, .infinity]
    let comparisons: [Comparison<Double>] =
      numbers.flatMap { number in
        [.equal(number), .greater(number), .atLeast(number), .less(number), .atMost(number)]
      } + [.between(0.5, 1.5), .between(2, 1)]
    for first in comparisons {
      for second in comparisons {
        let interval = Interval([first, second])
        for number in numbers + [.nan] {
          #expect(
            interval.contains(number) == (first.holds(for: number) && second.holds(for: number)),
            "\(number): \(first), \(second)")
        }
      }
    }
  }
}
