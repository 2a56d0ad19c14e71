import Engagement
import EventLog

/// What a leaf found for one member.
struct LeafObservation {
  let truth: Truth
  /// What was observed, in words; nil where it was not asked for.
  let fact: String?
}

extension SegmentEvaluator {
  /// A member to be looked at: its position in `rows`, and its events.
  struct MemberView {
    var index: Int
    var events: MarkedEvents
  }

  /// Goes on to the member at another position of `rows`.
  func move(_ member: inout MemberView, to index: Int) {
    member.index = index
    marker.fill(
      &member.events, with: community.events(ofRow: rows[index], asOf: now.known),
      of: community.history)
  }

  /// The member at a position of `rows`.
  func view(at index: Int) -> MemberView {
    MemberView(
      index: index,
      events: marker.events(
        community.events(ofRow: rows[index], asOf: now.known), of: community.history))
  }

  /// Answers a leaf for a member.
  func observe(
    _ leaf: CompiledLeaf, of member: MemberView, isMember: [Bool], wantsFact: Bool
  ) -> LeafObservation {
    let index = member.index
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
      let finding = AttributeFinding(reader.name, value, tests, at: now)
      return finding.isMissing
        ? missing(finding.holds, finding.fact()) : found(finding.holds, finding.fact())
    case .events(let question):
      guard let holds = question.holds(for: member.events, at: now) else {
        return missing(false, question.fact(of: member.events, at: now))
      }
      return found(holds, question.fact(of: member.events, at: now))
    case .number(let name, let source, let comparisons):
      let value = self.value(of: source, at: index)
      guard !value.isNaN else { return missing(false, "\(name) is missing") }
      return found(
        comparisons.allSatisfy { $0.holds(for: value) },
        "\(name) \(formatted(value)), needs \(comparisons.needs)")
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
    case .list(let entries, let expires):
      let standing = ListStanding(
        of: entries[rows[index]] ?? [], knownAt: min(now.asOf, now.known).microseconds)
      let instant = now.asOf.microseconds
      let fact = wantsFact ? standing.fact(at: instant, ends: expires) : ""
      return found(standing.holds(at: instant, ends: expires), fact)
    case .pattern(let pattern):
      let finding = finding(of: pattern, at: index)
      guard let holds = finding.holds else { return missing(false, finding.fact()) }
      return found(holds, finding.fact())
    }
  }

  /// A feature or score of the member at a position of `rows` as of now.
  private func value(of source: NumberSource, at index: Int) -> Double {
    if now.asOf == source.asOf, now.known == source.asOf { return source.values[index] }
    guard let timeline = source.timeline else {
      preconditionFailure("another instant is asked of rules that were prepared from events")
    }
    return timeline.value(row: rows[index], asOf: now.asOf, known: now.known)
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
