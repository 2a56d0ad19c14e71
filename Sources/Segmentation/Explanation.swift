import Engagement
import EventLog

/// Why a member is, or is not, in a segment: a condition's value and the values of its parts.
public struct Explanation: Sendable, Hashable {
  /// The condition as written; for logic its keyword, for a segment its id.
  public let rule: String
  /// Its value.
  public let truth: Truth
  /// What was observed, for leaves: `count 2, needs at least 3`.
  public let fact: String?
  /// The parts that the value comes from.
  public let parts: [Explanation]
}

extension SegmentEvaluator {
  /// Why a member is, or is not, in a segment.
  ///
  /// - Parameters:
  ///   - id: the segment's id.
  ///   - row: the member's row in the community, one of the rows given.
  /// - Returns: the tree of conditions, those of other segments referred to included.
  /// - Throws: ``SegmentationError/unknownSegment(id:suggestion:)``.
  /// - Precondition: `row` is one of the rows.
  public func explain(_ id: String, row: Int) throws(SegmentationError) -> Explanation {
    guard let position = segments.firstIndex(where: { bytesAreEqual($0.definition.id, id) }) else {
      let ids = segments.map(\.definition.id)
      throw .unknownSegment(id: id, suggestion: suggestion(for: id, among: ids))
    }
    let index = self.position(ofRow: row)
    if project.needsReplay, let own = replay.whole.segments.firstIndex(of: position) {
      return unloggedTimeline(at: index).explain(segment: own, at: now.asOf.microseconds)
    }
    return explain(position, of: view(at: index), isMember: isMember(at: index))
  }

  private func explain(_ position: Int, of member: MemberView, isMember: [Bool])
    -> Explanation
  {
    if let part = replay.remembered, let own = part.segments.firstIndex(of: position) {
      return unloggedTimeline(at: member.index, of: part)
        .explain(segment: own, at: now.asOf.microseconds)
    }
    let segment = segments[position]
    let condition = explain(segment.condition, of: member, isMember: isMember)
    return Explanation(
      rule: segment.definition.id, truth: Truth(isMember[position]), fact: nil, parts: [condition])
  }

  private func explain(
    _ condition: CompiledCondition, of member: MemberView, isMember: [Bool]
  ) -> Explanation {
    func node(_ rule: String, _ parts: [CompiledCondition], _ truth: ([Truth]) -> Truth)
      -> Explanation
    {
      let parts = parts.map { explain($0, of: member, isMember: isMember) }
      return Explanation(rule: rule, truth: truth(parts.map(\.truth)), fact: nil, parts: parts)
    }
    switch condition {
    case .all(let parts): return node("all", parts) { $0.min() ?? .true }
    case .any(let parts): return node("any", parts) { $0.max() ?? .false }
    case .none(let parts): return node("none", parts) { ($0.max() ?? .false).negated }
    case .not(let part): return node("not", [part]) { ($0.max() ?? .false).negated }
    case .atLeast(let count, let parts):
      return node("at_least \(count)", parts) { .atLeast(count, of: $0) }
    case .leaf(let leaf):
      let observation = observe(leaf, of: member, isMember: isMember, wantsFact: true)
      var parts: [Explanation] = []
      if case .segment(let position, _) = leaf.question {
        parts = [explain(position, of: member, isMember: isMember)]
      }
      return Explanation(
        rule: leaf.written, truth: observation.truth, fact: observation.fact, parts: parts)
    }
  }
}
