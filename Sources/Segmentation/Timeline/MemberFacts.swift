import Engagement
import EventLog

/// A member's record, arranged so that leaves can be answered at any instant.
struct MemberFacts: Sendable {
  /// What kinds of facts there are at an instant.
  struct Kinds: OptionSet, Sendable {
    let rawValue: Int
    static let event = Kinds(rawValue: 1)
    static let attribute = Kinds(rawValue: 2)
    static let list = Kinds(rawValue: 4)
    static let label = Kinds(rawValue: 8)
  }

  /// The time in which attributes stay as they are, and the leaves compiled for them.
  struct Epoch: Sendable {
    let start: Int64
    let community: Community
    let profile: MemberProfile
    let compiled: [CompiledLeaf?]
  }

  let plan: TimelinePlan
  let record: MemberRecord
  /// Instants of facts, ascending, each once.
  let instants: [Int64]
  private let kinds: [Int64: Kinds]
  /// When the member comes into the table; nil where that is never.
  let birth: Int64?
  let epochs: [Epoch]
  let state: MemberState?
  /// For each leaf, when time alone may change it.
  let clocks: [LeafClock]

  init(_ record: MemberRecord, plan: TimelinePlan) {
    self.plan = plan
    self.record = record
    var kinds: [Int64: Kinds] = [:]
    for event in record.events + record.received {
      kinds[event.timestamp.microseconds, default: []].insert(.event)
    }
    func note(_ times: some Sequence<Int64>, _ kind: Kinds) {
      for time in times where time > .min { kinds[time, default: []].insert(kind) }
    }
    note(record.attributes.values.joined().map(\.time), .attribute)
    note(record.lists.values.joined().map(\.time), .list)
    note(record.labels.values.joined().map(\.time), .label)
    for change in record.attributes["joined_at"] ?? [] {
      if case .time(let joined) = change.value { note([joined.microseconds], .attribute) }
    }
    self.kinds = kinds
    instants = kinds.keys.sorted()
    let starts = Set(record.attributes.values.joined().map(\.time)).union([.min]).sorted()
    let history = EventHistory(record.events)
    let epochs = starts.map { Self.epoch(from: $0, record, history: history, plan) }
    self.epochs = epochs
    birth = Self.birth(record, epochs)
    state = plan.features.map { features in
      var state = MemberState(plan: features)
      for event in record.events { state.add(event) }
      for event in record.received { state.receive(event) }
      return state
    }
    clocks = plan.leaves.indices.map { LeafClock(of: $0, in: plan, record, epochs: epochs) }
  }

  /// The kinds of facts at an instant.
  func kinds(at instant: Int64) -> Kinds { kinds[instant] ?? [] }

  /// The first instant of facts after another one.
  func firstInstant(after instant: Int64) -> Int64? { instants.first(after: instant) }

  /// The first instant of facts of some kinds after another one.
  func firstInstant(after instant: Int64, of kinds: Kinds) -> Int64? {
    var next = firstInstant(after: instant)
    while let found = next, self.kinds(at: found).isDisjoint(with: kinds) {
      next = firstInstant(after: found)
    }
    return next
  }

  func epoch(at instant: Int64) -> Epoch {
    epochs.last { $0.start <= instant } ?? epochs[0]
  }

  private static func epoch(
    from start: Int64, _ record: MemberRecord, history: EventHistory, _ plan: TimelinePlan
  ) -> Epoch {
    var columns: [String: AttributeColumn] = [:]
    var profile = MemberProfile()
    for (name, changes) in record.attributes {
      guard case .some(.some(let value)) = MemberRecord.value(changes, at: start) else { continue }
      if name == "joined_at" {
        if case .time(let joined) = value { profile.joinedAt = joined }
        continue
      }
      columns[name] = value.column
      if case .number(let number) = value { profile.attributes[name] = number }
    }
    let community = Community(
      history: history,
      members: MemberTable(
        ids: [record.memberID], joinedAt: [profile.joinedAt], attributes: columns))
    let compiler = LeafCompiler(project: plan.project, community: community)
    return Epoch(
      start: start, community: community, profile: profile,
      compiled: plan.leaves.map { leaf in
        guard case .observed = leaf.kind else { return nil }
        return compiler.compile(leaf.leaf, at: max(start, 0))
      })
  }

  private static func birth(_ record: MemberRecord, _ epochs: [Epoch]) -> Int64? {
    var first = (record.events + record.received).map(\.timestamp.microseconds).min()
    for (index, epoch) in epochs.enumerated() {
      guard let joined = epoch.profile.joinedAt?.microseconds else { continue }
      let start = max(joined, epoch.start)
      let isOver = index + 1 < epochs.count && start >= epochs[index + 1].start
      if !isOver { first = min(first ?? start, start) }
    }
    return first
  }
}

extension Array where Element == Int64 {
  /// The first element greater than another number, in an ascending array.
  func first(after other: Int64) -> Int64? {
    var (low, high) = (0, count)
    while low < high {
      let middle = (low + high) / 2
      if self[middle] <= other { low = middle + 1 } else { high = middle }
    }
    return low < count ? self[low] : nil
  }
}
