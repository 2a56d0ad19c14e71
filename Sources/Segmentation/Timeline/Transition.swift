public import EventLog

/// A member entering or leaving a segment or a stage.
public struct Transition: Sendable, Hashable {
  /// What is entered or left.
  public enum Subject: Sendable, Hashable {
    /// A segment, by id.
    case segment(String)
    /// A state of a stage machine.
    case stage(machine: String, state: String)
  }

  /// Which way.
  public enum Direction: String, Sendable, Hashable {
    /// Into it.
    case entered
    /// Out of it.
    case left
  }

  /// What made it happen.
  public enum Reason: String, Sendable, Hashable, CaseIterable {
    /// An event that the member did, or that was done to it.
    case event
    /// An attribute that changed.
    case attribute
    /// A list that the member was put on or taken off by hand.
    case manual
    /// A learned label that changed.
    case model
    /// Consent given or withdrawn.
    case consent
    /// Nothing but time.
    case time
    /// An edit of the rule.
    case definition
    /// Two members becoming one.
    case merge
    /// Facts of old times that came to be known.
    case backfill
  }

  /// A leaf, or a form with memory, that decided.
  public struct Evidence: Sendable, Hashable {
    /// The leaf or form as written.
    public let rule: String
    /// What was observed.
    public let fact: String?
  }

  /// The member's id.
  public let memberID: String
  /// What is entered or left.
  public let subject: Subject
  /// Which way.
  public let direction: Direction
  /// What made it happen.
  public let reason: Reason
  /// What decided: the leaves whose value changed at that instant, and gates and delays.
  public let evidence: [Evidence]
  /// When, in event time.
  public let time: Timestamp
}

/// How new facts change a member's transitions.
public struct TransitionChanges: Sendable, Hashable {
  /// Transitions that were not known before, in order of time.
  public let added: [Transition]
  /// Transitions that were reported before and, by facts that came late, did not happen.
  public let withdrawn: [Transition]

  /// True where nothing changed.
  public var isEmpty: Bool { added.isEmpty && withdrawn.isEmpty }
}

extension Transition.Subject: CustomStringConvertible {
  /// A segment's id; `MACHINE=STATE` for a state.
  public var description: String {
    switch self {
    case .segment(let id): id
    case .stage(let machine, let state): "\(machine)=\(state)"
    }
  }
}

extension Transition.Evidence: CustomStringConvertible {
  /// The rule, and what was observed in brackets.
  public var description: String { rule + (fact.map { " (\($0))" } ?? "") }
}
