public import EventLog

/// Why features, scores or transforms cannot be computed.
public enum EngagementError: Error, Equatable, Sendable {
  /// No feature, and no numeric member attribute, has this name.
  case unknownFeature(name: String, suggestion: String)
  /// A feature names an alias or event type that neither the project nor the log has.
  case unknownEventType(feature: String, name: String, suggestion: String)
  /// A feature names an event property that no event has.
  case unknownProperty(feature: String, name: String, suggestion: String)
  /// A feature names a column of the log as a property that is read as something else.
  case propertyIsColumn(feature: String, name: String, role: EventReader.Role)
  /// A feature's name holds a window, a half-life or a number of values that cannot be.
  case impossibleNumber(feature: String, what: String, greatest: Int, example: String)
  /// No event in a feature's window has its property, so that there is no commonest value.
  case noPropertyValues(feature: String)
  /// A feature that stands for several columns where one is needed.
  case severalColumns(feature: String)
  /// An attribute exists but is no number.
  case attributeNotNumeric(name: String, type: String)
  /// No member has an event or joined at or before the as-of time.
  case noMembers(asOf: String, oldest: String?)
  /// No column is left that tells members apart.
  case allColumnsDropped([String])
  /// A feature has a value so large that means and deviations could overflow.
  case valueTooLarge(feature: String)
  /// Whitening or principal components are not possible.
  case cannotReduce(reason: String)
  /// A score refers to a score that does not exist.
  case unknownScore(name: String, suggestion: String)
  /// Scores refer to each other in a circle.
  case scoreCycle([String])
  /// A percentile score needs a model that was not given, or one that lacks the feature.
  case missingPercentile(score: String, model: String, feature: String)
  /// A feature of one's own cannot be had under its name, or as it was defined.
  case customFeature(name: String, reason: String)
  /// A feature of one's own is infinite; the member is nil where a live state has no event to tell.
  case infiniteValue(feature: String, member: String?)
  /// The as-of times of a series are too many, out of order or none.
  case snapshotTimes(reason: String)
  /// A live state was asked for a time before the one it was advanced to.
  case timeBeforeClock(asOf: String, clock: String)
  /// A live plan does not have the feature.
  case featureNotInPlan(String)
  /// Bytes are not the live state of a member that this build stores under this plan.
  case unreadableState(reason: String)
}

extension EngagementError: CustomStringConvertible {
  /// What is wrong and the way out, in one line.
  public var description: String {
    switch self {
    case .unknownFeature(let name, let suggestion):
      "unknown feature \"\(name)\", neither built in nor a numeric column of the members file"
        + suggestion
    case .unknownEventType(let feature, let name, let suggestion):
      "feature \"\(feature)\": the log has no event type \"\(name)\" and the project no alias of "
        + "that name\(suggestion)"
    case .unknownProperty(let feature, let name, let suggestion):
      "feature \"\(feature)\": no event has a property \"\(name)\"\(suggestion)"
    case .propertyIsColumn(let feature, let name, let role):
      "feature \"\(feature)\": \"\(name)\" is not a property but the column that \(role.meaning): "
        + role.otherFeatures
    case .impossibleNumber(let feature, let what, let greatest, let example):
      "feature \"\(feature)\": \(what) is a whole number from 1 to \(greatest), as in \"\(example)\""
    case .noPropertyValues(let feature):
      "feature \"\(feature)\": no event in its window has the property; leave it out, or take a longer "
        + "window"
    case .severalColumns(let feature):
      "feature \"\(feature)\" stands for several columns, and one is needed: name a value, as in "
        + "\"\(feature.prefix { $0 != ":" })=VALUE\""
    case .attributeNotNumeric(let name, let type):
      "attribute \"\(name)\" is of type \(type), not a number: leave it out, or write it as numbers "
        + "in the members file"
    case .noMembers(let asOf, let oldest):
      oldest.map {
        "no member has an event or joined at or before \(asOf): the log begins at \($0), give a "
          + "later --as-of"
      } ?? "no member has an event or joined at or before \(asOf): the log holds no events"
    case .allColumnsDropped(let names):
      "no feature tells the members apart: \(names.joined(separator: ", ")) are the same for all; "
        + "choose other --features or a log with more members"
    case .valueTooLarge(let feature):
      "feature \"\(feature)\" has a value over 1e100 in size: correct it, or leave the feature out"
    case .cannotReduce(let reason): "the columns cannot be reduced: \(reason)"
    case .unknownScore(let name, let suggestion):
      "unknown score \"\(name)\"\(suggestion)"
    case .scoreCycle(let path):
      "scores refer to each other in a circle: \(path.joined(separator: " → "))"
    case .missingPercentile(let score, let model, let feature):
      "score \"\(score)\" needs the distribution of \"\(feature)\" from a model named \"\(model)\": "
        + "give it with --model \(model).safetensors, trained with this feature or with this project "
        + "file"
    case .customFeature(let name, let reason): "custom feature \"\(name)\": \(reason)"
    case .infiniteValue(let feature, let member):
      "custom feature \"\(feature)\" is infinite for member \"\(member ?? "unknown")\": return nil where "
        + "there is no value"
    case .snapshotTimes(let reason): "the times of the snapshots: \(reason)"
    case .timeBeforeClock(let asOf, let clock):
      "a live state that was advanced to \(clock) cannot answer as of \(asOf): ask for \(clock) or "
        + "later, or compute the features from the log"
    case .featureNotInPlan(let feature):
      "feature \"\(feature)\" is not in the live plan: add it to the plan's features and build the "
        + "states again from the log"
    case .unreadableState(let reason):
      "the stored state of a member cannot be read: \(reason); build it again from the log"
    }
  }
}

extension EventReader.Role {
  fileprivate var meaning: String {
    switch self {
    case .memberID: "says who did it"
    case .timestamp: "says when it was done"
    case .event: "says what was done"
    case .value: "holds each event's number"
    case .targetID: "says whom it was done to"
    case .eventID: "holds each event's own id"
    }
  }

  /// What can be computed from the column instead.
  fileprivate var otherFeatures: String {
    let copy = ", or give the log a copy of the column under another name"
    return switch self {
    case .memberID: "leave the feature out, as all events of a member have the same"
    case .timestamp: "use active_days, recency_days or median_gap_days"
    case .event: "use type_entropy, or share_TYPE for one type" + copy
    case .value: "use value_sum or value_mean" + copy
    case .targetID: "use received_impact_h56" + copy
    case .eventID: "use events, which counts them"
    }
  }
}
