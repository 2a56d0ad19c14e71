import Engagement
import EventLog

/// Events that pass what rules ask of them, made of types and values that the community has where it can be.
struct EventExamples {
  private let trial: MembershipTrial
  private let now: EvaluationInstant
  /// The member's own event types, the latest first.
  let ownTypes: [String]
  /// How many types are tried for one selection.
  private static let mostTypes = 4

  init(_ trial: MembershipTrial, at now: EvaluationInstant) {
    self.trial = trial
    self.now = now
    var own: [String] = []
    for event in trial.record.events.reversed() where !own.contains(event.type) {
      own.append(event.type)
    }
    ownTypes = own
  }

  /// An event of the member's at an instant.
  func event(
    _ type: String, at time: Timestamp? = nil, value: Double? = nil
  ) -> Event {
    Event(
      memberID: trial.record.memberID, timestamp: time ?? now.asOf, type: type, value: value)
  }

  /// Types that some names mean: those written, else those that the member, then the community, has.
  func types(of names: [String]) -> [String] {
    let patterns = names.flatMap { trial.plan.project.settings.patterns(of: $0) }
    var types = patterns.filter { !$0.hasWildcard }.map(\.pattern)
    let wild = patterns.filter(\.hasWildcard)
    let known = ownTypes + trial.community.history.types.strings.sorted(by: bytesPrecede)
    for type in known where wild.contains(where: { $0.matches(type) }) { types.append(type) }
    if types.isEmpty {
      types = wild.map { glob in
        let plain = String(glob.pattern.map { $0 == "?" ? "x" : $0 }.filter { $0 != "*" })
        return plain.isEmpty ? "visit" : plain
      }
    }
    var distinct: [String] = []
    for type in types where !distinct.contains(type) { distinct.append(type) }
    return Array(distinct.prefix(Self.mostTypes))
  }

  /// Events that a selection selects, and that pass further conditions, or that do not.
  func events(
    of selection: EventSelection, and more: [EventFieldCondition] = [], passing: Bool = true
  ) -> [Event] {
    types(of: selection.names).compactMap { type in
      var event = event(type)
      for condition in selection.conditions where !fit(&event, to: condition) { return nil }
      if more.isEmpty { return event }
      if passing {
        for condition in more where !fit(&event, to: condition) { return nil }
        return event
      }
      func isWanted(_ event: Event) -> Bool {
        holds(selection.conditions, event) && !holds(more, event)
      }
      if isWanted(event) { return event }
      for condition in more {
        for value in values(for: condition) {
          var other = event
          set(condition.field, to: value, &other)
          if isWanted(other) { return other }
        }
      }
      return nil
    }
  }

  private func holds(_ conditions: [EventFieldCondition], _ event: Event) -> Bool {
    conditions.allSatisfy { $0.holds(for: event, at: now) }
  }

  /// Gives an event's field a value that passes; false where none was found.
  private func fit(_ event: inout Event, to condition: EventFieldCondition) -> Bool {
    if condition.holds(for: event, at: now) { return true }
    for value in values(for: condition) {
      var other = event
      set(condition.field, to: value, &other)
      if condition.holds(for: other, at: now) {
        event = other
        return true
      }
    }
    return false
  }

  func set(_ field: EventField, to value: PropertyValue, _ event: inout Event) {
    switch (field, value) {
    case (.property(let name), _): event.properties[name] = value
    case (.value, .number(let number)): event.value = number
    case (.target, .string(let id)): event.targetID = id
    case (.value, _), (.target, _), (.type, _): break
    }
  }

  /// Values worth trying for a field: what the tests name, then what the community has.
  private func values(for condition: EventFieldCondition) -> [PropertyValue] {
    let seen: [PropertyValue] =
      switch condition.field {
      case .property(let name):
        Array(trial.community.history.properties[name]?.values.prefix(50) ?? [])
      case .value, .type: []
      case .target: trial.community.memberIDs.prefix(2).map { .string($0) }
      }
    return condition.tests.flatMap { $0.examples(at: now) }
      + [.string("another"), .number(0), .number(1)] + seen
  }
}

extension FieldTest {
  /// Values at the test's limits: some pass it, some do not.
  func examples(at now: EvaluationInstant) -> [PropertyValue] {
    switch self {
    case .isOneOf(let literals), .isNoneOf(let literals), .hasAny(let literals),
      .hasAll(let literals), .hasNone(let literals):
      literals.flatMap(\.examples)
    case .contains(let literal), .doesNotContain(let literal), .startsWith(let literal),
      .endsWith(let literal):
      [.string(literal.text)]
    case .number(let comparison): comparison.nearby.map { .number($0) }
    case .instant(let comparison):
      comparison.operands.flatMap { [$0, $0.shifted(1), $0.shifted(-1)] }
        .map { .string($0.description) }
    case .exists, .matches: []
    case .olderThan(let length), .newerThan(let length):
      [0, length.microseconds].map { .string(now.asOf.shifted(-$0).description) }
    case .anniversaryWithin:
      [365, 366].map { .string(now.asOf.subtracting(days: $0).description) }
    }
  }
}

extension Literal {
  fileprivate var examples: [PropertyValue] {
    var examples: [PropertyValue] = []
    if let number { examples.append(.number(number)) }
    if text == "true" || text == "false" { examples.append(.boolean(text == "true")) }
    examples.append(.string(text))
    return examples
  }
}

extension Comparison<Double> {
  /// Numbers at the limits and just beside them.
  var nearby: [Double] { operands.flatMap { [$0, $0 + $0.smallStep, $0 - $0.smallStep] } }
}

extension Double {
  /// A step that is small beside the number, and short to write: 0.01 for 5, 0.1 for 40.
  var smallStep: Double {
    guard isFinite, self != 0 else { return 0.01 }
    var step = 0.01
    while step * 1_000 <= abs(self) { step *= 10 }
    while step * 100 > abs(self), step > 1e-9 { step /= 10 }
    return step
  }
}

extension Timestamp {
  fileprivate func shifted(_ microseconds: Int64) -> Timestamp {
    Timestamp(microseconds: self.microseconds + microseconds)
  }
}
