import Engagement
import EventLog
import Foundation
import Segmentation
import Testing

/// Proposed changes of random members and projects, told to live states, which know nothing of proposals.
struct ProspectOracleTests {
  private static let caseCount =
    (ProcessInfo.processInfo.environment["COTERIE_CASES"].flatMap { Int($0) } ?? 2_000) / 16

  /// A member and a project of some seed, as of an instant among its facts.
  private struct Situation {
    let yaml: String
    let project: ProjectFile
    let asOf: Timestamp
    private let facts: [RandomTimelines.Fact]
    private let community: Community
    private let row: Int
    private let label: LearnedLabel?

    /// Nil where the seed's member is no row of a table, or not in it by then.
    init?(seed: UInt64) throws {
      var random = RandomTimelines(seed: seed)
      yaml = random.project()
      project = try ProjectFile(parsing: yaml, file: "c.yaml")
      let facts = random.facts()
      asOf = random.time()
      guard random.isTabular else { return nil }
      self.facts = facts.filter { fact in
        switch fact {
        case .event, .received: true
        default: fact.time <= RandomTimelines.beginning
        }
      }
      community = Community(knowing: facts)
      guard let row = community.row(of: "ann"), community.rows(asOf: asOf).contains(row) else {
        return nil
      }
      self.row = row
      var label: LearnedLabel?
      for case .label(let given, _) in facts { label = given }
      self.label = label
    }

    func prospects(_ project: ProjectFile) throws -> [MembershipProspect] {
      try SegmentEvaluator(
        project, community: community, rows: [row], asOf: asOf, labels: ["m": [label]],
        distributions: RandomTimelines.distributions, threadCount: 1
      ).prospects(ofRow: row)
    }

    /// A live state at the as-of time, which knows no later events.
    func live(_ project: ProjectFile) throws -> LiveSegments {
      var record = MemberRecord(memberID: "ann")
      for fact in facts where fact.time <= asOf { record.add(fact) }
      let plan = try TimelinePlan(project, distributions: RandomTimelines.distributions)
      var live = LiveSegments(record, plan: plan)
      _ = live.advance(to: asOf)
      return live
    }
  }

  private func standing(
    _ subject: MembershipProspect.Subject, _ live: LiveSegments, _ project: ProjectFile
  ) -> String {
    switch subject {
    case .segment(let id): return live.segments.contains(id) ? "in" : "out"
    case .machine(let name):
      return zip(project.stages, live.stages).first { $0.0.name == name }?.1 ?? ""
    }
  }

  /// The instant by which some facts are there.
  private func end(_ facts: [NewFact], notBefore start: Timestamp) -> Timestamp {
    facts.reduce(start) { max($0, $1.time) }
  }

