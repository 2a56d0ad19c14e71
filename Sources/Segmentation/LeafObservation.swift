import Engagement
import EventLog

/// What a leaf found for one member.
struct LeafObservation {
  let truth: Truth
  /// What was observed, in words; nil where it was not asked for.
  let fact: String?
}

extension SegmentEvaluator {
  /// Answers a leaf for the member at a position of `rows`.
  func observe(
    _ leaf: CompiledLeaf, at index: Int, isMember: [Bool], wantsFact: Bool
  ) -> LeafObservation {
    func found(_ holds: Bool, _ fact: @autoclosure () -> String) -> LeafObservation {
      LeafObservation(truth: Truth(holds), fact: wantsFact ? fact() : nil)
    }
    func missing(_ holds: Bool, _ fact: @autoclosure () -> String) -> LeafObservation {
      LeafObservation(
        truth: leaf.isUnknownIfMissing ? .unknown : Truth(holds), fact: wantsFact ? fact() : nil)
    }
    let row = rows[index]
    switch leaf.question {
    case .attribute(let reader, let tests):
      let value = reader.value(ofRow: row, in: community, at: now)
      let holds = tests.allSatisfy { $0.holds(for: value, at: now) }
      if case .missing = value {
        // Whether a field exists is known even where it does not.
        let asksOnlyExistence = tests.allSatisfy { test in
          if case .exists = test { return true }
          return false
        }
        return asksOnlyExistence
          ? found(holds, "\(reader.name) is missing") : missing(holds, "\(reader.name) is missing")
      }
      return found(holds, "\(reader.name) is \(value.description)")
    case .did(let selection, let window, let measure, let comparisons):
      let bounds = bounds(window)
      guard let number = self.number(measure, of: selection, in: bounds, row: row) else {
        return missing(false, "no \(selection.names) with a number to measure")
      }
      return found(
        comparisons.allSatisfy { $0.holds(for: number) },
        fact(measure, number, needs: comparisons, of: selection, in: bounds, row: row))
    case .didNot(let selection, let window, let afterEver):
      let hasNone = !hasEvent(selection, in: bounds(window), row: row)
      let everything = EventBounds(first: .min, last: now.asOf.microseconds)
      let holds = hasNone && (!afterEver || hasEvent(selection, in: everything, row: row))
      return found(holds, latest(selection, in: everything, row: row))
    case .occurrence(let occurrence, let selection, let having):
      return observe(
        occurrence, selection, having: having, row: row, found: { found($0, $1) },
        missing: { missing(false, $0) })
    case .number(let name, let source, let comparisons):
      let value = self.value(of: source, at: index)
      guard !value.isNaN else { return missing(false, "\(name) is missing") }
      return found(
        comparisons.allSatisfy { $0.holds(for: value) },
        "\(name) \(formatted(value)), needs \(needs(comparisons))")
    case .segment(let position, let shouldBeMember):
      let isIn = isMember[position]
      let id = segments[position].definition.id
      return found(isIn == shouldBeMember, isIn ? "in \(id)" : "not in \(id)")
    case .remembered: preconditionFailure("memory is answered by a replayed timeline")
    case .cluster(let labels, let isWanted, let comparisons):
      guard let label = labels[index] else { return missing(false, "no label") }
      let name = label.name.map { " (\($0))" } ?? ""
      return found(
        isWanted[index] && comparisons.allSatisfy { $0.holds(for: label.confidence) },
        "\(label.segment)\(name), confidence \(formatted(label.confidence))")
    case .list(let isOn, let expires):
      let end = expires.min().map { now.asOf < $0 ? ", until \($0)" : ", which ended \($0)" } ?? ""
      let holds = isOn[index] && expires.allSatisfy { now.asOf < $0 }
      return found(holds, (holds ? "on the list" : "not on the list") + end)
    case .pattern(let pattern):
      let finding = finding(of: pattern, at: index)
      guard let holds = finding.holds else { return missing(false, finding.fact()) }
      return found(holds, finding.fact())
    }
  }

  private func observe(
    _ occurrence: EventOccurrence, _ selection: CompiledSelection, having: [CompiledEventTest],
    row: Int, found: (Bool, String) -> LeafObservation, missing: (String) -> LeafObservation
  ) -> LeafObservation {
    let history = community.history
    let events = community.events(ofRow: row, asOf: now.known)
    let matches: (Int32) -> Bool = { selection.matches(Int($0), of: history, at: now) }
    let position =
      occurrence.order == .first
      ? events.firstIndex(where: matches) : events.lastIndex(where: matches)
    guard let position else { return missing("never \(selection.names)") }
    let instant = Timestamp(microseconds: history.timestamps[Int(events[position])])
    let age = now.asOf.microseconds - instant.microseconds
    var holds = occurrence.age.allSatisfy { $0.map(\.microseconds).holds(for: age) }
    holds = holds && occurrence.instant.allSatisfy { $0.holds(for: instant) }
    if holds, !having.isEmpty {
      // All matching events at that one instant, so that their order in the file does not matter.
      let isTied: (Int32) -> Bool = { history.timestamps[Int($0)] == instant.microseconds }
      let tied =
        occurrence.order == .first
        ? events[position...].prefix(while: isTied)
        : ArraySlice(events[...position].reversed().prefix(while: isTied))
      holds = tied.contains { event in
        matches(event) && having.allSatisfy { $0.holds(for: Int(event), of: history, at: now) }
      }
    }
    return found(holds, "\(occurrence.order.rawValue) \(selection.names) \(described(instant))")
  }

  /// A feature or score of the member at a position of `rows` as of now.
  private func value(of source: NumberSource, at index: Int) -> Double {
    if now.asOf == source.asOf, now.known == source.asOf { return source.values[index] }
    guard let timeline = source.timeline else {
      preconditionFailure("another instant is asked of rules that were prepared from events")
    }
    return timeline.value(row: rows[index], asOf: now.asOf, known: now.known)
  }

  func needs(_ comparisons: [Comparison<Double>]) -> String {
    comparisons.map { $0.description(formatted) }.joined(separator: " and ")
  }

  /// `2024-05-01T00:00:00Z, 41.2 days ago`.
  func described(_ instant: Timestamp) -> String {
    let tenths = (now.asOf.days(since: instant) * 10).rounded() / 10
    return "\(instant), \(formatted(tenths)) days ago"
  }
}

extension Comparison {
  /// The same comparison of other values.
  func map<Other: Comparable & Hashable & Sendable>(
    _ transform: (Value) -> Other
  ) -> Comparison<Other> {
    switch self {
    case .equal(let value): .equal(transform(value))
    case .greater(let value): .greater(transform(value))
    case .atLeast(let value): .atLeast(transform(value))
    case .less(let value): .less(transform(value))
    case .atMost(let value): .atMost(transform(value))
    case .between(let low, let high): .between(transform(low), transform(high))
    }
  }
}
