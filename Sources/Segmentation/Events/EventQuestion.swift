import Engagement
import EventLog

/// A leaf about a member's events, which are told apart by their marks.
indirect enum EventQuestion: Sendable {
  /// What is measured of the selected events.
  enum Measure: Sendable {
    case count
    case distinctPeriods(RegularActivity.Unit)
    case distinctKeys(column: Int)
    case aggregate(EventMeasure.Aggregate, name: String, column: Int)
  }

  /// The selectors of a sequence.
  struct Sequence: Sendable {
    let steps: [EventSelector]
    let without: EventSelector?
    /// The cell of the key that all events share.
    let same: Int?
  }

  case did(EventSelector, EventWindow, Measure, [Comparison<Double>])
  case didNot(EventSelector, EventWindow, afterEver: Bool)
  /// `having` selects those of the events that have what is asked.
  case occurrence(EventOccurrence, EventSelector, having: EventSelector?)
  case regular(RegularActivity, EventSelector)
  case sequence(EventSequence, Sequence)
  case trend(EventTrend, EventSelector)
  case share(EventShare, EventSelector, part: EventSelector)

  /// The question of a leaf, or nil for one that is not about events.
  init?(_ question: Leaf.Question, in index: inout EventIndex) {
    switch question {
    case .did(let selection, let window, let measure, let comparisons):
      let selector = index.selector(selection)
      self = .did(selector, window, Self.measure(measure, selector, &index), comparisons)
    case .didNot(let selection, let window, let afterEver):
      self = .didNot(index.selector(selection), window, afterEver: afterEver)
    case .occurrence(let occurrence):
      let selector = index.selector(occurrence.selection)
      let having =
        occurrence.having.isEmpty
        ? nil : index.selector(occurrence.selection, and: occurrence.having)
      self = .occurrence(occurrence, selector, having: having)
    case .regular(let regular): self = .regular(regular, index.selector(regular.selection))
    case .sequence(let sequence):
      let steps = sequence.steps.map { index.selector($0) }
      let without = sequence.without.map { index.selector($0) }
      var same: Int?
      for selector in steps + [without].compactMap({ $0 }) {
        same = sequence.same.map { index.column(.key($0), of: selector) }
      }
      self = .sequence(sequence, Sequence(steps: steps, without: without, same: same))
    case .trend(let trend): self = .trend(trend, index.selector(trend.selection))
    case .share(let share):
      self = .share(
        share, index.selector(share.selection),
        part: index.selector(share.selection, and: share.conditions))
    case .attribute, .feature, .score, .segment, .segmentHistory, .stage, .consent, .cluster,
      .list, .rank, .near, .bucket:
      return nil
    }
  }

  private static func measure(
    _ measure: EventMeasure, _ selector: EventSelector, _ index: inout EventIndex
  ) -> Measure {
    switch measure {
    case .count: .count
    case .distinct(.day): .distinctPeriods(.day)
    case .distinct(.week): .distinctPeriods(.week)
    case .distinct(.month): .distinctPeriods(.month)
    case .distinct(.field(let field)):
      .distinctKeys(column: index.column(.key(field), of: selector))
    case .aggregate(let aggregate, let field):
      .aggregate(
        aggregate, name: field.name, column: index.column(.number(field), of: selector))
    }
  }

  /// The selectors of all events that matter.
  var selectors: [EventSelector] {
    switch self {
    case .did(let selector, _, _, _), .didNot(let selector, _, _),
      .occurrence(_, let selector, _), .regular(_, let selector), .trend(_, let selector),
      .share(_, let selector, _):
      [selector]
    case .sequence(_, let sequence): sequence.steps + [sequence.without].compactMap { $0 }
    }
  }

  /// True for what stays true, once it is, whatever comes.
  var isPermanent: Bool {
    guard !hasTimedTests else { return false }
    switch self {
    case .did(_, .ever, let measure, let comparisons):
      return measure.isCount && comparisons.areLowerBounds
    case .sequence(let sequence, _): return sequence.within == nil && sequence.without == nil
    default: return false
    }
  }

  /// Whether tests of dates that come and go by themselves have a part in the leaf.
  var hasTimedTests: Bool {
    switch self {
    case .occurrence(_, let selector, let having): selector.isTimed || having?.isTimed == true
    case .share(_, _, let part): part.isTimed
    default: isTimed
    }
  }

  /// Whether such tests select its events.
  var isTimed: Bool {
    switch self {
    case .did(let selector, _, _, _), .didNot(let selector, _, _),
      .occurrence(_, let selector, _), .regular(_, let selector), .trend(_, let selector),
      .share(_, let selector, _):
      selector.isTimed
    case .sequence(_, let sequence):
      sequence.steps.contains { $0.isTimed } || sequence.without?.isTimed == true
    }
  }

  /// The instants at which the tests of dates of some events change, past ones too.
  func timedEdges(_ events: MarkedEvents, at now: EvaluationInstant) -> [Int64] {
    guard hasTimedTests else { return [] }
    var all = selectors
    switch self {
    case .occurrence(_, _, let having?): all.append(having)
    case .share(_, _, let part): all.append(part)
    default: break
    }
    var edges: [Int64] = []
    for timed in all.flatMap(\.timed) {
      for place in 0..<events.end(at: now.known.microseconds) {
        let date = events.cell(place, timed.column)
        guard date != MarkedEvents.missing else { continue }
        let instant = Timestamp(microseconds: Int64(date))
        edges += timed.tests.flatMap { $0.edges(for: instant, at: now) }
      }
    }
    return edges
  }
}
