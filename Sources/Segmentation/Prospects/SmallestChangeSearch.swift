import EventLog

/// Looks for the smallest change of one membership.
///
/// First what the logic between the leaves asks for is tried, cheapest first, then every step alone for
/// what it does to other leaves, then pairs of steps, then what is missing after each set that spoils
/// another leaf; where that leaves more than one step, or none, what the logic asks for after each of the
/// next instants at which time changes a leaf. Where nothing does it, what time makes of each set of steps is
/// looked at.
struct SmallestChangeSearch {
  enum Subject: Hashable {
    case segment(Int)
    case machine(Int)
  }

  /// How many sets are tried at one instant, of each of the three kinds.
  private static let mostTrials = 60
  /// How many instants ahead are looked at.
  private static let mostEdges = 8
  /// Of how many steps all pairs are tried.
  private static let mostPaired = 16
  /// After how many sets what is missing is looked for.
  private static let mostMended = 8

  private let trial: MembershipTrial
  private let subject: Subject
  private let before: MemberTimeline
  /// Whether only what somebody can do is looked at, now.
  private let actionsOnly: Bool

  init(_ trial: MembershipTrial, of subject: Subject, actionsOnly: Bool = false) {
    self.trial = trial
    self.subject = subject
    self.actionsOnly = actionsOnly
    before = trial.timeline()
  }

  /// A set of steps that was found to do it.
  private struct Solution {
    let set: ChangeSet
    let end: Int64
    let state: String?
  }

  private func tree(_ trial: MembershipTrial, at instant: Int64) -> ChangeTree {
    ChangeTree(trial, at: instant, actionsOnly: actionsOnly)
  }

  func result() -> SmallestChange {
    let tree = tree(trial, at: trial.asOf)
    let ways = ways(in: tree)
    var found = solution(in: tree, ways, at: trial.asOf, afterWait: nil)
    if !actionsOnly, found.map({ $0.set.steps.count > 1 }) ?? true,
      let later = solutionAhead(
        better: found?.set.steps.count ?? .max)
    {
      found = later
    }
    if !actionsOnly, found == nil { found = solutionInTime(ways, in: tree) }
    var holds: [String] = []
    if case .segment(let position) = subject { holds = tree.holds(of: position) }
    guard let found else {
      return SmallestChange(
        steps: ways.sets.first?.steps ?? [], flipsAt: nil, state: nil, isLeast: false,
        heldBackBy: holds)
    }
    // All steps were tried alone.
    return SmallestChange(
      steps: found.set.steps, flipsAt: Timestamp(microseconds: found.end), state: found.state,
      isLeast: found.set.steps.count <= 2, heldBackBy: holds)
  }

  private func ways(in tree: ChangeTree) -> ChangeWays {
    switch subject {
    case .segment(let position): tree.ways(toFlip: position)
    case .machine(let position): tree.ways(toMove: position)
    }
  }

  /// The cheapest set that does it at an instant.
  private func solution(
    in tree: ChangeTree, _ ways: ChangeWays, at instant: Int64, afterWait wait: ChangeStep?
  ) -> Solution? {
    let first = ways.sets.lazy.filter { $0.fixedCount == 0 }.compactMap {
      solution($0, at: instant)
    }
    .first
    if let first, first.set.steps.count <= 1 || wait != nil { return first }
    guard wait == nil else { return nil }
    let single = tree.steps(for: leaves()).sorted()
    if let alone = single.prefix(Self.mostTrials).lazy.compactMap({ solution($0, at: instant) })
      .first
    {
      return alone
    }
    if let first, first.set.steps.count == 2 { return first }
    let paired = Array(single.prefix(Self.mostPaired))
    let pairs = paired.indices.flatMap { left in
      paired.indices.filter { $0 > left }.compactMap { paired[left].union(paired[$0]) }
    }
    let pair = pairs.sorted().lazy.compactMap { solution($0, at: instant) }.first
    return pair ?? mended(ways, fewerThan: first?.set.steps.count ?? .max, at: instant) ?? first
  }

  /// The cheapest set that does it, made of one that the logic asks for and of what is missing after it.
  ///
  /// An event that makes one leaf true may make another one false, for which nothing had to be done.
  private func mended(_ ways: ChangeWays, fewerThan count: Int, at instant: Int64) -> Solution? {
    let tried = ways.sets.filter { $0.fixedCount == 0 && !$0.steps.isEmpty }
    let sets = tried.prefix(Self.mostMended).flatMap { set -> [ChangeSet] in
      let end = set.end(notBefore: instant)
      guard end <= trial.horizon else { return [] }
      let missing = self.ways(in: tree(trial.after(set.facts, until: end), at: end))
      return missing.sets.compactMap { set.union($0) }
    }
    return sets.filter { $0.fixedCount == 0 && $0.steps.count < count }.sorted()
      .prefix(Self.mostTrials).lazy.compactMap { solution($0, at: instant) }.first
  }

