extension LineScanner {
  /// Reads JSON Lines: hands each object, with the key that it has twice, its line and bytes, to a closure; nil
  /// for a line that is not one JSON object.
  mutating func forEachObject(
    _ body: (
      _ found: (object: [String: JSONValue], repeatedKey: String?)?, _ line: Int,
      _ bytes: UnsafeBufferPointer<UInt8>
    ) throws -> Void
  ) throws {
    while let line = try line(at: 0) {
      let bytes = UnsafeBufferPointer(start: base, count: line.content)
      if !trimmingBlanks(bytes).isEmpty {
        let found = isUTF8(bytes) && !line.isCut ? JSONParser.object(bytes) : nil
        try body(found, lineCount + 1, bytes)
      }
      advance(bytes: line.total, lines: 1)
      if line.isCut { try skipLine() }
    }
  }
}

extension EventBlock {
  /// Reads the block's text as one JSON object a line.
  func parseJSONLines(_ reader: EventReader, terminator: UInt8) {
    let roleNames = Set(EventReader.Role.allCases.map { reader.name(of: $0) })
    let keys = PlainJSONEvent.Keys(reader)
    var shapes = JSONLineShapes(keys)
    // So that the last line ends, too.
    text.base[text.count] = terminator
    var windows = SeparatedWindows(text, separator: terminator, lineEnd: terminator)
    while let window = windows.next() {
      var start = window.start
      for place in 0..<window.count {
        let line = window.line(place, start: start, cellCount: 1)
        let (lineStart, bytes) = (start, line.bytes)
        start = line.nextStart
        lineCount += 1
        if bytes.isEmpty || trimmingBlanks(bytes).isEmpty { continue }
        recordCount += 1
        let reason: RejectionReason?
        if bytes.count > LineScanner.maximumRecordBytes {
          reason = .recordTooLong(limit: LineScanner.maximumRecordBytes)
        } else {
          let isText = window.isASCII || isUTF8(bytes)
          if isText, let keys, let event = shapes.event(bytes),
            take(event, bytes, at: lineStart, keys)
          {
            continue
          }
          let found = isText ? JSONParser.object(bytes) : nil
          if repeatedKey == nil, let key = found?.repeatedKey { repeatedKey = (lineCount, key) }
          switch reader.event(
            found?.object, roleNames: roleNames, line: lineCount, &events.timestamps)
          {
          case .success(let (event, eventID)):
            take(event, eventID: eventID)
            reason = nil
          case .failure(let failure): reason = failure.reason
          }
        }
        if let reason {
          rejections.append((lineCount - 1, reason, String(decoding: bytes, as: UTF8.self)))
        }
      }
    }
  }

  /// Takes over an event of the plain form; false, and nothing is taken, where something about it needs
  /// a second look.
  private func take(
    _ event: PlainJSONEvent, _ line: UnsafeBufferPointer<UInt8>, at lineStart: Int,
    _ keys: PlainJSONEvent.Keys
  ) -> Bool {
    func bytes(_ place: PlainJSONEvent.Place) -> UnsafeBufferPointer<UInt8> {
      let start = Int(place.start)
      return UnsafeBufferPointer(rebasing: line[start..<start + Int(place.count)])
    }
    func span(_ place: PlainJSONEvent.Place) -> Span {
      place.isPresent ? Span(start: Int32(lineStart) + place.start, count: place.count) : .none
    }
    guard event.member.isPresent, event.type.isPresent, event.timestamp.isPresent,
      let instant = events.timestamps.read(bytes(event.timestamp), line: lineCount),
      Timestamp.accepted.contains(instant)
    else { return false }
    let (member, type) = (bytes(event.member), bytes(event.type))
    guard Self.reasonAgainstID(member, empty: .emptyMemberID, false) == nil,
      Self.reasonAgainstID(type, empty: .emptyEventType, false) == nil
    else { return false }
    if event.target.isPresent, trimmingBlanks(bytes(event.target)).isEmpty { return false }
    var value = Double.nan
    if event.value.isPresent {
      guard let found = parseDecimal(bytes(event.value)), abs(found) <= 1e15 else { return false }
      value = found
    }
    events.targets.append(span(event.target))
    events.eventIDs.append(span(event.eventID))
    if !event.properties.isEmpty {
      var values: [String: PropertyValue] = [:]
      for (property, range) in event.properties {
        let cell = UnsafeBufferPointer(rebasing: line[range])
        let text = String(decoding: cell, as: UTF8.self)
        values[keys.propertyName(property)] =
          switch property.kind {
          case .string: .string(text)
          case .number: .number(parseDecimal(cell) ?? .nan)
          case .boolean: .boolean(text == "true")
          }
      }
      typedProperties[Int32(events.rows.count)] = values
    }
    events.rows.append(
      Row(
        memberHash: Interner.hash(member), memberStart: Interner.firstBytes(member),
        timestamp: instant.microseconds, value: value, member: span(event.member),
        type: Int32(truncatingIfNeeded: events.types.intern(type))))
    return true
  }

