import Foundation

/// The cells of a record that mean something by themselves, and where those are that are kept.
private struct EventCells {
  var member: UnsafeBufferPointer<UInt8>
  var timestamp: UnsafeBufferPointer<UInt8>
  var event: UnsafeBufferPointer<UInt8>
  var value: UnsafeBufferPointer<UInt8>?
  var target: UnsafeBufferPointer<UInt8>?
  var memberSpan: EventBlock.Span
  var targetSpan = EventBlock.Span.none
  var eventIDSpan = EventBlock.Span.none
}

extension EventBlock {
  /// Reads the block's text as delimited records.
  func parseDelimited(_ columns: EventColumns) {
    events.properties = columns.properties.map { ($0.name, []) }
    if columns.terminator == ascii("\n"), parsePlain(columns) { return }
    removeAll()
    events.properties = columns.properties.map { ($0.name, []) }
    parseQuoted(columns)
  }

  /// Reads records without quotes, which are lines split at every separator; false where there is a
  /// quote.
  private func parsePlain(_ columns: EventColumns) -> Bool {
    // So that the last line ends, too.
    text.base[text.count] = ascii("\n")
    // Held here while they are written to, as what a class holds is checked at every access.
    var events = Events()
    swap(&events, &self.events)
    defer { swap(&events, &self.events) }
    events.rows.reserveCapacity(text.count / 32)
    var (records, lines) = (0, 0)
    defer { (recordCount, lineCount) = (records, lines) }
    var windows = SeparatedWindows(text, separator: columns.separator)
    while let window = windows.next() {
      if window.hasQuote { return false }
      var place = 0
      var start = window.start
      while place < window.count {
        let line = window.line(place, start: start, cellCount: columns.count)
        (place, start) = (line.nextPlace, line.nextStart)
        lines &+= 1
        if line.count == 0 { continue }
        records &+= 1
        var reason: RejectionReason?
        if line.count > LineScanner.maximumRecordBytes {
          reason = .recordTooLong(limit: LineScanner.maximumRecordBytes)
        } else if line.cellCount != columns.count {
          reason = .wrongColumnCount(found: line.cellCount, expected: columns.count)
        } else if !window.isASCII, !isUTF8(line.bytes) {
          reason = .invalidUTF8
        } else {
          reason = takePlain(
            line, columns, mayHoldNul: window.hasNul, number: lines, into: &events)
        }
        if let reason {
          if isBlankRecord(line.bytes, separator: columns.separator) {
            records &-= 1
            continue
          }
          rejections.append((lines &- 1, reason, String(decoding: line.bytes, as: UTF8.self)))
        }
      }
    }
    return true
  }

  @inline(__always)
  private func takePlain(
    _ line: SeparatedLine, _ columns: EventColumns, mayHoldNul: Bool, number: Int,
    into events: inout Events
  ) -> RejectionReason? {
    var cells = EventCells(
      member: line.cell(columns.member), timestamp: line.cell(columns.timestamp),
      event: columns.eventName, memberSpan: line.span(columns.member))
    if let event = columns.event { cells.event = line.cell(event) }
    if let value = columns.value { cells.value = line.cell(value) }
    if let target = columns.target {
      cells.target = line.cell(target)
      cells.targetSpan = line.span(target)
    }
    if let eventID = columns.eventID { cells.eventIDSpan = line.span(eventID) }
    if let reason = events.take(cells, columns, mayHoldNul: mayHoldNul, line: number) {
      return reason
    }
    for (place, property) in columns.properties.enumerated() {
      events.properties[place].cells.append(line.span(property.index))
    }
    return nil
  }

  /// Records in which quotes may hold separators and line ends.
  private func parseQuoted(_ columns: EventColumns) {
    var scanner = DelimitedScanner(
      LineScanner(text.bytes, terminator: columns.terminator), separator: columns.separator)
    // Memory has no end that could be missed.
    while (try? scanner.next()) == true {
      recordCount += 1
      var reason: RejectionReason? =
        switch scanner.problem {
        case .textAfterQuote: .textAfterQuote
        case .unterminatedQuote: .unterminatedQuote
        case .tooLong: .recordTooLong(limit: LineScanner.maximumRecordBytes)
        case nil: nil
        }
      if reason == nil, scanner.fieldCount != columns.count {
        reason = .wrongColumnCount(found: scanner.fieldCount, expected: columns.count)
      }
      if reason == nil, !isUTF8(scanner.record) { reason = .invalidUTF8 }
      if reason == nil { reason = takeQuoted(scanner, columns) }
      if let reason {
        rejections.append(
          (scanner.firstLine - 1, reason, String(decoding: scanner.record, as: UTF8.self)))
      }
      lineCount = scanner.lastLine
    }
    // Empty lines at the end count, too.
    lineCount = max(lineCount, scanner.firstLine - 1)
  }

