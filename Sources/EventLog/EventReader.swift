/// Reads event logs: CSV and JSON Lines, also gzipped, from files, memory and the standard input.
///
/// A bad record never becomes an event and never spoils its neighbours: it is counted, and handed to
/// `onRejection`. Columns are found by name; the rest of the columns are properties.
public struct EventReader {
  /// What a column of the log is for.
  public enum Role: String, Sendable, Hashable, CaseIterable {
    /// The id of the member who did it; needed.
    case memberID = "member_id"
    /// When; needed.
    case timestamp
    /// What; needed.
    case event
    /// A number that goes with it.
    case value
    /// The member it was done to.
    case targetID = "target_id"
    /// The event's own id: of events with the same id, the first one counts.
    case eventID = "event_id"

    var isNeeded: Bool { self == .memberID || self == .timestamp || self == .event }
  }

  /// Which properties are kept.
  public enum PropertySelection: Sendable, Hashable {
    /// All of them.
    case all
    /// Only those named.
    case named(Set<String>)
  }

  /// The column of each role; a role that is not named has the column of its own name.
  public var columns: [Role: String]
  /// Which properties are kept in memory.
  public var properties: PropertySelection
  /// How many rejected records end the run.
  public var rejectionLimit: RejectionLimit
  /// Called for every rejected record, in the order of the input.
  public var onRejection: (Rejection) throws -> Void

  /// Makes a reader.
  public init(
    columns: [Role: String] = [:], properties: PropertySelection = .all,
    rejectionLimit: RejectionLimit = .share(0.01),
    onRejection: @escaping (Rejection) throws -> Void = { _ in }
  ) {
    self.columns = columns
    self.properties = properties
    self.rejectionLimit = rejectionLimit
    self.onRejection = onRejection
  }

  /// Reads inputs, one after the other, into one history.
  ///
  /// - Returns: the events in the order of the inputs, and what was refused.
  /// - Throws: ``EventLogError`` for an input that cannot be read, is empty, lacks a column or is a
  ///   gzip stream cut short, and when more records were rejected than allowed.
  /// - Complexity: O(bytes).
  public func read(_ inputs: [Input]) throws -> (history: EventHistory, report: ReadReport) {
    var sink = EventSink(properties: properties)
    for input in inputs {
      let recordsBefore = sink.report.recordCount
      do {
        var lines = try LineScanner(ByteStream(input))
        guard let first = try lines.firstContentLine() else {
          throw EventLogError.empty(file: input.description)
        }
        if first.first(where: { $0 != 0x20 && $0 != 0x09 }) == ascii("{") {
          try readJSONLines(lines, of: input, into: &sink)
        } else {
          try readDelimited(
            DelimitedReader(lines, name: input.description), of: input, into: &sink)
        }
      } catch let damage as ByteStream.Damage {
        throw damage.asError(
          file: input.description, recordsRead: sink.report.recordCount - recordsBefore)
      }
    }
    try sink.report.check(against: rejectionLimit)
    sink.history.inferPropertyTypes()
    return (sink.history, sink.report)
  }

  func name(of role: Role) -> String { columns[role] ?? role.rawValue }

  private func readDelimited(
    _ opened: consuming DelimitedReader, of input: Input, into sink: inout EventSink
  ) throws {
    var reader = opened
    let header = reader.header
    var indices: [Role: Int] = [:]
    for role in Role.allCases {
      if let index = header.firstIndex(of: name(of: role)) {
        indices[role] = index
      } else if role.isNeeded || columns[role] != nil {
        throw EventLogError.missingColumn(
          file: input.description, role: role.rawValue, name: name(of: role), header: header)
      }
    }
    guard let member = indices[.memberID], let timestamp = indices[.timestamp],
      let event = indices[.event]
    else { return }
    let taken = Set(indices.values)
    let kept = header.indices.filter { index in
      guard !taken.contains(index), !header[index].isEmpty else { return false }
      switch properties {
      case .all: return true
      case .named(let names): return names.contains(header[index])
      }
    }
    while try reader.next() {
      sink.report.recordCount += 1
      var reason = reader.rejectionReason
      if reason == nil {
        reason = sink.take(
          reader, member: member, timestamp: timestamp, event: event, value: indices[.value],
          target: indices[.targetID], eventID: indices[.eventID])
        if reason == nil {
          for index in kept {
            reader.withCell(index) { bytes in sink.property(header[index], text: bytes) }
          }
        }
      }
      if let reason {
        let rejection = Rejection(
          file: input.description, line: reader.line, reason: reason,
          record: String(decoding: reader.record, as: UTF8.self))
        sink.report.add(rejection)
        try onRejection(rejection)
      }
    }
  }
}

