import Engagement
import EventLog

extension MemberFacts {
  /// Whether a leaf holds at the present instant; not those that other segments and stages decide.
  func truth(of position: Int, at now: EvaluationInstant) -> Truth {
    let planned = plan.leaves[position]
    if case .events(let question) = planned.kind {
      guard let holds = question.holds(for: events, at: now) else {
        return planned.leaf.isUnknownIfMissing ? .unknown : .false
      }
      return Truth(holds)
    }
    return observe(position, at: now, wantsFact: false).truth
  }

  /// Answers a leaf at the present instant; not those that other segments and stages decide.
  func observe(_ position: Int, at now: EvaluationInstant, wantsFact: Bool) -> LeafObservation {
    let planned = plan.leaves[position]
    func found(_ holds: Bool, _ fact: @autoclosure () -> String) -> LeafObservation {
      LeafObservation(truth: Truth(holds), fact: wantsFact ? fact() : nil)
    }
    func missing(_ holds: Bool, _ fact: @autoclosure () -> String) -> LeafObservation {
      LeafObservation(
        truth: planned.leaf.isUnknownIfMissing ? .unknown : Truth(holds),
        fact: wantsFact ? fact() : nil)
    }
    let instant = now.asOf.microseconds
    switch planned.kind {
    case .events(let question):
      let fact = { question.fact(of: events, at: now) }
      return question.holds(for: events, at: now).map { found($0, fact()) }
        ?? missing(false, fact())
    case .attribute(let name, let tests):
      let finding = AttributeFinding(name, value(ofAttribute: name, at: now), tests, at: now)
      return finding.isMissing
        ? missing(finding.holds, finding.fact()) : found(finding.holds, finding.fact())
    case .near(let near):
      let degrees = near.fields.map { value(ofAttribute: $0, at: now).number }
      let finding = near.finding(latitude: degrees[0], longitude: degrees[1])
      return finding.holds.map { found($0, finding.fact()) } ?? missing(false, finding.fact())
    case .bucket(let bucket):
      let finding = bucket.finding(for: memberID)
      return found(finding.holds ?? false, finding.fact())
    case .number(let question, _):
      let number = question.value(for: self, at: now.asOf)
      guard !number.isNaN else { return missing(false, "\(question.name) is missing") }
      return found(
        question.comparisons.allSatisfy { $0.holds(for: number) },
        "\(question.name) \(formatted(number)), needs \(question.comparisons.needs)")
    case .list(let name, let expires):
      let standing =
        MemberRecord.value(record.lists[name], at: instant)
        ?? ListStanding(entry: nil, isOn: false)
      return found(
        standing.holds(at: instant, ends: expires), standing.fact(at: instant, ends: expires))
    case .cluster(let model, let segments, let comparisons):
      guard case .some(.some(let label)) = MemberRecord.value(record.labels[model], at: instant)
      else { return missing(false, "no label") }
      let given = plan.project.segmentNames[model]?[label.segment]
      let names = [label.segment, label.name, given].compactMap { $0 }
      let isWanted = segments.contains { wanted in names.contains { bytesAreEqual($0, wanted) } }
      let name = label.name.map { " (\($0))" } ?? ""
      return found(
        isWanted && comparisons.allSatisfy { $0.holds(for: label.confidence) },
        "\(label.segment)\(name), confidence \(formatted(label.confidence))")
    case .consent(let question):
      let consent = consent(question, at: now)
      return found(consent.state == .granted, consent.fact)
    case .segment, .stage: preconditionFailure("other segments are asked of the timeline")
    case .rank: preconditionFailure("a place among others is asked of all members")
    }
  }

  /// What an attribute holds; dates later than the instant do not exist yet.
  private func value(ofAttribute name: String, at now: EvaluationInstant) -> FieldValue {
    let found = MemberRecord.value(record.attributes[name], at: now.asOf.microseconds)
    guard case .some(.some(let value)) = found else { return .missing }
    switch value {
    case .number(let number): return .number(number)
    case .boolean(let isTrue): return .boolean(isTrue)
    case .time(let instant): return instant <= now.asOf ? .time(instant) : .missing
    case .list(let items): return .list(items)
    // When a member joined is a time or nothing.
    case .text(let text): return name == "joined_at" ? .missing : .text(text)
    }
  }

  /// The first instant after now at which time alone may change a leaf, or nil.
  ///
  /// Leaves that other segments and stages decide are not asked.
  func nextChange(of position: Int, being truth: Truth, after now: EvaluationInstant) -> Int64? {
    let planned = plan.leaves[position]
    switch planned.kind {
    case .events(let question):
      return question.nextChange(
        of: events, at: now, isUnknown: planned.leaf.isUnknownIfMissing, truth: truth,
        lookingAt: EventQuestion.mostInstantsAhead)
    case .number(let question, let changes):
      return question.nextChange(for: self, at: now, changes)
    case .attribute(let name, let tests):
      let found = MemberRecord.value(record.attributes[name], at: now.asOf.microseconds)
      guard case .some(.some(let value)) = found, let instant = value.instant(in: now.clock) else {
        return nil
      }
      let edges = [instant.microseconds] + tests.flatMap { $0.edges(for: instant, at: now) }
      return edges.filter { $0 > now.asOf.microseconds }.min()
    case .list(let name, let expires):
      let standing = MemberRecord.value(record.lists[name], at: now.asOf.microseconds)
      let ends = expires + [standing?.entry?.expires].compactMap { $0 }
      return ends.map(\.microseconds).filter { $0 > now.asOf.microseconds }.min()
    case .near, .bucket, .cluster, .consent, .segment, .stage, .rank: return nil
    }
  }

  /// Whether the member agrees to a purpose, and since when, in words.
  ///
  /// The latest statement counts: an event `consent_given` or `consent_withdrawn` with the purpose, or
  /// the attribute `consents`. Of two at one instant, the one that withdraws does.
  func consent(
    _ question: ConsentQuestion, at now: EvaluationInstant
  ) -> (state: ConsentState, since: Int64?, fact: String) {
    var latest: (time: Int64, isGiven: Bool)?
    func say(_ isGiven: Bool, _ time: Int64) {
      guard time >= latest?.time ?? .min else { return }
      latest = (time, time == latest?.time ? isGiven && (latest?.isGiven ?? true) : isGiven)
    }
    for change in record.attributes["consents"] ?? []
    where change.time <= now.asOf.microseconds {
      guard let items = change.value?.items else { continue }
      // The attribute's own earlier value at the same instant does not count.
      if change.time == latest?.time { latest = nil }
      say(items.contains { bytesAreEqual(folded($0), question.folded) }, change.time)
    }
    for (selector, isGiven) in [(question.given, true), (question.withdrawn, false)] {
      if let place = events.latest(selector, in: .ever, at: now) {
        say(isGiven, events.times[place])
      }
    }
    guard let latest else {
      let state = plan.project.defaultConsent
      return (state, nil, "\(state.rawValue) by default")
    }
    let state: ConsentState = latest.isGiven ? .granted : .withdrawn
    let when = latest.time == .min ? "" : " \(Timestamp(microseconds: latest.time))"
    return (state, latest.time, state.rawValue + when)
  }
}

extension AttributeValue {
  /// The items of a list; a text is a list of one.
  fileprivate var items: [String]? {
    switch self {
    case .list(let items): items
    case .text(let text): [text]
    default: nil
    }
  }

  /// The instant that the value is, if it is one.
  fileprivate func instant(in clock: Clock) -> Timestamp? {
    switch self {
    case .time(let instant): instant
    case .text(let text): Timestamp(text, in: clock)
    default: nil
    }
  }
}