  private func takeQuoted(
    _ scanner: borrowing DelimitedScanner, _ columns: EventColumns
  ) -> RejectionReason? {
    func span(_ index: Int) -> Span { scanner.withField(index) { keep($0) } }
    let (member, timestamp) = (span(columns.member), span(columns.timestamp))
    let event = columns.event.map { span($0) } ?? keep(columns.eventName)
    let value = columns.value.map { span($0) }
    let target = columns.target.map { span($0) }
    let eventID = columns.eventID.map { span($0) }
    let reason = withBytes(member) { memberBytes in
      withBytes(timestamp) { timestampBytes in
        withBytes(event) { eventBytes in
          withBytes(value ?? Span(start: 0, count: 0)) { valueBytes in
            withBytes(target ?? Span(start: 0, count: 0)) { targetBytes in
              events.take(
                EventCells(
                  member: memberBytes, timestamp: timestampBytes, event: eventBytes,
                  value: value == nil ? nil : valueBytes,
                  target: target == nil ? nil : targetBytes, memberSpan: member,
                  targetSpan: target ?? .none, eventIDSpan: eventID ?? .none),
                columns, mayHoldNul: true, line: scanner.firstLine)
            }
          }
        }
      }
    }
    if let reason { return reason }
    for (place, property) in columns.properties.enumerated() {
      events.properties[place].cells.append(span(property.index))
    }
    return nil
  }

  /// Why bytes cannot be an id or a type: they are absent, or hold a NUL.
  @inline(__always)
  static func reasonAgainstID(
    _ bytes: UnsafeBufferPointer<UInt8>, empty: RejectionReason, _ mayHoldNul: Bool
  ) -> RejectionReason? {
    if bytes.count > 0, bytes[0] > 0x20, bytes[0] != ascii("\\"), !mayHoldNul { return nil }
    if isAbsent(bytes, inNumbers: false) { return empty }
    return bytes.contains(0) ? .nulByte : nil
  }
}

extension EventBlock.Events {
  /// Takes over a record, or says why not.
  @inline(__always)
  fileprivate mutating func take(
    _ cells: EventCells, _ columns: EventColumns, mayHoldNul: Bool, line: Int
  ) -> RejectionReason? {
    if let reason = EventBlock.reasonAgainstID(cells.member, empty: .emptyMemberID, mayHoldNul) {
      return reason
    }
    guard let instant = timestamps.read(cells.timestamp, line: line) else {
      return timestamps.refusal(of: cells.timestamp)
    }
    guard Timestamp.accepted.contains(instant) else { return .timestampOutOfRange }
    if let reason = EventBlock.reasonAgainstID(cells.event, empty: .emptyEventType, mayHoldNul) {
      return reason
    }
    var value = Double.nan
    if let cell = cells.value, cell.count > 0 {
      let number =
        columns.separator == ascii(";") ? decimals.read(cell, line: line) : parseDecimal(cell)
      if let number {
        guard abs(number) <= 1e15 else { return .valueOutOfRange }
        value = number
      } else if !isAbsent(cell, inNumbers: true) {
        return .unreadableValue
      }
    }
    if let cell = cells.target {
      let reason = EventBlock.reasonAgainstID(cell, empty: .emptyMemberID, mayHoldNul)
      if reason == .nulByte { return reason }
      targets.append(reason == nil ? cells.targetSpan : .none)
    }
    if columns.eventID != nil { eventIDs.append(cells.eventIDSpan) }
    rows.append(
      EventBlock.Row(
        memberHash: Interner.hash(cells.member),
        memberStart: Interner.firstBytes(cells.member), timestamp: instant.microseconds,
        value: value,
        member: cells.memberSpan,
        type: Int32(truncatingIfNeeded: types.intern(cells.event))))
    return nil
  }
}
