import Engagement
import EventLog

extension LeafProposals {
  /// Steps for a leaf about events: more of them, since none can be taken back.
  func eventSteps(
    to goal: ChangeGoal, of leaf: Int, _ question: EventQuestion
  ) -> [ChangeStep] {
    switch trial.plan.leaves[leaf].leaf.question {
    case .did(let selection, _, let measure, let comparisons):
      let examples = examples.events(of: selection)
      let most = max(1, min(comparisons.greatestCount, 1_000))
      switch measure {
      case .count: return examples.compactMap { repeated($0, to: goal, leaf, atMost: most) }
      case .distinct(.day): return spread(examples, .day, to: goal, leaf, atMost: most)
      case .distinct(.week): return spread(examples, .week, to: goal, leaf, atMost: most)
      case .distinct(.month): return spread(examples, .month, to: goal, leaf, atMost: most)
      case .distinct(.field(let field)):
        return examples.compactMap { different($0, by: field, to: goal, leaf, atMost: most) }
      case .aggregate(let aggregate, let field):
        return examples.flatMap {
          measured($0, aggregate, field, to: goal, leaf, question, comparisons)
        }
      }
    case .didNot(let selection, let window, _):
      let examples = examples.events(of: selection)
      let once = examples.compactMap { repeated($0, to: goal, leaf, atMost: 1) }
      guard once.isEmpty, case .within(let length) = window else { return once }
      return examples.compactMap { stopped($0, for: length, to: goal, leaf) }
    case .occurrence(let occurrence):
      let kinds =
        examples.events(of: occurrence.selection)
        + examples.events(of: occurrence.selection, and: occurrence.having)
        + examples.events(of: occurrence.selection, and: occurrence.having, passing: false)
      return kinds.compactMap { repeated($0, to: goal, leaf, atMost: 1) }
    case .regular(let regular):
      let examples = examples.events(of: regular.selection)
      return spread(examples, regular.unit, to: goal, leaf, atMost: regular.leastActive)
    case .sequence(let sequence): return sequenceSteps(to: goal, of: leaf, sequence)
    case .trend(let trend):
      return examples.events(of: trend.selection).compactMap {
        repeated($0, to: goal, leaf, atMost: 512)
      }
    case .share(let share):
      let kinds =
        examples.events(of: share.selection, and: share.conditions)
        + examples.events(of: share.selection, and: share.conditions, passing: false)
      return kinds.compactMap { repeated($0, to: goal, leaf, atMost: 512) }
    default: return []
    }
  }

  private func step(_ leaf: Int, _ text: String, _ events: [Event], size: Double) -> ChangeStep {
    ChangeStep(
      .event, rule: written(leaf), text: text, size: size, facts: events.map { .event($0) })
  }

  /// How large some more events are beside those of the type that there are.
  private func size(_ count: Int, of type: String) -> Double {
    let known = trial.record.events.count { bytesAreEqual($0.type, type) }
    return Double(count) / Double(count + known)
  }

  /// `2 more post`, or `2 post` where there was none.
  func text(_ count: Int, _ event: Event) -> String {
    let isNew = !trial.record.events.contains { bytesAreEqual($0.type, event.type) }
    var details = event.properties.sorted { bytesPrecede($0.key, $1.key) }
      .map { "\($0.key) \($0.value)" }
    if let value = event.value { details.append("value \(formatted(value))") }
    if let target = event.targetID { details.append("target \(target)") }
    return "\(count) \(isNew ? "" : "more ")\(event.type)"
      + (details.isEmpty ? "" : " with " + details.joined(separator: ", "))
  }

  /// The least number of one event at once.
  func repeated(_ event: Event, to goal: ChangeGoal, _ leaf: Int, atMost most: Int) -> ChangeStep? {
    leastCount(to: goal, of: leaf, atMost: most) { Array(repeating: .event(event), count: $0) }
      .map { count in
        step(
          leaf, text(count, event), Array(repeating: event, count: count),
          size: size(count, of: event.type))
      }
  }

