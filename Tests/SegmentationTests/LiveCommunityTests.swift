import EventLog
import Segmentation
import Testing

/// All members together are what each is alone.
struct LiveCommunityTests {
  @Test(arguments: 0..<4)
  func membersTogetherAreWhatEachIsAlone(batch: Int) throws {
    var (transitionCount, withdrawnCount) = (0, 0)
    for index in 0..<60 {
      let seed = UInt64(9_000_000 + batch * 1_000 + index)
      var random = RandomTimelines(seed: seed)
      let yaml = random.project()
      let project = try ProjectFile(parsing: yaml, file: "c.yaml")
      let plan = try TimelinePlan(project, distributions: RandomTimelines.distributions)
      var together = LiveCommunity(plan: plan)
      var alone: [String: LiveSegments] = [:]
      for member in ["ann", "bea", "cleo"] {
        alone[member] = LiveSegments(MemberRecord(memberID: member), plan: plan)
      }
      let facts = ["ann", "bea", "cleo"].flatMap { member in
        random.facts().map { (member, $0) }
      }
      for (index, (member, fact)) in facts.shuffled(using: &random.generator).enumerated() {
        let fact = fact.of(member)
        let expected = alone[member]?.take(fact, id: index) ?? []
        let found = together.take(fact, of: member, id: index).ofOne(member)
        #expect(found == expected.joined(), "seed \(seed)\n\(yaml)")
        withdrawnCount += found.withdrawn.count
        guard random.chance(3) else { continue }
        try advance(&together, &alone, to: random.time(), "seed \(seed)\n\(yaml)")
      }
      let end = random.start.shifted(by: 12 * RandomTimelines.day)
      transitionCount += try advance(&together, &alone, to: end, "seed \(seed)\n\(yaml)")
      for (member, live) in alone {
        #expect(together.segments(of: member) == live.segments, "seed \(seed)")
        #expect(together.stages(of: member) == live.stages, "seed \(seed)")
      }
    }
    print("live community: \(transitionCount) transitions, \(withdrawnCount) withdrawn")
    #expect(transitionCount > 40 && withdrawnCount > 200)
  }

  @discardableResult
  private func advance(
    _ together: inout LiveCommunity, _ alone: inout [String: LiveSegments], to time: Timestamp,
    _ comment: String
  ) throws -> Int {
    var expected: [Transition] = []
    for member in alone.keys.sorted() { expected += alone[member]?.advance(to: time).added ?? [] }
    // In small steps, as a wave would be.
    var found: [Transition] = []
    while true {
      let (transitions, isDone) = together.advance(to: time, limit: 3)
      found += transitions
      if isDone { break }
    }
    let times = found.map(\.time)
    #expect(times == times.sorted(), "\(comment)")
    for member in alone.keys {
      #expect(
        found.filter { $0.memberID == member } == expected.filter { $0.memberID == member },
        "\(comment)")
    }
    return found.count
  }

  @Test func editsTellWhoEntersAndLeaves() throws {
    func community(_ rule: String) throws -> LiveCommunity {
      let project = try ProjectFile(
        parsing: "version: 1\nsegments: [{id: a, when: \(rule)}]", file: "c.yaml")
      var community = LiveCommunity(plan: try TimelinePlan(project))
      for (member, type) in [("ann", "post"), ("bea", "like"), ("cleo", "post")] {
        #expect(community.add(try Event(member, type, "2024-01-01")).isEmpty)
      }
      _ = community.advance(to: try instant("2024-01-02"))
      return community
    }
    let edits = try community("{did: post}").edits(to: try community("{did: like}"))
    #expect(
      edits.map { "\($0.memberID) \($0.line)" } == [
        "ann 2024-01-02T00:00:00Z left a (definition)",
        "bea 2024-01-02T00:00:00Z entered a (definition)",
        "cleo 2024-01-02T00:00:00Z left a (definition)",
      ])
  }

  @Test func eventsThatComeTwiceAndClocksThatGoBackChangeNothing() throws {
    let project = try ProjectFile(
      parsing: "version: 1\nsegments: [{id: a, when: {did: post, within: 1d, count: 2}}]",
      file: "c.yaml")
    var community = LiveCommunity(plan: try TimelinePlan(project))
    #expect(community.nextChange == nil)
    let post = try Event("ann", "post", "2024-01-01")
    #expect(community.add(post, id: "1").isEmpty)
    #expect(community.nextChange == post.timestamp)
    #expect(community.advance(to: try instant("2024-01-01T12:00:00Z")).transitions.isEmpty)
    #expect(community.add(post, id: "1").isEmpty)
    #expect(community.segments(of: "ann").isEmpty && community.segments(of: "bob").isEmpty)
    let late = community.add(try Event("ann", "post", "2024-01-01T06:00:00Z"), id: "2")
    #expect(
      late.added.map(\.line) == [
        "2024-01-01T06:00:00Z entered a (event: {did: post, within: 1d, count: 2})"
      ])
    let (back, isDone) = community.advance(to: try instant("2023-01-01"))
    #expect(back.isEmpty && isDone)
    #expect(community.clock == (try instant("2024-01-01T12:00:00Z")))
    let left = community.advance(to: try instant("2024-01-03")).transitions
    #expect(left.map { "\($0.time)" } == ["2024-01-02T00:00:00Z"])
    #expect(community.memberCount == 1)
  }
}

extension RandomTimelines.Fact {
  /// The same fact of another member.
  fileprivate func of(_ member: String) -> Self {
    switch self {
    case .event(var event):
      event.memberID = member
      // Of one member alone events that others receive would not be known.
      event.targetID = nil
      return .event(event)
    case .received(var event):
      event.targetID = member
      return .received(event)
    case .attribute, .list, .label: return self
    }
  }
}

extension LiveCommunity {
  fileprivate mutating func take(
    _ fact: RandomTimelines.Fact, of member: String, id: Int
  ) -> TransitionChanges {
    switch fact {
    case .event(let event), .received(let event): add(event, id: "e\(id)")
    case .attribute(let name, let value, let time): set(name, of: member, to: value, at: time)
    case .list(let name, let isOn, let time):
      set(list: name, of: member, isOn: isOn, at: time)
    case .label(let label, let time): set(model: "m", of: member, label: label, at: time)
    }
  }
}

extension TransitionChanges {
  fileprivate func ofOne(_ member: String) -> [[Transition]] {
    [added.filter { $0.memberID == member }, withdrawn.filter { $0.memberID == member }]
  }
}

extension [TransitionChanges] {
  fileprivate func joined() -> [[Transition]] { [flatMap(\.added), flatMap(\.withdrawn)] }
}

extension [[Transition]] {
  fileprivate var withdrawn: [Transition] { self[1] }
}