/// Where records become events.
struct EventSink {
  var history = EventHistory()
  var report = ReadReport()
  let properties: EventReader.PropertySelection
  private var eventIDs = Interner()
  private var isRepeated = false

  init(properties: EventReader.PropertySelection) { self.properties = properties }

  /// Takes over a record, or says why not.
  mutating func take(
    _ reader: borrowing DelimitedReader, member: Int, timestamp: Int, event: Int, value: Int?,
    target: Int?, eventID: Int?
  ) -> RejectionReason? {
    isRepeated = false
    if let reason = reader.withCell(member, { Self.reasonAgainstID($0, empty: .emptyMemberID) }) {
      return reason
    }
    guard let instant = reader.withCell(timestamp, { Timestamp(bytes: $0) }) else {
      return .unreadableTimestamp
    }
    guard Timestamp.accepted.contains(instant) else { return .timestampOutOfRange }
    if let reason = reader.withCell(event, { Self.reasonAgainstID($0, empty: .emptyEventType) }) {
      return reason
    }
    var number: Double?
    if let value {
      let cell = reader.withCell(value) { bytes in
        trimmingBlanks(bytes).isEmpty ? .absent : Self.value(parseDecimal(bytes))
      }
      switch cell {
      case .absent: break
      case .number(let found): number = found
      case .rejected(let reason): return reason
      }
    }
    var targetIndex: Int?
    if let target {
      let reason = reader.withCell(target) { Self.reasonAgainstID($0, empty: .emptyMemberID) }
      if reason == .nulByte { return reason }
      if reason == nil { targetIndex = reader.withCell(target) { history.internMember($0) } }
    }
    if let eventID, isRepeat(reader.withCell(eventID) { eventIDNumber($0) }) { return nil }
    history.append(
      member: reader.withCell(member) { history.internMember($0) }, timestamp: instant,
      type: reader.withCell(event) { history.internType($0) }, value: number, target: targetIndex)
    return nil
  }

  /// Takes over an event that is already read.
  mutating func take(_ event: Event, eventID: String?) {
    isRepeated = false
    if var id = eventID, isRepeat(id.withUTF8 { eventIDNumber($0) }) { return }
    history.append(event)
  }

  /// Keeps a property of the event taken last, unless that was a repeated one.
  mutating func property(_ name: String, text: UnsafeBufferPointer<UInt8>) {
    if !isRepeated, !text.isEmpty { history.appendProperty(name, text: text) }
  }

  enum Cell {
    case absent
    case number(Double)
    case rejected(RejectionReason)
  }

  /// What a value's number means.
  static func value(_ number: Double?) -> Cell {
    guard let number else { return .rejected(.unreadableValue) }
    return abs(number) <= 1e15 ? .number(number) : .rejected(.valueOutOfRange)
  }

  static func reasonAgainstID(
    _ bytes: UnsafeBufferPointer<UInt8>, empty: RejectionReason
  ) -> RejectionReason? {
    if trimmingBlanks(bytes).isEmpty { return empty }
    return bytes.contains(0) ? .nulByte : nil
  }

  /// The number of an event id and whether it is new; nil for an empty one.
  private mutating func eventIDNumber(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool? {
    if bytes.isEmpty { return nil }
    let known = eventIDs.count
    return eventIDs.intern(bytes) == known
  }

  private mutating func isRepeat(_ isNew: Bool?) -> Bool {
    isRepeated = isNew == false
    if isRepeated { report.repeatedEventCount += 1 }
    return isRepeated
  }
}
