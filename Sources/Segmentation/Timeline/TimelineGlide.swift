import EventLog

/// What wakes a timeline: events that none of it applies to change nothing and need not be looked at.
private struct TimelineAlarm {
  /// The marks of the events that may turn a leaf now.
  var marks: [UInt64]
  /// The member's number of events up to which no other event turns a leaf.
  var eventCount = Int64.max
  /// The instant before which no other event turns a leaf.
  var instant = Int64.max
}

extension MemberTimeline {
  /// Looks at all instants up to one at which something may change, and passes over the other events.
  ///
  /// What it comes to is what ``run(through:_:)`` comes to, but facts are not asked for as of the end.
  mutating func glide(through end: Int64, _ log: inout Log) {
    var alarm = TimelineAlarm(marks: [])
    while let instant = nextInstant, instant <= end {
      guard state.instant != nil, instant < state.nextInstant else {
        step(to: instant, &log)
        setAlarm(&alarm)
        continue
      }
      let next = min(nextInstant(after: alarm), state.nextInstant)
      guard next <= end else { return }
      step(to: next, &log)
      setAlarm(&alarm)
    }
  }

  /// The first instant of facts that wake the timeline.
  private func nextInstant(after alarm: TimelineAlarm) -> Int64 {
    let events = facts.events
    let now = state.instant ?? .min
    let fact = facts.firstInstantBesideEvents(after: now) ?? .max
    var place = events.end(at: now)
    while place < events.count {
      let time = events.times[place]
      if time >= fact || time >= alarm.instant || Int64(place) + 1 > alarm.eventCount {
        return min(time, fact)
      }
      for word in 0..<events.wordCount
      where events.marks(place, word: word) & alarm.marks[word] != 0 {
        return time
      }
      place += 1
    }
    return fact
  }

  private func setAlarm(_ alarm: inout TimelineAlarm) {
    let words = plan.index.wordCount
    if alarm.marks.count != words { alarm.marks = Array(repeating: 0, count: words) }
    plan.setGates(&alarm.marks)
    (alarm.eventCount, alarm.instant) = (.max, .max)
    let now = state.instant ?? .min
    let eventCount = Int64(facts.events.end(at: now))
    for leaf in plan.leaves.indices where !isSettled(leaf, at: now) {
      switch plan.patience[leaf] {
      case .events where state.patience[leaf] > eventCount:
        alarm.eventCount = min(alarm.eventCount, state.patience[leaf])
      case .instant where state.patience[leaf] > now:
        alarm.instant = min(alarm.instant, state.patience[leaf])
      default:
        if plan.hearing[leaf].contains(.event) {
          alarm.eventCount = min(alarm.eventCount, eventCount)
        } else {
          plan.insertMarks(of: leaf, being: state.truths[leaf], into: &alarm.marks)
        }
      }
    }
  }
}
