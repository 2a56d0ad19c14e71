import Engagement
import EventLog

/// What is known of one member, arranged so that leaves can be answered at any instant.
struct MemberFacts: Sendable {
  /// What kinds of facts there are at an instant.
  struct Kinds: OptionSet, Sendable {
    let rawValue: UInt8
    static let event = Kinds(rawValue: 1)
    static let attribute = Kinds(rawValue: 2)
    static let list = Kinds(rawValue: 4)
    static let label = Kinds(rawValue: 8)
    static let received = Kinds(rawValue: 16)
  }

  let plan: TimelinePlan
  let memberID: String
  /// The events that the member did.
  private(set) var events: MarkedEvents
  /// The instants of events that were done to the member, ascending.
  private var received: [Int64] = []
  /// Attributes, lists and labels.
  private(set) var record: MemberRecord
  /// The instants at which those change, ascending.
  private var changes: [(time: Int64, kinds: Kinds)] = []
  private var numbers: MemberNumbers?
  /// The instant that the timeline has come to.
  private(set) var present = Int64.min

  init(_ record: MemberRecord, plan: TimelinePlan) {
    var kept = record
    kept.forgetEvents()
    self.plan = plan
    self.record = kept
    memberID = record.memberID
    events = MarkedEvents(plan.index)
    numbers = plan.features.map { MemberNumbers($0) }
    for event in record.events { add(event) }
    for event in record.received { receive(event) }
    for changes in record.attributes.values { note(changes.map(\.time), .attribute) }
    for changes in record.lists.values { note(changes.map(\.time), .list) }
    for changes in record.labels.values { note(changes.map(\.time), .label) }
    noteJoining()
  }

  /// The facts of a row of a community, its events up to T.
  ///
  /// - Parameters:
  ///   - record: what else is known of the member.
  ///   - row: the row.
  ///   - community: events and members.
  ///   - asOf: T.
  ///   - marker: marks the events as the plan numbers selections.
  ///   - plan: the rules.
  init(
    _ record: MemberRecord, row: Int, of community: Community, asOf: Timestamp,
    marker: HistoryMarker, plan: TimelinePlan
  ) {
    self.init(record, plan: plan)
    let (done, received) = (
      community.events(ofRow: row, asOf: asOf), community.eventsReceived(byRow: row, asOf: asOf)
    )
    marker.fill(&events, with: done, of: community.history)
    self.received = received.map { community.history.timestamps[Int($0)] }
    guard numbers != nil else { return }
    for position in done { numbers?.add(community.history[Int(position)]) }
    for position in received { numbers?.receive(community.history[Int(position)]) }
  }

  mutating func add(_ event: Event) {
    events.insert(plan.marker.mark(event))
    numbers?.add(event)
  }

  mutating func receive(_ event: Event) {
    let time = event.timestamp.microseconds
    received.insert(time, at: received.partitioningPlace { $0 > time })
    numbers?.receive(event)
  }

  /// Changes attributes, lists or labels from an instant on.
  mutating func change(at time: Int64, _ kinds: Kinds, _ change: (inout MemberRecord) -> Void) {
    change(&record)
    note([time], kinds)
    if kinds.contains(.attribute) { noteJoining() }
  }

  private mutating func noteJoining() {
    for change in record.attributes["joined_at"] ?? [] {
      if case .time(let joined) = change.value { note([joined.microseconds], .attribute) }
    }
  }

  private mutating func note(_ times: [Int64], _ kinds: Kinds) {
    for time in times where time > .min {
      let place = changes.firstIndex { $0.time >= time } ?? changes.count
      if place < changes.count, changes[place].time == time {
        changes[place].kinds.formUnion(kinds)
      } else {
        changes.insert((time, kinds), at: place)
      }
    }
  }

  /// Keeps up the sum that a leaf asks for.
  mutating func rollSum(of leaf: Int, at now: EvaluationInstant) {
    guard let asked = plan.leaves[leaf].rolledSum else { return }
    let places = events.places(in: asked.window, at: now)
    // Few events are added up as soon.
    guard places.count >= 16 else { return }
    events.roll(leaf: leaf, asked.column, of: asked.selector, to: places)
  }

  /// The first instant of facts after another one.
  func firstInstant(after instant: Int64) -> Int64? {
    let first = firstInstantBesideEvents(after: instant)
    let place = events.end(at: instant)
    return place < events.count ? min(first ?? .max, events.times[place]) : first
  }

  /// The first instant of other facts than the member's events after another one.
  func firstInstantBesideEvents(after instant: Int64) -> Int64? {
    var first = changes.first { $0.time > instant }?.time
    if let time = received.last, time > instant {
      first = min(first ?? .max, received[received.partitioningPlace { $0 > instant }])
    }
    return first
  }

  /// The kinds of facts at an instant; the marks are made those of its events.
  func kinds(at instant: Int64, marks: inout [UInt64]) -> Kinds {
    var kinds = changes.first { $0.time == instant }?.kinds ?? []
    if marks.count != events.wordCount { marks = Array(repeating: 0, count: events.wordCount) }
    for word in marks.indices { marks[word] = 0 }
    var place = events.end(at: instant)
    while place > 0, events.times[place - 1] == instant {
      place -= 1
      kinds.insert(.event)
      for word in marks.indices { marks[word] |= events.marks(place, word: word) }
    }
    if !received.isEmpty {
      let place = received.partitioningPlace { $0 >= instant }
      if place < received.count, received[place] == instant {
        kinds.formUnion([.received])
      }
    }
    return kinds
  }

  /// When the member comes into the table; nil where that is never.
  var birth: Int64? {
    var first = [events.times.first, received.first].compactMap { $0 }.min()
    let joinings = record.attributes["joined_at"] ?? []
    for (index, change) in joinings.enumerated() {
      guard case .time(let joined) = change.value else { continue }
      let start = max(joined.microseconds, change.time)
      let isOver = index + 1 < joinings.count && start >= joinings[index + 1].time
      if !isOver { first = min(first ?? start, start) }
    }
    return first
  }

  /// Begins anew.
  mutating func restart() {
    present = .min
    events.restart()
    numbers?.restart()
  }

  /// Goes on to an instant; leaves can then be answered there.
  mutating func advance(to instant: Int64) {
    present = instant
    events.advance(to: instant)
    guard numbers != nil else { return }
    let profile = profile(at: instant)
    numbers?.advance(to: instant, profile: profile)
  }

  private func profile(at instant: Int64) -> MemberProfile {
    var profile = MemberProfile()
    for (name, changes) in record.attributes {
      switch MemberRecord.value(changes, at: instant) {
      case .some(.some(.time(let joined))) where name == "joined_at": profile.joinedAt = joined
      case .some(.some(.number(let number))): profile.attributes[name] = number
      default: break
      }
    }
    return profile
  }

  /// A feature at the present instant or a later one; NaN where it is absent.
  func value(of feature: FeatureDefinition, asOf instant: Timestamp) -> Double {
    numbers?.value(of: feature, asOf: instant) ?? .nan
  }
}
