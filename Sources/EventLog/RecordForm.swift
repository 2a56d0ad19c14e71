/// The forms in which products export events as JSON, beside flat objects with a key for each role.
///
/// What a role needs is looked for under its own name first and then under the form's, where null and
/// empty text are absent. The objects `properties` and `event_properties` hold the properties; of other
/// objects within them, or within a flat record, names are joined by dots: `{"cart": {"size": 2}}` is
/// the property `cart.size`. Lists of texts and numbers are joined by `|`.
enum RecordForm: String, Sendable, Hashable, CaseIterable {
  /// Flat objects.
  case flat
  /// Calls of the Segment specification: `userId`, or `anonymousId` before somebody is known, `event` or the
  /// `type` of the call, `timestamp`, `messageId`.
  case segment
  /// Mixpanel's raw export: `event`, and all else in `properties`.
  case mixpanel
  /// Amplitude's export: `user_id` or `device_id`, `event_type`, `event_time`, `event_properties`.
  case amplitude
  /// PostHog's events: `distinct_id`, `event`, `timestamp`, `properties`, `uuid`.
  case posthog

  /// The form of a record.
  init(_ object: [String: JSONValue]) {
    func has(_ keys: String...) -> Bool { keys.contains { object[$0] != nil } }
    if has("userId", "anonymousId"),
      has("type", "event", "messageId", "timestamp", "originalTimestamp")
    {
      self = .segment
    } else if case .object(let properties)? = object["properties"], object["event"] != nil,
      Self.mixpanelIDs.contains(where: { properties[$0] != nil })
    {
      self = .mixpanel
    } else if has("event_type"), has("user_id", "device_id", "amplitude_id"),
      has("event_properties", "$insert_id", "insert_id", "amplitude_id")
    {
      self = .amplitude
    } else if has("distinct_id"), has("event"), has("properties", "uuid") {
      self = .posthog
    } else {
      self = .flat
    }
  }

  /// What the form is called in messages.
  var name: String {
    switch self {
    case .flat: "flat records"
    case .segment: "records of the Segment specification"
    case .mixpanel: "records of Mixpanel's raw export"
    case .amplitude: "records of Amplitude's export"
    case .posthog: "PostHog's events"
    }
  }

  /// Whether times without an offset are universal time, whatever the project's zone is.
  var isInUniversalTime: Bool { self != .flat }

  /// The keys under which a role is looked for, the first one that is there counts; those behind a dot are in
  /// `properties`.
  func keys(of role: EventReader.Role) -> [String] {
    switch (self, role) {
    case (.segment, .memberID): ["userId", "anonymousId"]
    case (.segment, .timestamp): ["timestamp", "originalTimestamp", "sentAt", "receivedAt"]
    case (.segment, .event): ["event", "type"]
    case (.segment, .value): [".value", ".revenue"]
    case (.segment, .eventID): ["messageId"]
    case (.mixpanel, .memberID): [".distinct_id", ".$user_id", ".$device_id"]
    case (.mixpanel, .timestamp): [".time"]
    case (.mixpanel, .event): ["event"]
    case (.mixpanel, .eventID): [".$insert_id"]
    case (.amplitude, .memberID): ["user_id", "device_id", "amplitude_id"]
    case (.amplitude, .timestamp): ["event_time", "client_event_time", "time"]
    case (.amplitude, .event): ["event_type"]
    case (.amplitude, .eventID): ["$insert_id", "insert_id", "uuid"]
    case (.posthog, .memberID): ["distinct_id"]
    case (.posthog, .timestamp): ["timestamp"]
    case (.posthog, .event): ["event"]
    case (.posthog, .eventID): ["uuid"]
    default: []
    }
  }

