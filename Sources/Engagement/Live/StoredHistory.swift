import EventLog

extension StoredByteWriter {
  /// Writes the events of one member, in their one order.
  mutating func write(_ events: [Event], properties: [String]) {
    write(events.count)
    guard let memberID = events.first?.memberID else { return }
    write(ExactText(text: memberID))
    var last: Int64 = 0
    for event in events.sorted(by: { $0.precedes($1, properties: properties) }) {
      write(Int(event.timestamp.microseconds - last))
      write(ExactText(text: event.type))
      write(byte: event.value == nil ? 0 : 1)
      if let value = event.value { write(value) }
      write(byte: event.targetID == nil ? 0 : 1)
      if let target = event.targetID { write(ExactText(text: target)) }
      for name in properties { write(event.properties[name]) }
      last = event.timestamp.microseconds
    }
  }

  private mutating func write(_ value: PropertyValue?) {
    switch value {
    case nil: write(byte: 0)
    case .string(let text):
      write(byte: 1)
      write(ExactText(text: text))
    case .number(let number):
      write(byte: 2)
      write(number)
    case .boolean(let isTrue): write(byte: isTrue ? 4 : 3)
    }
  }
}

extension StoredByteReader {
  /// Reads the events of one member.
  mutating func history(properties: [String]) throws(EngagementError) -> [Event] {
    let count = try count(bytesEach: 4)
    guard count > 0 else { return [] }
    let memberID = try text().text
    var events: [Event] = []
    for _ in 0..<count {
      let time = try instant(after: events.last?.timestamp.microseconds ?? 0)
      var event = Event(
        memberID: memberID, timestamp: Timestamp(microseconds: time), type: try text().text)
      if try flag() { event.value = try double() }
      if try flag() { event.targetID = try text().text }
      for name in properties { event.properties[name] = try property() }
      if let last = events.last, event.precedes(last, properties: properties) {
        throw .unreadableState(reason: "its events do not ascend")
      }
      events.append(event)
    }
    return events
  }

  private mutating func property() throws(EngagementError) -> PropertyValue? {
    switch try byte() {
    case 0: return nil
    case 1: return .string(try text().text)
    case 2: return .number(try double())
    case 3: return .boolean(false)
    case 4: return .boolean(true)
    default: throw .unreadableState(reason: "a property is of no kind")
    }
  }
}