  @Test(arguments: 0..<4)
  func proposedChangesFlipTheMembership(batch: Int) throws {
    var (flipped, ahead, fixed, several) = (0, 0, 0, 0)
    for index in 0..<Self.caseCount / 4 {
      let seed = UInt64(9_000_000 + batch * 100_000 + index)
      guard let situation = try Situation(seed: seed) else { continue }
      let project = situation.project
      let before = try situation.live(project)
      var later = before
      _ = later.advance(
        to: situation.asOf.shifted(
          by: Int64(MembershipProspect.horizonInDays) * RandomTimelines.day))
      for prospect in try situation.prospects(project) {
        let comment = "seed \(seed), \(prospect.subject)\n\(situation.yaml)"
        let next = later.transitions.first { transition in
          guard transition.time > situation.asOf else { return false }
          switch (transition.subject, prospect.subject) {
          case (.segment(let id), .segment(let own)): return id == own
          case (.stage(let machine, _), .machine(let own)):
            return machine == own && transition.direction == .entered
          default: return false
          }
        }
        #expect(next?.line == prospect.nextChange?.line, "\(comment)")
        if next != nil { ahead += 1 }
        let change = prospect.smallestChange
        guard let flipsAt = change.flipsAt else {
          // What time does is found.
          #expect(next == nil, "\(comment)")
          fixed += 1
          continue
        }
        let facts = change.steps.flatMap(\.facts)
        #expect(end(facts, notBefore: situation.asOf) == flipsAt, "\(comment)")
        var live = before
        for fact in facts { live.take(fact) }
        _ = live.advance(to: flipsAt)
        let was = standing(prospect.subject, before, project)
        let now = standing(prospect.subject, live, project)
        #expect(was != now, "\(change.steps.map(\.text)) \(comment)")
        if let state = change.state { #expect(now == state, "\(comment)") }
        flipped += 1
        if change.steps.count > 1 { several += 1 }
      }
    }
    print(
      "\(flipped) memberships flip, \(several) by several steps; \(fixed) by none; \(ahead) in time"
    )
    #expect(flipped > Self.caseCount / 10)
    #expect(ahead > 0)
  }

  /// The steps of leaves alone, in every subset, need no fewer of them.
  ///
  /// What is one step for a rule that does not decide is as many as it has facts: `1 like, then 1 post`
  /// for a sequence that nobody asks about.
  @Test(arguments: 0..<4)
  func noSubsetOfStepsForLeavesIsSmaller(batch: Int) throws {
    var (compared, several) = (0, 0)
    for index in 0..<Self.caseCount / 4 {
      let seed = UInt64(9_500_000 + batch * 100_000 + index)
      guard let situation = try Situation(seed: seed) else { continue }
      let leaves = situation.project.allLeaves
      guard leaves.count <= 12 else { continue }
      let own = leaves.filter(\.isMemoryless)
      let alone = try ProjectFile(
        parsing: situation.yaml.beforeStagesAndSegments + "segments:\n"
          + own.enumerated().map { "- {id: l\($0), when: \($1.written)}\n" }.joined()
          + "- {id: all, when: {did: \"*\"}}\n", file: "leaves.yaml")
      let steps = try situation.prospects(alone).dropLast().map(\.smallestChange)
        .filter { $0.flipsAt != nil && $0.steps.count == 1 }.flatMap(\.steps).prefix(7)
      let project = situation.project
      let before = try situation.live(project)
      for prospect in try situation.prospects(project) {
        let was = standing(prospect.subject, before, project)
        let deciding = Set(project.leaves(deciding: prospect.subject).map(\.written))
        let counts = steps.map { deciding.contains($0.rule) ? 1 : $0.facts.count }
        var least: Int?
        for subset in 0..<(1 << steps.count) {
          let chosen = steps.indices.filter { subset >> $0 & 1 == 1 }
          let count = chosen.reduce(0) { $0 + counts[$1] }
          guard count < least ?? .max else { continue }
          let facts = chosen.flatMap { steps[$0].facts }
          var live = before
          for fact in facts { live.take(fact) }
          _ = live.advance(to: end(facts, notBefore: situation.asOf))
          if standing(prospect.subject, live, project) != was { least = count }
        }
        guard let least else { continue }
        let change = prospect.smallestChange
        let comment = "seed \(seed), \(prospect.subject)\n\(situation.yaml)"
        #expect(change.flipsAt != nil, "\(comment)")
        #expect(
          change.steps.count <= least, "\(change.steps.map(\.text)), least \(least) \(comment)")
        compared += 1
        if least > 1 { several += 1 }
      }
    }
    print(
      "\(compared) changes are no larger than those of all subsets, \(several) of several leaves")
    #expect(compared > Self.caseCount / 24)
  }
}

extension ProjectFile {
  /// The leaves of all rules that decide whether a member is in a segment, or where in a machine.
  fileprivate func leaves(deciding subject: MembershipProspect.Subject) -> [Leaf] {
    var (found, open): (Set<MembershipProspect.Subject>, [MembershipProspect.Subject]) = (
      [], [subject]
    )
    var leaves: [Leaf] = []
    while let next = open.popLast() {
      guard found.insert(next).inserted else { continue }
      var conditions: [Condition] = []
      switch next {
      case .segment(let id):
        guard let segment = segment(id) else { continue }
        if case .rule(let condition) = segment.membership { conditions.append(condition) }
        if let stay = segment.memory.stayWhile { conditions.append(stay) }
        for group in exclusiveGroups where group.order.contains(id) {
          open += group.order.prefix { $0 != id }.map { .segment($0) }
        }
      case .machine(let name):
        conditions = stages.filter { $0.name == name }.flatMap { $0.moves.map(\.when) }
      }
      for leaf in conditions.flatMap(\.leaves) {
        leaves.append(leaf)
        switch leaf.question {
        case .segment(let id, _): open.append(.segment(id))
        case .segmentHistory(let history): open.append(.segment(history.id))
        case .stage(let machine, _): open.append(.machine(machine))
        default: break
        }
      }
    }
    return leaves
  }
}

extension LiveSegments {
  /// Takes a fact that was proposed.
  fileprivate mutating func take(_ fact: NewFact) {
    switch fact {
    case .event(let event):
      _ = add(event)
      if event.targetID == "ann" { _ = receive(event) }
    case .received(let event): _ = receive(event)
    case .attribute(let name, let value, let time): _ = set(name, to: value, at: time)
    case .list(let name, let isOn, let time): _ = set(list: name, isOn: isOn, at: time)
    case .label(let model, let label, let time): _ = set(model: model, label: label, at: time)
    case .nothing: break
    }
  }
}
