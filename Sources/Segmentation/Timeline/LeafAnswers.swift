import Engagement
import EventLog

extension MemberFacts {
  /// Answers a leaf at an instant; not those that other segments and stages decide.
  func observe(_ position: Int, at instant: Int64, wantsFact: Bool = false) -> LeafObservation {
    let planned = plan.leaves[position]
    func found(_ holds: Bool, _ fact: @autoclosure () -> String) -> LeafObservation {
      LeafObservation(truth: Truth(holds), fact: wantsFact ? fact() : nil)
    }
    func missing(_ fact: @autoclosure () -> String) -> LeafObservation {
      LeafObservation(
        truth: planned.leaf.isUnknownIfMissing ? .unknown : .false, fact: wantsFact ? fact() : nil)
    }
    func compared(_ name: String, _ number: Double, _ comparisons: [Comparison<Double>])
      -> LeafObservation
    {
      guard !number.isNaN else { return missing("\(name) is missing") }
      let needs = comparisons.map { $0.description(formatted) }.joined(separator: " and ")
      return found(
        comparisons.allSatisfy { $0.holds(for: number) },
        "\(name) \(formatted(number)), needs \(needs)")
    }
    switch planned.kind {
    case .observed: return observeAsBatch(position, at: instant, wantsFact: wantsFact)
    case .feature(let feature, let comparisons):
      return compared(feature.description, value(of: feature, at: instant), comparisons)
    case .score(let name, let comparisons):
      return compared(name, score(name, at: instant), comparisons)
    case .list(let name, let expires):
      let isOn = MemberRecord.value(record.lists[name], at: instant) ?? false
      let end = expires.map(\.microseconds).min()
      let isOver = end.map { instant >= $0 } ?? false
      let note =
        expires.min().map { isOver ? ", which ended \($0)" : ", until \($0)" } ?? ""
      return found(isOn && !isOver, (isOn && !isOver ? "on the list" : "not on the list") + note)
    case .cluster(let model, let segments, let comparisons):
      guard case .some(.some(let label)) = MemberRecord.value(record.labels[model], at: instant)
      else { return missing("no label") }
      let given = plan.project.segmentNames[model]?[label.segment]
      let names = [label.segment, label.name, given].compactMap { $0 }
      let isWanted = segments.contains { wanted in names.contains { bytesAreEqual($0, wanted) } }
      let name = label.name.map { " (\($0))" } ?? ""
      return found(
        isWanted && comparisons.allSatisfy { $0.holds(for: label.confidence) },
        "\(label.segment)\(name), confidence \(formatted(label.confidence))")
    case .consent(let purpose):
      let consent = consent(to: purpose, at: instant)
      return found(consent.state == .granted, consent.fact)
    case .segment, .stage: preconditionFailure("other segments are asked of the timeline")
    }
  }

  private func observeAsBatch(
    _ position: Int, at instant: Int64, wantsFact: Bool
  ) -> LeafObservation {
    let epoch = epoch(at: instant)
    let now = Timestamp(microseconds: instant)
    guard let compiled = epoch.compiled[position] else {
      preconditionFailure("leaves that are observed are compiled")
    }
    let evaluator = SegmentEvaluator(
      leavesOf: plan, community: epoch.community,
      row: LeafCompiler.row(of: record.memberID, in: epoch.community), asOf: now)
    return evaluator.observe(compiled, at: 0, isMember: [], wantsFact: wantsFact)
  }

  /// A feature's value at an instant; NaN where it is absent.
  func value(of feature: FeatureDefinition, at instant: Int64) -> Double {
    let now = Timestamp(microseconds: instant)
    do {
      return try state?.value(of: feature, asOf: now, profile: epoch(at: instant).profile) ?? .nan
    } catch {
      return .nan  // a feature of one's own that is infinite has no value
    }
  }

  /// A score's value at an instant; NaN where a feature it needs is absent.
  func score(_ name: String, at instant: Int64) -> Double {
    switch plan.project.scores[name] {
    case .linear(let feature, let zero, let three):
      let value = 3 * (value(of: feature, at: instant) - zero) / (three - zero)
      return value.isNaN ? .nan : min(3, max(0, value))
    case .percentile(let feature, let model):
      guard let distribution = plan.distributions[model]?[feature] else { return .nan }
      let fraction = distribution.fraction(below: value(of: feature, at: instant))
      return 3 * (feature == .recencyDays ? 1 - fraction : fraction)
    case .weightedSum(let weights):
      var sum = 0.0
      for (part, weight) in weights.sorted(by: { bytesPrecede($0.key, $1.key) }) {
        sum += weight * score(part, at: instant)
      }
      return sum
    case .points:
      let community = epoch(at: instant).community
      do {
        let row = LeafCompiler.row(of: record.memberID, in: community)
        return try scores(
          [name], definitions: plan.project.scores, of: community, rows: [row],
          asOf: Timestamp(microseconds: instant), settings: plan.project.settings, threadCount: 1)[
            name]?.first ?? .nan
      } catch {
        preconditionFailure("points need no features: \(error)")
      }
    case nil: return .nan
    }
  }

  /// Whether the member agrees to a purpose at an instant, and since when, in words.
  ///
  /// The latest statement counts: an event `consent_given` or `consent_withdrawn` with the purpose, or
  /// the attribute `consents`. Of two at one instant, the one that withdraws does.
  func consent(
    to purpose: String, at instant: Int64
  ) -> (state: ConsentState, since: Int64?, fact: String) {
    var latest: (time: Int64, isGiven: Bool)?
    func say(_ isGiven: Bool, _ time: Int64) {
      guard time <= instant, time >= latest?.time ?? .min else { return }
      latest = (time, time == latest?.time ? isGiven && (latest?.isGiven ?? true) : isGiven)
    }
    let wanted = folded(purpose)
    for change in record.attributes["consents"] ?? [] {
      guard let items = change.value?.items else { continue }
      // The attribute's own earlier value at the same instant does not count.
      if change.time == latest?.time { latest = nil }
      say(items.contains { bytesAreEqual(folded($0), wanted) }, change.time)
    }
    for event in record.events
    where event.type == "consent_given" || event.type == "consent_withdrawn" {
      guard let said = event.properties["purpose"], bytesAreEqual(folded(said.description), wanted)
      else { continue }
      say(event.type == "consent_given", event.timestamp.microseconds)
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
}
