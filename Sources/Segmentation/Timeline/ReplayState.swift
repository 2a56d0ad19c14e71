/// Where a replay stands after an instant.
struct ReplayState: Sendable {
  /// A member's stays in one segment.
  struct Segment: Sendable {
    var isMember = false
    var hasConsent = true
    /// Why it entered or left last.
    var reason = Transition.Reason.time
    private var lastEntry = Int64.min
    private var lastExit = Int64.min

    /// When it entered last, if ever.
    var entered: Int64? {
      get { lastEntry == .min ? nil : lastEntry }
      set { lastEntry = newValue ?? .min }
    }

    /// When it left last, if ever.
    var left: Int64? {
      get { lastExit == .min ? nil : lastExit }
      set { lastExit = newValue ?? .min }
    }

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
  private(set) var truths: [Truth]
  /// For each leaf, when it is to be looked at again; the greatest number for never.
  private(set) var nextChanges: [Int64]
  /// For each leaf, how long it may be left alone, in what its ``LeafPatience`` is counted in.
  private(set) var patience: [Int64]
  private(set) var segments: [Segment]
  private(set) var machines: [Machine]
  /// The next instant at which time alone may change anything; the greatest number for never.
  var nextInstant = Int64.max
  /// What the last instant changed.
  private(set) var last = Changes()

  /// What stood before the last instant, for facts that come at that same instant.
  struct Changes: Sendable {
    /// Nil where it was the first.
    var instant: Int64?
    var leaves: [(leaf: Int, truth: Truth, nextChange: Int64, patience: Int64)] = []
    var segments: [(position: Int, before: Segment)] = []
    var machines: [(position: Int, before: Machine)] = []

    /// A leaf's value before, where it was looked at.
    func truth(of leaf: Int) -> Truth? { leaves.first { $0.leaf == leaf }?.truth }
  }

  init(_ plan: TimelinePlan) {
    truths = Array(repeating: .unknown, count: plan.leaves.count)
    nextChanges = Array(repeating: .max, count: plan.leaves.count)
    patience = Array(repeating: .min, count: plan.leaves.count)
    segments = Array(repeating: Segment(), count: plan.segments.count)
    machines = plan.machines.map { Machine(holds: Array(repeating: false, count: $0.moves.count)) }
  }

  /// Goes on to an instant.
  mutating func begin(_ instant: Int64) {
    last.instant = self.instant
    last.leaves.removeAll(keepingCapacity: true)
    last.segments.removeAll(keepingCapacity: true)
    last.machines.removeAll(keepingCapacity: true)
    self.instant = instant
  }

  /// Goes back to before the last instant.
  mutating func undo() {
    for (leaf, truth, nextChange, patience) in last.leaves.reversed() {
      truths[leaf] = truth
      nextChanges[leaf] = nextChange
      self.patience[leaf] = patience
    }
    for (position, before) in last.segments.reversed() { segments[position] = before }
    for (position, before) in last.machines.reversed() { machines[position] = before }
    instant = last.instant
  }

  /// Sets what a leaf is, and until when; true where it was otherwise.
  mutating func set(
    _ leaf: Int, _ truth: Truth, until nextChange: Int64?, patience: Int64 = .min
  ) -> Bool {
    let before = truths[leaf]
    last.leaves.append((leaf, before, nextChanges[leaf], self.patience[leaf]))
    truths[leaf] = truth
    nextChanges[leaf] = nextChange ?? .max
    self.patience[leaf] = patience
    return truth != before
  }

  /// Forgets since when the member has been in segments.
  mutating func forgetSince() {
    for position in segments.indices {
      (segments[position].entered, segments[position].left) = (nil, nil)
    }
  }

  mutating func set(_ segment: Segment, at position: Int) {
    last.segments.append((position, segments[position]))
    segments[position] = segment
  }

  mutating func set(_ machine: Machine, at position: Int) {
    last.machines.append((position, machines[position]))
    machines[position] = machine
  }
}
