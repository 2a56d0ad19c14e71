import EventLog

extension EventQuestion {
  /// An event of a sequence: its instant, the steps that it can be, and whether it is forbidden.
  private struct Candidate {
    let instant: Int64
    let steps: [Int]
    let isForbidden: Bool
  }

  /// The first and the last instant of events that are a sequence, if there are such.
  func match(
    of sequence: EventSequence, _ parts: Sequence, in events: MarkedEvents,
    at now: EvaluationInstant
  ) -> (first: Int64, last: Int64)? {
    for candidates in candidates(parts, in: events, at: now).values {
      if let match = match(candidates, of: sequence, at: now) { return match }
    }
    return nil
  }

  /// The events that matter, by the key that they are to share, oldest first.
  private func candidates(
    _ parts: Sequence, in events: MarkedEvents, at now: EvaluationInstant
  ) -> [Int: [Candidate]] {
    var groups: [Int: [Candidate]] = [:]
    for place in 0..<events.end(at: now.known.microseconds) {
      let steps = parts.steps.indices.filter { events.isSelected(place, parts.steps[$0], at: now) }
      let isForbidden = parts.without.map { events.isSelected(place, $0, at: now) } ?? false
      guard !steps.isEmpty || isForbidden else { continue }
      let key = parts.same.map { events.cell(place, $0) } ?? 0
      guard key != MarkedEvents.missing else { continue }
      groups[key, default: []].append(
        Candidate(instant: events.times[place], steps: steps, isForbidden: isForbidden))
    }
    return groups
  }

  /// - Complexity: O(events × steps) in order; in any order that times the events of a span.
  private func match(
    _ events: [Candidate], of sequence: EventSequence, at now: EvaluationInstant
  ) -> (first: Int64, last: Int64)? {
    // The first event is no earlier than the last forbidden one, and younger than `within`.
    var earliest = events.last(where: \.isForbidden)?.instant ?? .min
    if let within = sequence.within {
      earliest = max(earliest, now.asOf.microseconds - within.microseconds + 1)
    }
    let latest = now.asOf.microseconds - (sequence.after?.microseconds ?? 0)
    let candidates = events.filter {
      !$0.steps.isEmpty && $0.instant >= earliest && $0.instant <= latest
    }
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
        for step in events[end].steps {
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
      for step in events[index].steps where eventsOfStep[step].count < stepCount {
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
