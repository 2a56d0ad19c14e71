import EventLog

/// What will change one member's membership next, and what it would take to change it.
public struct MembershipProspect: Sendable, Hashable {
  /// What the member is, or is not, in.
  public enum Subject: Sendable, Hashable {
    /// A segment, by id.
    case segment(String)
    /// A stage machine, by name: the member is in one of its states.
    case machine(String)
  }

  /// What the member is, or is not, in.
  public let subject: Subject
  /// The first transition that time alone brings, for a machine into the next state; nil where there is
  /// none in ``horizonInDays``.
  public let nextChange: Transition?
  /// The least that would put the member in, or take it out; for a machine, move it on.
  public let smallestChange: SmallestChange
  /// The least of what somebody can do (``ChangeStep/isAction``) that would do it, and that is near; nil
  /// where there is none.
  ///
  /// Near is what is done in ``adviceInDays`` from now, by no more events than ten or than the member did in
  /// as many days before.
  public let advice: SmallestChange?

  /// How far ahead something that can be done is near, in days of 24 hours.
  public static let adviceInDays = 90
  /// How far ahead time is looked at, in days of 24 hours.
  public static let horizonInDays = 1_000
}

extension SegmentEvaluator {
  /// What will change a member's segments and stages next, and the least that would.
  ///
  /// - Parameter row: the member's row in the community, one of the rows given.
  /// - Returns: segments, then machines, in the order of the file.
  /// - Precondition: `row` is one of the rows, and no rule asks for a `rank`, which others change too.
  /// - Complexity: a replay of the member's timeline, then some hundred trials for each segment at worst,
  ///   each O(the member's events + leaves).
  public func prospects(ofRow row: Int) -> [MembershipProspect] {
    precondition(project.rankedSegments.isEmpty, "ranks are left out of prospects")
    let index = position(ofRow: row)
    let trial = MembershipTrial(self, at: index)
    let ahead = trial.transitionsAhead()
    let limit = trial.activity(ofDays: MembershipProspect.adviceInDays)
    func changes(
      _ subject: SmallestChangeSearch.Subject
    ) -> (least: SmallestChange, advice: SmallestChange?) {
      let least = SmallestChangeSearch(trial, of: subject).result()
      let isAction = least.flipsAt != nil && least.steps.allSatisfy(\.isAction)
      let advice =
        isAction ? least : SmallestChangeSearch(trial, of: subject, actionsOnly: true).result()
      let events = advice.steps.flatMap(\.facts)
      let isNear =
        advice.flipsAt.map { $0 <= limit.end } ?? false && events.count <= max(10, limit.count)
      return (least, isNear ? advice : nil)
    }
    let segments = project.segments.indices.map { position in
      let changes = changes(.segment(position))
      let subject = Transition.Subject.segment(project.segments[position].id)
      return MembershipProspect(
        subject: .segment(project.segments[position].id),
        nextChange: ahead.first { $0.subject == subject },
        smallestChange: changes.least, advice: changes.advice)
    }
    let machines = project.stages.indices.map { position in
      let name = project.stages[position].name
      let changes = changes(.machine(position))
      return MembershipProspect(
        subject: .machine(name),
        nextChange: ahead.first { transition in
          guard case .stage(name, _) = transition.subject else { return false }
          return transition.direction == .entered
        },
        smallestChange: changes.least, advice: changes.advice)
    }
    return segments + machines
  }
}