  /// One event, and then no more, for a leaf that asks for members who stopped.
  private func stopped(
    _ event: Event, for length: ExactDuration, to goal: ChangeGoal, _ leaf: Int
  ) -> ChangeStep? {
    let wait = NewFact.nothing(until: Timestamp(microseconds: instant + length.microseconds))
    // Where time alone does it, that is what there is to say.
    guard !meets(goal, leaf, with: [wait]), meets(goal, leaf, with: [.event(event), wait]) else {
      return nil
    }
    return ChangeStep(
      .event, rule: written(leaf), text: "\(text(1, event)), and \(length) to pass",
      facts: [.event(event), wait])
  }

  /// One event now and one in each of the next periods, as many as it takes.
  func spread(
    _ examples: [Event], _ unit: RegularActivity.Unit, to goal: ChangeGoal, _ leaf: Int,
    atMost most: Int
  ) -> [ChangeStep] {
    let period = now.clock.period(of: now.asOf, unit)
    // In this period there may be an event already.
    let spans = [0, 1].map { first in
      { (count: Int, event: Event) -> [Event] in
        (first..<first + count).map { index in
          var later = event
          if index > 0 { later.timestamp = now.clock.start(ofPeriod: period + index, unit) }
          return later
        }
      }
    }
    return examples.flatMap { event in
      spans.compactMap { events in
        leastCount(to: goal, of: leaf, atMost: min(most, 400)) {
          events($0, event).map { .event($0) }
        }.map { count in
          let all = events(count, event)
          let last = all.last?.timestamp ?? now.asOf
          let text =
            last == now.asOf
            ? self.text(1, event)
            : count == 1
              ? "\(self.text(1, event)) in the \(unit.rawValue) of \(last)"
              : "\(self.text(1, event)) in each of \(count) \(unit.rawValue)s, the last \(last)"
          return step(leaf, text, all, size: size(count, of: event.type))
        }
      }
    }
  }

  /// The least number of events that differ in a field.
  private func different(
    _ event: Event, by field: EventField, to goal: ChangeGoal, _ leaf: Int, atMost most: Int
  ) -> ChangeStep? {
    if case .type = field {
      // Other types are other examples.
      return repeated(event, to: goal, leaf, atMost: 1)
    }
    func events(_ count: Int) -> [Event] {
      (0..<count).map { index in
        var other = event
        if case .value = field {
          other.value = 1_000_000 + Double(index)
        } else {
          examples.set(field, to: .string("another \(index + 1)"), &other)
        }
        return other
      }
    }
    if let same = repeated(event, to: goal, leaf, atMost: 1) { return same }
    return leastCount(to: goal, of: leaf, atMost: most) { events($0).map { .event($0) } }
      .map { count in
        step(
          leaf, "\(text(count, event)), each with another \(field.name)", events(count),
          size: size(count, of: event.type))
      }
  }

  /// One event whose number makes an aggregate what it is to be.
  private func measured(
    _ event: Event, _ aggregate: EventMeasure.Aggregate, _ field: EventField,
    to goal: ChangeGoal, _ leaf: Int, _ question: EventQuestion,
    _ comparisons: [Comparison<Double>]
  ) -> [ChangeStep] {
    guard case .did(let selector, let window, .aggregate(_, _, let column), _) = question
    else { return [] }
    let places = facts.events.places(in: window, at: now).filter {
      facts.events.isSelected($0, selector, at: now) && !facts.events.number($0, column).isNaN
    }
    let numbers = places.map { facts.events.number($0, column) }
    let sum = numbers.reduce(0, +)
    let count = Double(numbers.count)
    var wanted: [Double] = []
    for limit in comparisons.flatMap(\.nearby) {
      switch aggregate {
      case .sum: wanted.append(limit - sum)
      case .average: wanted.append(limit * (count + 1) - sum)
      case .least, .greatest: wanted.append(limit)
      }
    }
    // A sum that is rounded may miss its limit by the last digit.
    wanted += wanted.map { $0 + $0.smallStep * 1e-6 }
    // Less than nothing is offered only where there is such a thing.
    let hasNegative = numbers.contains { $0 < 0 } || aggregate != .sum
    var found: (amount: Double, event: Event)?
    for amount in wanted where amount.isFinite && (amount > 0 || hasNegative) {
      var other = event
      examples.set(field, to: .number(amount), &other)
      guard abs(amount) < found.map({ abs($0.amount) }) ?? .infinity,
        meets(goal, leaf, with: [.event(other)])
      else { continue }
      found = (amount, other)
    }
    guard let found else { return [] }
    let rounded = shortened(found.amount)
    let text =
      aggregate == .sum
      ? "\(formatted(rounded)) more of \(field.name) (1 \(event.type))"
      : "1 \(event.type) with \(field.name) \(formatted(rounded))"
    let size = abs(found.amount) / max(abs(found.amount) + abs(sum), 1e-9)
    return [step(leaf, text, [found.event], size: size)]
  }