  /// The cheapest set with fewer steps than some that does it after a wait, which is one.
  private func solutionAhead(better count: Int) -> Solution? {
    let segments = Set(
      closure().compactMap { node in if case .segment(let position) = node { position } else { nil }
      })
    let edges = trial.edges(of: leaves(), delaysOf: segments, atMost: Self.mostEdges)
    var best: Solution?
    for edge in edges {
      let wait = self.wait(until: edge)
      if let state = outcome(of: trial.timeline(until: edge.instant)) {
        return Solution(set: ChangeSet(wait), end: edge.instant, state: state.state)
      }
      let most = min(count, best?.set.steps.count ?? .max)
      guard most > 2 else { continue }
      let tree = tree(trial, at: edge.instant)
      guard let rest = solution(in: tree, ways(in: tree), at: edge.instant, afterWait: wait),
        let all = ChangeSet(wait).union(rest.set), all.steps.count < most
      else { continue }
      best = Solution(set: all, end: rest.end, state: rest.state)
    }
    return best
  }

  /// The cheapest set of steps after which time alone does it, with the wait for that.
  ///
  /// What is done now may count only once it is so and so old, or as something else is past.
  private func solutionInTime(_ ways: ChangeWays, in tree: ChangeTree) -> Solution? {
    let sets = (ways.sets + tree.steps(for: leaves()).sorted()).filter {
      $0.fixedCount == 0 && !$0.steps.isEmpty
    }
    return sets.prefix(Self.mostTrials).lazy.compactMap { set -> Solution? in
      let end = set.end(notBefore: trial.asOf)
      guard end <= trial.horizon else { return nil }
      let edge = trial.after(set.facts, until: end).firstEdge { outcome(of: $0) != nil }
      return edge.flatMap { edge in
        set.union(ChangeSet(wait(until: edge))).flatMap { solution($0, at: trial.asOf) }
      }
    }.first
  }

  /// Nothing happens until an instant at which time changes some leaves.
  private func wait(until edge: MembershipTrial.Edge) -> ChangeStep {
    let end = Timestamp(microseconds: edge.instant)
    let days = end.days(since: Timestamp(microseconds: trial.asOf))
    let tenths = formatted((days * 10).rounded() / 10)
    let leaves = edge.leaves.map { trial.plan.leaves[$0].leaf }
    let unit = tenths == "1" ? "day" : "days"
    var text = "\(tenths) \(unit) to pass, until \(end)"
    for leaf in leaves {
      guard case .didNot(let selection, _, _) = leaf.question else { continue }
      let names = selection.names == ["*"] ? "events" : selection.names.joined(separator: ", ")
      text = "no \(names) for \(tenths) more \(unit), until \(end)"
    }
    return ChangeStep(
      .time, rule: leaves.first?.written ?? "time", text: text,
      size: days / Double(MembershipProspect.horizonInDays), facts: [.nothing(until: end)])
  }

  private func solution(_ set: ChangeSet, at instant: Int64) -> Solution? {
    let end = set.end(notBefore: instant)
    guard end <= trial.horizon else { return nil }
    return outcome(of: trial.timeline(with: set.facts, until: end)).map {
      Solution(set: set, end: end, state: $0.state)
    }
  }

  /// Where a timeline leads that is not where the member is now.
  private func outcome(of timeline: MemberTimeline) -> (state: String?, Void)? {
    switch subject {
    case .segment(let position):
      let isMember = timeline.state.segments[position].isMember
      return isMember == before.state.segments[position].isMember ? nil : (nil, ())
    case .machine(let position):
      let state = timeline.state.machines[position].state
      guard state != before.state.machines[position].state else { return nil }
      return (trial.plan.machines[position].states[state], ())
    }
  }

  // MARK: - What decides the subject

  private func leaves() -> Set<Int> {
    let plan = trial.plan
    return closure().reduce(into: []) { leaves, node in
      switch node {
      case .segment(let position): leaves.formUnion(plan.segments[position].leaves)
      case .machine(let position): leaves.formUnion(plan.machines[position].leaves)
      }
    }
  }

  /// The segments and machines that decide, the subject among them.
  private func closure() -> Set<Subject> {
    let plan = trial.plan
    var closure: Set<Subject> = []
    var open = [subject]
    while let next = open.popLast() {
      guard closure.insert(next).inserted else { continue }
      var leaves: Range<Int>
      switch next {
      case .segment(let position):
        leaves = plan.segments[position].leaves
        open += plan.segments[position].rivals.map { .segment($0.segment) }
      case .machine(let position): leaves = plan.machines[position].leaves
      }
      for leaf in leaves {
        switch plan.leaves[leaf].kind {
        case .segment(let other, _): open.append(.segment(other))
        case .stage(let other, _): open.append(.machine(other))
        default: break
        }
      }
    }
    return closure
  }
}
