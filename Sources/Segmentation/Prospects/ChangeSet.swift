import EventLog

/// Steps that are to happen together.
struct ChangeSet: Comparable {
  private(set) var steps: [ChangeStep] = []
  private(set) var size = 0.0
  private var rank = 0
  /// How many of the steps cannot be done.
  private(set) var fixedCount = 0

  init() {}

  init(_ step: ChangeStep) {
    steps = [step]
    size = step.size
    rank = step.rank
    fixedCount = step.kind == .fixed ? 1 : 0
  }

  var facts: [NewFact] { steps.flatMap(\.facts) }

  /// The instant by which all of it has happened.
  func end(notBefore instant: Int64) -> Int64 {
    facts.reduce(instant) { max($0, $1.time.microseconds) }
  }

  static func < (left: ChangeSet, right: ChangeSet) -> Bool {
    if left.fixedCount != right.fixedCount { return left.fixedCount < right.fixedCount }
    if left.steps.count != right.steps.count { return left.steps.count < right.steps.count }
    return (left.rank, left.size) < (right.rank, right.size)
  }

  /// Both together, what they share once; nil where they contradict each other.
  func union(_ other: ChangeSet) -> ChangeSet? {
    if steps.isEmpty { return other }
    if other.steps.isEmpty { return self }
    var all = steps
    for step in other.steps {
      if all.contains(where: { $0.includes(step) }) { continue }
      if all.contains(where: { $0.contradicts(step) }) { return nil }
      all.removeAll { step.includes($0) }
      all.append(step)
    }
    return ChangeSet(all)
  }

  private init(_ steps: [ChangeStep]) {
    self.steps = steps
    size = steps.reduce(0) { $0 + $1.size }
    rank = steps.reduce(0) { max($0, $1.rank) }
    fixedCount = steps.count { $0.kind == .fixed }
  }
}

extension ChangeStep {
  /// Whether another step is a part of this one: fewer of the same events, or the very same.
  fileprivate func includes(_ other: ChangeStep) -> Bool {
    guard kind == other.kind else { return false }
    if kind == .fixed { return rule == other.rule && text == other.text }
    return facts.count >= other.facts.count && Array(facts.prefix(other.facts.count)) == other.facts
  }

  /// Whether both give one attribute, list or label different values.
  fileprivate func contradicts(_ other: ChangeStep) -> Bool {
    facts.contains { own in
      other.facts.contains { fact in
        switch (own, fact) {
        case (.attribute(let name, let value, _), .attribute(let otherName, let otherValue, _)):
          name == otherName && value != otherValue
        case (.list(let name, let isOn, _), .list(let otherName, let otherIsOn, _)):
          name == otherName && isOn != otherIsOn
        case (.label(let model, let label, _), .label(let otherModel, let otherLabel, _)):
          model == otherModel && label != otherLabel
        default: false
        }
      }
    }
  }
}

/// The cheapest ways to do something, cheapest first.
struct ChangeWays {
  /// How many are kept.
  static let most = 12

  private(set) var sets: [ChangeSet]

  /// Nothing has to be done.
  static let done = ChangeWays([ChangeSet()])
  /// There is no way.
  static let impossible = ChangeWays([ChangeSet]())

  init(_ sets: [ChangeSet]) {
    // In the order given where they cost the same.
    let sorted = sets.enumerated().sorted {
      $0.element < $1.element || (!($1.element < $0.element) && $0.offset < $1.offset)
    }
    self.sets = []
    for (_, set) in sorted where self.sets.count < Self.most {
      if !self.sets.contains(where: { $0.steps == set.steps }) { self.sets.append(set) }
    }
  }

  init(steps: [ChangeStep]) { self.init(steps.map { ChangeSet($0) }) }

  /// One or the other.
  func or(_ other: ChangeWays) -> ChangeWays { ChangeWays(sets + other.sets) }

  /// Both.
  func and(_ other: ChangeWays) -> ChangeWays {
    ChangeWays(sets.flatMap { set in other.sets.compactMap { set.union($0) } })
  }

  /// At least so many of some.
  static func atLeast(_ count: Int, of parts: [ChangeWays]) -> ChangeWays {
    guard count > 0 else { return .done }
    // By how many are done already.
    var found = [ChangeWays](repeating: .impossible, count: count + 1)
    found[0] = .done
    for part in parts {
      for done in stride(from: count, to: 0, by: -1) {
        found[done] = found[done].or(found[done - 1].and(part))
      }
    }
    return found[count]
  }
}
