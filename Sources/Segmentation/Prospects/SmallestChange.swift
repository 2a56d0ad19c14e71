public import EventLog

/// The least that would change a membership, tried out on a copy of the member's facts.
///
/// Fewer steps go before smaller ones. What is looked for are changes of single leaves, and sets of them
/// that the logic between the leaves asks for, what is missing after such a set included.
public struct SmallestChange: Sendable, Hashable {
  /// What has to happen, all of it; where nothing that can be done changes the membership, what stands in
  /// the way, steps of kind ``ChangeStep/Kind/fixed`` among them.
  public let steps: [ChangeStep]
  /// The instant at which the membership changes then; nil where it does not.
  public let flipsAt: Timestamp?
  /// For a stage machine, the state that it leads to.
  public let state: String?
  /// True where no set of fewer steps does it, of those steps that were looked at; false where there may
  /// be one.
  public let isLeast: Bool
  /// What holds the member where it is beside the conditions: `min_stay until …`.
  public let heldBackBy: [String]
}

/// One step of a change, mostly of one leaf.
public struct ChangeStep: Sendable, Hashable {
  /// What kind of thing has to happen.
  public enum Kind: String, Sendable, Hashable, CaseIterable {
    /// Events of the member, or done to it.
    case event
    /// Another value of an attribute.
    case attribute
    /// Someone puts the member on a list, or takes it off.
    case list
    /// The member agrees to a purpose, or withdraws.
    case consent
    /// A model says something else of the member.
    case label
    /// Nothing but time.
    case time
    /// Nothing that can be done changes it now.
    case fixed
  }

  /// What kind of thing has to happen.
  public let kind: Kind
  /// The leaf as written that is changed, or the form: `cooldown: 14d`.
  public let rule: String
  /// What has to happen, in words: `1 more post`.
  public let text: String
  /// How large it is beside what is there, for the order among steps of one kind: 0.5 for a number that
  /// becomes half as much again.
  public let size: Double
  /// The facts that it is made of.
  public let facts: [NewFact]

  init(
    _ kind: Kind, rule: String, text: String, size: Double = 1, facts: [NewFact] = []
  ) {
    self.kind = kind
    self.rule = rule
    self.text = text
    self.size = size
    self.facts = facts
  }

  /// Whether it is something that the member, or who keeps the lists, can do: events of its own, consent, a
  /// list; not waiting, nor what others do, nor another value of an attribute, nor another label.
  public var isAction: Bool {
    !facts.isEmpty
      && facts.allSatisfy { fact in
        switch fact {
        case .event, .list: true
        case .received, .attribute, .label, .nothing: false
        }
      }
  }

  /// Of two sets with equally many steps, the one of lower ranks goes first.
  var rank: Int {
    switch kind {
    case .event, .attribute, .list: 0
    case .consent: 1
    case .label: 2
    case .time: 3
    case .fixed: 4
    }
  }
}

/// A fact that does not exist yet.
public enum NewFact: Sendable, Hashable {
  /// The member does something.
  case event(Event)
  /// Something is done to the member.
  case received(Event)
  /// An attribute takes another value, or none.
  case attribute(String, AttributeValue?, at: Timestamp)
  /// The member is put on a list, or taken off.
  case list(String, isOn: Bool, at: Timestamp)
  /// A model says something else of the member.
  case label(model: String, LearnedLabel?, at: Timestamp)
  /// Time passes.
  case nothing(until: Timestamp)

  /// When it is.
  public var time: Timestamp {
    switch self {
    case .event(let event), .received(let event): event.timestamp
    case .attribute(_, _, let time), .list(_, _, let time), .label(_, _, let time),
      .nothing(let time):
      time
    }
  }
}
