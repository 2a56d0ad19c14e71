/// Where a replay stands after an instant.
struct ReplayState: Sendable {
  /// A member's stays in one segment.
  struct Segment: Sendable {
    var isMember = false
    var entered: Int64?
    var left: Int64?
    var hasConsent = true
    /// Why it entered or left last.
    var reason = Transition.Reason.time

    /// When the present state began; nil where the member never was in.
    var since: Int64? { isMember ? entered : left }
  }

  /// A member's place in one stage machine.
  struct Machine: Sendable {
    var state = 0
    var since: Int64 = 0
    /// For each move, whether its condition held.
    var holds: [Bool] = []
    /// The states since conditions last changed, which are not entered again before they do.
    var visited: Set<Int> = [0]
    /// When the next move is to be made.
    var nextMove: Int64?
    var reason = Transition.Reason.time
  }

  /// The instant that was looked at last; nil before the member came into the table.
  var instant: Int64?
  var truths: [Truth]
  /// For each leaf, when it is to be looked at again.
  var nextChanges: [Int64?]
  var segments: [Segment]
  var machines: [Machine]
  /// The number of transitions so far.
  var transitionCount = 0

  init(_ plan: TimelinePlan) {
    truths = Array(repeating: .unknown, count: plan.leaves.count)
    nextChanges = Array(repeating: nil, count: plan.leaves.count)
    segments = Array(repeating: Segment(), count: plan.segments.count)
    machines = plan.machines.map { Machine(holds: Array(repeating: false, count: $0.moves.count)) }
  }
}