  /// A number to six digits, for reading.
  private func shortened(_ number: Double) -> Double {
    guard number != 0, number.isFinite else { return number }
    var scale = 1e6
    while abs(number) * scale > 1e9, scale > 1e-6 { scale /= 10 }
    return (number * scale).rounded() / scale
  }

  /// The steps that are missing, each a second after the one before, or an event that breaks the sequence.
  private func sequenceSteps(
    to goal: ChangeGoal, of leaf: Int, _ sequence: EventSequence
  ) -> [ChangeStep] {
    guard goal == .isTrue || goal == .isNotFalse else {
      guard let without = sequence.without else { return [] }
      let breaking = examples.events(of: without)
      return keys(sequence).flatMap { key in
        breaking.map { keyed($0, key, sequence) }
      }.compactMap { repeated($0, to: goal, leaf, atMost: 1) }
    }
    let examples = sequence.steps.map { self.examples.events(of: $0).first }
    var choices: [[Int]] = (1...sequence.steps.count).map { count in
      Array(sequence.steps.indices.suffix(count))
    }
    if !sequence.isOrdered { choices = sequence.steps.indices.map { [$0] } + choices }
    var found: [ChangeStep] = []
    for choice in choices.sorted(by: { $0.count < $1.count })
    where found.isEmpty || found[0].facts.count >= choice.count {
      for key in keys(sequence) {
        var events: [Event] = []
        for (index, step) in choice.enumerated() {
          guard var event = examples[step] else { break }
          event.timestamp = Timestamp(microseconds: instant + Int64(index) * 1_000_000)
          events.append(keyed(event, key, sequence))
        }
        guard events.count == choice.count else { continue }
        var facts = events.map { NewFact.event($0) }
        var text = events.map { self.text(1, $0) }.joined(separator: ", then ")
        if let after = sequence.after, after.microseconds > 0, let last = events.last {
          let end = Timestamp(microseconds: last.timestamp.microseconds + after.microseconds)
          facts.append(.nothing(until: end))
          text += ", and \(after) to pass"
        }
        guard meets(goal, leaf, with: facts) else { continue }
        found.append(
          ChangeStep(
            .event, rule: written(leaf), text: text,
            size: Double(choice.count) / Double(sequence.steps.count), facts: facts))
        break
      }
    }
    return found
  }

  /// What the events of a sequence may have in common: what the member's latest have, or something new.
  private func keys(_ sequence: EventSequence) -> [PropertyValue?] {
    guard let same = sequence.same else { return [nil] }
    var keys: [PropertyValue] = []
    for event in trial.record.events.reversed() where keys.count < 8 {
      let key: PropertyValue? =
        switch same {
        case .property(let name): event.properties[name]
        case .value: event.value.map { .number($0) }
        case .target: event.targetID.map { .string($0) }
        case .type: nil
        }
      if let key, !keys.contains(key) { keys.append(key) }
    }
    if case .value = same { return keys + [.number(1)] }
    return keys + [.string("another")]
  }

  private func keyed(_ event: Event, _ key: PropertyValue?, _ sequence: EventSequence) -> Event {
    guard let same = sequence.same, let key else { return event }
    var keyed = event
    examples.set(same, to: key, &keyed)
    return keyed
  }
}
