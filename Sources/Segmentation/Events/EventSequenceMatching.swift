import EventLog

extension EventQuestion {
  /// An event of a sequence: its instant, and a bit for each step that it can be.
  private struct Candidate {
    let instant: Int64
    let steps: UInt64

    func canBe(_ step: Int) -> Bool { steps & (1 << UInt64(step)) != 0 }
  }

  /// The first and the last instant of events that are a sequence, if there are such.
  func match(
    of sequence: EventSequence, _ parts: Sequence, in events: MarkedEvents,
    at now: EvaluationInstant
  ) -> (first: Int64, last: Int64)? {
    let end = events.end(at: now.known.microseconds)
    // The first event is younger than `within`, and no earlier than the last forbidden one of its key.
    let youngest = sequence.within.map { now.asOf.microseconds - $0.microseconds + 1 } ?? .min
    let latest = now.asOf.microseconds - (sequence.after?.microseconds ?? 0)
    var start = min(end, events.start(at: youngest))
    if parts.same == nil, let without = parts.without,
      let forbidden = events.last(without, before: end, at: now)
    {
      start = max(start, events.start(at: events.times[forbidden]))
    }
    func candidate(_ place: Int) -> Candidate? {
      guard events.times[place] <= latest else { return nil }
      var steps: UInt64 = 0
      for (step, selector) in parts.steps.enumerated()
      where events.isSelected(place, selector, at: now) {
        steps |= 1 << UInt64(step)
      }
      return steps == 0 ? nil : Candidate(instant: events.times[place], steps: steps)
    }
    guard let same = parts.same else {
      return match((start..<end).compactMap(candidate), of: sequence)
    }
    var groups: [Int: [Candidate]] = [:]
    for place in start..<end {
      let key = events.cell(place, same)
      guard key != MarkedEvents.missing else { continue }
      if let without = parts.without, events.isSelected(place, without, at: now) {
        // Of those at the same instant some may be the first.
        groups[key]?.removeAll { $0.instant < events.times[place] }
      }
      if let candidate = candidate(place) { groups[key, default: []].append(candidate) }
    }
    for candidates in groups.values {
      if let match = match(candidates, of: sequence) { return match }
    }
    return nil
  }

  /// - Complexity: O(events × steps) in order; in any order that times the events of a span.
  private func match(
    _ candidates: [Candidate], of sequence: EventSequence
  ) -> (first: Int64, last: Int64)? {
    let longest = sequence.span?.microseconds
    return sequence.isOrdered
      ? orderedMatch(candidates, stepCount: sequence.steps.count, longest: longest)
      : unorderedMatch(candidates, stepCount: sequence.steps.count, longest: longest)
  }

  /// Backwards in time, the earliest that the steps from each one on can be complete.
  ///
  /// Of the choices with one first event, the one that is complete first is the best for every limit.
  private func orderedMatch(
    _ events: [Candidate], stepCount: Int, longest: Int64?
  ) -> (first: Int64, last: Int64)? {
    var completion = [Int64?](repeating: nil, count: stepCount)
    var end = events.endIndex
    while end > 0 {
      let instant = events[end - 1].instant
      var updated = completion
      // Events of one instant cannot follow each other.
      while end > 0, events[end - 1].instant == instant {
        end -= 1
        for step in 0..<stepCount where events[end].canBe(step) {
          let last = step == stepCount - 1 ? instant : completion[step + 1]
          guard let last else { continue }
          updated[step] = last
          if step == 0, longest.map({ last - instant <= $0 }) ?? true { return (instant, last) }
        }
      }
      completion = updated
    }
    return nil
  }

  private func unorderedMatch(
    _ events: [Candidate], stepCount: Int, longest: Int64?
  ) -> (first: Int64, last: Int64)? {
    guard let longest else {
      guard hasEventForEachStep(events[...], stepCount: stepCount), let first = events.first,
        let last = events.last
      else { return nil }
      return (first.instant, last.instant)
    }
    for (index, event) in events.enumerated() {
      let inSpan = events[index...].prefix { $0.instant - event.instant <= longest }
      if hasEventForEachStep(inSpan, stepCount: stepCount), let last = inSpan.last {
        return (event.instant, last.instant)
      }
    }
    return nil
  }

  /// True where each step can have an event of its own: a perfect matching, by augmenting paths.
  ///
  /// Source: H. W. Kuhn, "The Hungarian Method" (1955, doi 10.1002/nav.3800020109).
  private func hasEventForEachStep(_ events: ArraySlice<Candidate>, stepCount: Int) -> Bool {
    var eventsOfStep = [[Int]](repeating: [], count: stepCount)
    for index in events.indices {
      // A step with as many events as there are steps always finds one that is free.
      for step in 0..<stepCount
      where events[index].canBe(step) && eventsOfStep[step].count < stepCount {
        eventsOfStep[step].append(index)
      }
    }
    var stepOfEvent: [Int: Int] = [:]
    func assign(_ step: Int, _ seen: inout Set<Int>) -> Bool {
      for event in eventsOfStep[step] where seen.insert(event).inserted {
        if let other = stepOfEvent[event], !assign(other, &seen) { continue }
        stepOfEvent[event] = step
        return true
      }
      return false
    }
    return (0..<stepCount).allSatisfy { step in
      var seen: Set<Int> = []
      return assign(step, &seen)
    }
  }
}
