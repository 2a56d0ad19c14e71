import EventLog

extension Event {
  /// Whether an event stands before another one of the same member: oldest first, then by all else, so
  /// that equal instants have one order.
  func precedes(_ other: Event, properties: [String]) -> Bool {
    if timestamp != other.timestamp { return timestamp < other.timestamp }
    if !bytesAreSame(type, other.type) { return bytesPrecede(type, other.type) }
    let (own, others) = (value?.bitPattern, other.value?.bitPattern)
    if own != others {
      guard let own else { return true }
      return others.map { own < $0 } ?? false
    }
    if let order = Self.order(targetID, other.targetID) { return order }
    for name in properties {
      let (own, others) = (text(of: name), other.text(of: name))
      if let order = Self.order(own, others) { return order }
    }
    return false
  }

  private func text(of name: String) -> String? {
    properties[name].map { ExactText($0).text }
  }

  /// Whether a text stands before another one, none before all; nil where they are the same.
  private static func order(_ left: String?, _ right: String?) -> Bool? {
    guard let left else { return right == nil ? nil : true }
    guard let right else { return false }
    return bytesAreSame(left, right) ? nil : bytesPrecede(left, right)
  }
}

private func bytesAreSame(_ left: String, _ right: String) -> Bool {
  left.utf8.elementsEqual(right.utf8)
}

extension [Event] {
  /// Puts events that are oldest first into their one order.
  mutating func sortTies(by properties: [String]) {
    let isOrdered = zip(self, dropFirst()).allSatisfy { $0.timestamp < $1.timestamp }
    if !isOrdered { sort { $0.precedes($1, properties: properties) } }
  }

  /// The position of the first event later than an instant, where they are oldest first.
  func firstIndex(laterThan instant: Int64) -> Int {
    var (low, high) = (0, count)
    while low < high {
      let middle = (low + high) / 2
      if self[middle].timestamp.microseconds <= instant { low = middle + 1 } else { high = middle }
    }
    return low
  }
}

extension EventHistory {
  /// An event with some of its properties alone.
  func event(_ position: Int, properties names: [String]) -> Event {
    let target = position < targetIndices.count ? targetIndices[position] : -1
    var kept: [String: PropertyValue] = [:]
    for name in names { kept[name] = properties[name]?[position] }
    return Event(
      memberID: memberIDs[Int(memberIndices[position])],
      timestamp: Timestamp(microseconds: timestamps[position]),
      type: types[Int(typeIndices[position])],
      value: values[position].isNaN ? nil : values[position],
      targetID: target < 0 ? nil : memberIDs[Int(target)], properties: kept)
  }
}