  /// Takes over an event that is already read.
  private func take(_ event: Event, eventID: String?) {
    func span(_ text: String?) -> Span {
      guard var text else { return .none }
      return text.withUTF8 { keep($0) }
    }
    var (id, type) = (event.memberID, event.type)
    events.targets.append(span(event.targetID))
    events.eventIDs.append(span(eventID))
    if !event.properties.isEmpty { typedProperties[Int32(rows.count)] = event.properties }
    events.rows.append(
      Row(
        memberHash: id.withUTF8 { Interner.hash($0) },
        memberStart: id.withUTF8 { Interner.firstBytes($0) },
        timestamp: event.timestamp.microseconds,
        value: event.value ?? .nan, member: id.withUTF8 { keep($0) },
        type: Int32(type.withUTF8 { events.types.intern($0) })))
  }
}

extension EventReader {
  fileprivate struct Failure: Error { let reason: RejectionReason }

  fileprivate func event(
    _ object: [String: JSONValue]?, roleNames: Set<String>, line: Int,
    _ timestamps: inout TimestampReader
  ) -> Result<(Event, String?), Failure> {
    guard let object = object.map({ flattened($0) ?? $0 }) else {
      return .failure(Failure(reason: .invalidJSON))
    }
    func fail(_ reason: RejectionReason) -> Result<(Event, String?), Failure> {
      .failure(Failure(reason: reason))
    }
    func text(_ role: Role) -> String? { object[name(of: role)]?.cell }
    func idReason(_ text: String, empty: RejectionReason) -> RejectionReason? {
      var copy = text
      return copy.withUTF8 { EventBlock.reasonAgainstID($0, empty: empty, true) }
    }
    guard let member = text(.memberID) else { return fail(.badKey(name(of: .memberID))) }
    if let reason = idReason(member, empty: .emptyMemberID) { return fail(reason) }
    guard var time = text(.timestamp) else { return fail(.badKey(name(of: .timestamp))) }
    let read = time.withUTF8 { (timestamps.read($0, line: line), timestamps.refusal(of: $0)) }
    guard let instant = read.0 else { return fail(read.1) }
    guard Timestamp.accepted.contains(instant) else { return fail(.timestampOutOfRange) }
    guard let type = text(.event) else { return fail(.badKey(name(of: .event))) }
    if let reason = idReason(type, empty: .emptyEventType) { return fail(reason) }
    var event = Event(memberID: member, timestamp: instant, type: type)
    let number: Cell =
      switch object[name(of: .value)] {
      case nil, .null: .absent
      case .number(let text): Self.value(decimal(text))
      case .string(let text): text.isEmpty ? .absent : Self.value(decimal(text))
      default: .rejected(.unreadableValue)
      }
    switch number {
    case .absent: break
    case .number(let value): event.value = value
    case .rejected(let reason): return fail(reason)
    }
    if let target = text(.targetID) {
      let reason = idReason(target, empty: .emptyMemberID)
      if reason == .nulByte { return fail(.nulByte) }
      if reason == nil { event.targetID = target }
    }
    for (key, value) in object where !roleNames.contains(key) {
      if case .named(let names) = properties, !names.contains(key) { continue }
      event.properties[key] = value.property
    }
    return .success((event, text(.eventID)))
  }

  /// A record of the Segment specification as a flat one: nil for all others.
  ///
  /// Such records have no key for the member but `userId` or, before someone is known, `anonymousId`.
  /// The event is that of a `track` call, else the kind of call, such as `page`; `messageId` is the
  /// event's own id; `properties` are the properties, of which `value`, else `revenue`, is the value.
  private func flattened(_ object: [String: JSONValue]) -> [String: JSONValue]? {
    guard object[name(of: .memberID)] == nil,
      let member = ["userId", "anonymousId"].lazy.compactMap({ object[$0]?.cell }).first(where: {
        !$0.isEmpty
      })
    else { return nil }
    var flat: [String: JSONValue] = [:]
    if case .object(let properties) = object["properties"] {
      flat = properties
      flat[name(of: .value)] = properties["value"] ?? properties["revenue"]
    }
    flat[name(of: .memberID)] = .string(member)
    flat[name(of: .timestamp)] = object[name(of: .timestamp)] ?? object["timestamp"]
    flat[name(of: .event)] = object[name(of: .event)] ?? object["event"] ?? object["type"]
    flat[name(of: .targetID)] = object[name(of: .targetID)]
    flat[name(of: .eventID)] = object[name(of: .eventID)] ?? object["messageId"]
    return flat
  }

  private enum Cell {
    case absent
    case number(Double)
    case rejected(RejectionReason)
  }

  /// What a value's number means.
  private static func value(_ number: Double?) -> Cell {
    guard let number else { return .rejected(.unreadableValue) }
    return abs(number) <= 1e15 ? .number(number) : .rejected(.valueOutOfRange)
  }
}