  /// The ids that a record says are of one member, those of before they were known first; empty where it says
  /// nothing of ids, though it is no activity; nil for records of what members do.
  func identities(_ object: [String: JSONValue]) -> [Identity]? {
    let properties = Self.properties(of: object)
    func text(_ keys: String...) -> String? {
      keys.lazy.compactMap { key in
        (key.hasPrefix(".") ? properties[String(key.dropFirst())] : object[key])?.key
      }.first
    }
    func pair(_ before: String?, _ known: String?) -> [Identity] {
      guard let before, let known, before != known else { return [] }
      return [Identity(before: before, known: known)]
    }
    switch self {
    case .flat: return nil
    case .segment:
      switch text("type") {
      case "identify", "group": return pair(text("anonymousId"), text("userId"))
      case "alias": return pair(text("previousId"), text("userId"))
      default: return nil
      }
    case .mixpanel:
      switch text("event") {
      case "$identify": return pair(text(".$anon_id"), text(".$identified_id", ".distinct_id"))
      case "$create_alias": return pair(text(".distinct_id"), text(".alias"))
      case "$merge":
        guard case .list(let ids)? = properties["$distinct_ids"], ids.count == 2 else { return [] }
        return pair(ids[0].key, ids[1].key)
      default: return nil
      }
    case .amplitude:
      switch text("event_type") {
      case "$identify", "$groupidentify": return pair(text("device_id"), text("user_id"))
      default: return nil
      }
    case .posthog:
      switch text("event") {
      case "$identify", "$merge_dangerously":
        return pair(text(".$anon_distinct_id", ".alias"), text("distinct_id"))
      case "$create_alias": return pair(text(".alias"), text("distinct_id"))
      case "$groupidentify", "$set", "$set_once", "$unset": return []
      default: return nil
      }
    }
  }

  /// Whether a type of event may be one of those that are no activity in some form.
  static func mayBeNoActivity(_ type: UnsafeBufferPointer<UInt8>) -> Bool {
    guard let first = type.first else { return false }
    if first == ascii("$") { return true }
    guard first == ascii("i") || first == ascii("g") || first == ascii("a") else { return false }
    return ["identify", "group", "alias"].contains { type.elementsEqual($0.utf8) }
  }

  /// The properties of a record, those within other objects with names joined by dots.
  ///
  /// What stands beside the objects of properties is a property, too.
  static func properties(of object: [String: JSONValue]) -> [String: JSONValue] {
    var flat: [String: JSONValue] = [:]
    for (key, value) in object where !containers.contains(key) {
      add(value, as: key, to: &flat)
    }
    for key in containers {
      switch object[key] {
      case .object(let members)?:
        for (name, value) in members { add(value, as: name, to: &flat) }
      case .string(let text)?:
        // Tables of events hold it as text.
        var copy = text
        if let (members, _) = copy.withUTF8({ JSONParser.object($0) }) {
          for (name, value) in members { add(value, as: name, to: &flat) }
        } else {
          flat[key] = .string(text)
        }
      case let value?: add(value, as: key, to: &flat)
      case nil: break
      }
    }
    return flat
  }

  private static let mixpanelIDs = [
    "distinct_id", "$user_id", "$device_id", "$identified_id", "$distinct_ids",
  ]

  private static let containers = ["properties", "event_properties"]

  private static func add(
    _ value: JSONValue, as name: String, to flat: inout [String: JSONValue]
  ) {
    if case .object(let members) = value {
      for (key, value) in members { add(value, as: "\(name).\(key)", to: &flat) }
    } else if value != .null {
      flat[name] = value
    }
  }
}

/// Two ids of one member.
public struct Identity: Sendable, Hashable {
  /// The id from before the member was known, or one that was given up.
  public let before: String
  /// The id that the member has.
  public let known: String

  /// Makes an identity.
  public init(before: String, known: String) {
    self.before = before
    self.known = known
  }

  /// True when the bytes of both ids are the same.
  public static func == (left: Identity, right: Identity) -> Bool {
    ExactText(left.before) == ExactText(right.before)
      && ExactText(left.known) == ExactText(right.known)
  }

  /// Hashes the bytes of both ids.
  public func hash(into hasher: inout Hasher) {
    hasher.combine(ExactText(before))
    hasher.combine(ExactText(known))
  }
}
