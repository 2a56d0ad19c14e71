/// One thing that a member did.
public struct Event: Sendable, Hashable {
  /// The id of the member who did it, compared as exact bytes.
  public var memberID: String
  /// When it was done.
  public var timestamp: Timestamp
  /// What was done: the event's type, compared as exact bytes.
  public var type: String
  /// A finite number, at most 1e15 in size, or nil where the event has none (which is not 0).
  public var value: Double?
  /// The id of the member it was done to.
  public var targetID: String?
  /// Everything else that was recorded.
  public var properties: [String: PropertyValue]

  /// Makes an event.
  public init(
    memberID: String, timestamp: Timestamp, type: String, value: Double? = nil,
    targetID: String? = nil, properties: [String: PropertyValue] = [:]
  ) {
    self.memberID = memberID
    self.timestamp = timestamp
    self.type = type
    self.value = value
    self.targetID = targetID
    self.properties = properties
  }
}
