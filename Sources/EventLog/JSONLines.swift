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
          switch found.map({ reader.event($0.object, line: lineCount, &events.timestamps) }) {
          case .event(let event, let eventID)?:
            take(event, eventID: eventID)
            reason = nil
          case .identities(let found)?:
            identities += found
            identityRecordCount += 1
            reason = nil
          case .rejected(let found)?: reason = found
          case nil: reason = .invalidJSON
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
    guard event.member.isPresent, event.type.isPresent, event.timestamp.isPresent else {
      return false
    }
    let time = bytes(event.timestamp)
    guard
      // In records of some exports a time without an offset is of no zone.
      time.count == 20 || events.timestamps.reading.clock.isUniversal,
      let instant = events.timestamps.read(time, line: lineCount),
      Timestamp.accepted.contains(instant)
    else { return false }
    let (member, type) = (bytes(event.member), bytes(event.type))
    guard !RecordForm.mayBeNoActivity(type) else { return false }
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
