import EventLog

/// Exclusive lifecycle states of members, and the moves between them.
///
/// Every member is in exactly one state of a machine from when it comes into the table on.
public struct StageMachine: Sendable, Hashable {
  /// One way from state to state.
  public struct Move: Sendable, Hashable {
    /// The state that is left; nil for `"*"`, any state but the target.
    public let from: String?
    /// The state that is entered.
    public let to: String
    /// What makes a member move.
    public let when: Condition
    /// Where the move stands in the project file.
    public let position: SourcePosition
  }

  /// The name, unlike every other machine's.
  public let name: String
  /// The state in which members begin.
  public let start: String
  /// The moves; the first one that applies is made, at most one at an instant.
  public let moves: [Move]
  /// Where the machine stands in the project file.
  public let position: SourcePosition

  /// All states: the start, then those that moves lead to, in the order of the file.
  public var states: [String] {
    var states = [start]
    for move in moves where !states.contains(where: { bytesAreEqual($0, move.to) }) {
      states.append(move.to)
    }
    return states
  }
}
