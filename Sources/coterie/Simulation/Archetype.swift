import Clustering
import Foundation

/// A way of taking part in a simulated community.
enum Archetype: String, CaseIterable {
  /// Joined in the last 30 days and looks around.
  case newcomer
  /// Joined some months ago and does more every week.
  case rising
  /// Has contributed at an even pace for long.
  case steady
  /// Reads, regularly, and hardly ever writes.
  case lurker
  /// Was steady and does less every week.
  case fading
  /// Was active and has been silent for more than 90 days.
  case churned
  /// Joined within the year and did one thing that day, or nothing at all.
  case silent

  /// The archetypes of a community in which nobody is silent.
  static let active = allCases.filter { $0 != .silent }

  /// The part of the members who are not silent, summing to 1 over the active archetypes.
  var share: Double {
    switch self {
    case .newcomer: 0.12
    case .rising: 0.10
    case .steady: 0.14
    case .lurker: 0.28
    case .fading: 0.14
    case .churned: 0.22
    case .silent: 0
    }
  }

  /// The number of events of a typical member, relative to those of the others; 0 where it is given.
  var intensity: Double {
    switch self {
    case .newcomer: 10
    case .rising: 35
    case .steady: 80
    case .lurker: 25
    case .fading: 40
    case .churned: 18
    case .silent: 0
    }
  }

  /// The event types with their shares.
  var kinds: [(type: String, share: Double)] {
    switch self {
    case .newcomer:
      [
        ("visit", 0.50), ("like", 0.20), ("comment", 0.14), ("post", 0.11), ("answer", 0.02),
        ("event_attended", 0.03),
      ]
    case .rising:
      [
        ("visit", 0.35), ("like", 0.20), ("comment", 0.20), ("post", 0.12), ("answer", 0.08),
        ("event_attended", 0.05),
      ]
    case .steady, .fading:
      [
        ("visit", 0.25), ("like", 0.20), ("comment", 0.20), ("post", 0.15), ("answer", 0.15),
        ("event_attended", 0.05),
      ]
    case .lurker: [("visit", 0.92), ("like", 0.08)]
    case .churned: [("visit", 0.45), ("like", 0.25), ("comment", 0.20), ("post", 0.10)]
    case .silent: [("visit", 0.8), ("like", 0.2)]
    }
  }

  /// The event types with their shares where a community knows more of them: each further one takes
  /// 5 % from the others, of those who do such things.
  func kinds(eventTypeCount: Int) -> [(type: String, share: Double)] {
    let further = Self.furtherTypes.prefix(eventTypeCount - Self.plainTypeCount)
      .filter { $0.isOfReaders || writes }
    let rest = 1 - 0.05 * Double(further.count)
    return kinds.map { ($0.type, $0.share * rest) } + further.map { ($0.type, 0.05) }
  }

  /// How many event types there are without further ones.
  static let plainTypeCount = 6
  /// How many event types there can be.
  static let mostTypeCount = plainTypeCount + furtherTypes.count

  private static let furtherTypes: [(type: String, isOfReaders: Bool)] = [
    ("bookmark", true), ("message", false), ("share", true), ("poll_vote", true),
    ("invite", false), ("upload", false),
  ]

  private var writes: Bool {
    switch self {
    case .newcomer, .rising, .steady, .fading, .churned: true
    case .lurker, .silent: false
    }
  }

  /// Draws the ages in days, at the end of the simulation, of joining and of the first and last day
  /// on which events may be.
  func drawAges(
    horizon: Double, using generator: inout SeededGenerator
  ) -> (joined: Double, first: Double, last: Double) {
    func between(_ low: Double, _ high: Double) -> Double {
      low + (high - low) * generator.uniform()
    }
    let joined: Double
    var last = 0.0
    switch self {
    case .newcomer: joined = between(1, 30)
    case .rising: joined = between(60, 200)
    case .steady: joined = between(200, 900)
    case .lurker: joined = between(45, 900)
    case .fading: joined = between(200, 900)
    case .churned:
      joined = between(150, 900)
      last = between(92, min(joined - 20, 300))
    case .silent:
      joined = between(1, horizon)
      last = joined - 1
    }
    return (joined, min(joined, horizon), last)
  }

  /// Draws the age in days of one event between the ages `first` and `last`.
  func drawAge(
    first: Double, last: Double, using generator: inout SeededGenerator
  ) -> Double {
    let u = generator.uniform()
    switch self {
    case .newcomer, .steady, .lurker, .churned, .silent: return last + (first - last) * u
    case .rising:
      // The rate doubles every 30 days: ages are exponential, cut at the first day.
      return Self.exponential(u, halving: 30, longest: first)
    case .fading:
      // Even until 120 days ago, from then on half as much with every 25 days.
      let plateau = max(0, first - 120)
      let mean = 25 / log(2.0)
      let tail = mean * (1 - exp2(-120 / 25.0))
      if u * (plateau + tail) < plateau { return 120 + u * (plateau + tail) }
      return 120 - Self.exponential(generator.uniform(), halving: 25, longest: min(120, first))
    }
  }

  /// The u-quantile of an exponential distribution whose density halves with every step, on
  /// 0 to `longest`.
  private static func exponential(_ u: Double, halving: Double, longest: Double) -> Double {
    let rest = 1 - u * (1 - exp2(-longest / halving))
    return -halving * log2(rest)
  }
}
