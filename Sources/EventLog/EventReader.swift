import Foundation

/// Reads event logs: CSV and JSON Lines, also gzipped, from files, memory and the standard input.
///
/// JSON Lines hold flat objects, or records of the Segment specification (`userId`, `anonymousId`, `event`
/// or `type`, `timestamp`, `messageId`, `properties`).
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

  /// The column of each role; a role that is not named has the column of its own name, or the only one that
  /// has a usual name of member ids, times or events.
  public var columns: [Role: String]
  /// The type of all events of a log without a column for it.
  public var eventName: String?
  /// What is made of values, such as a feature's name: logs without any are refused with it.
  public var valuesNeededBy: String?
  /// How times are read.
  public var times = TimeReading()
  /// Whether messages may show what cells hold; not where ids are replaced by pseudonyms.
  public var showsCells = true
  /// Which properties are kept in memory.
  public var properties: PropertySelection
  /// The types of properties that do not have the type which their values have by themselves.
  public var propertyTypes: [String: ColumnType] = [:]
  /// How many rejected records end the run.
  public var rejectionLimit: RejectionLimit
  /// Called for every rejected record, in the order of the input.
  public var onRejection: (Rejection) throws -> Void
  /// Told how far the reader is; one may be looked at while it reads.
  public var progress: ReadProgress?
  /// How many different event types a log may have.
  package var maximumTypeCount = 1 << 16
  /// How many different values of a property are kept.
  package var maximumPropertyValueCount = 1 << 22
  /// How many events are kept: positions of events have 32 bits.
  package var maximumEventCount = Int(Int32.max)
  /// Whether usual lines of JSON are read by a shorter way, on which no result depends.
  package var readsPlainJSON = true

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
  /// - Parameters:
  ///   - inputs: Where to read from.
  ///   - threadCount: How many threads read at once, by default all cores; the history does not
  ///     depend on it.
  /// - Returns: the events in the order of the inputs, and what was refused.
  /// - Throws: ``EventLogError`` for an input that cannot be read, is empty, lacks columns or values
  ///   that are needed or is a gzip stream cut short, when more records were rejected than allowed, and when there are more
  ///   event types (65,536), values of a property (2^22) or events (2^31 − 1) than are kept.
  /// - Complexity: O(bytes).
  public func read(
    _ inputs: [Input], threadCount: Int? = nil
  ) throws -> (history: EventHistory, report: ReadReport) {
    var history = EventHistory()
    var report = try scan(
      inputs, threadCount: threadCount ?? ProcessInfo.processInfo.activeProcessorCount
    ) { blocks in
      for block in blocks { history.append(block) }
      try check(history)
    }
    report.mistyped = history.setPropertyTypes(propertyTypes)
    return (history, report)
  }

  private func check(_ history: EventHistory) throws {
    guard history.count <= maximumEventCount else {
      throw EventLogError.tooManyEvents(limit: maximumEventCount)
    }
    let crowded = history.properties.filter { $0.value.values.count > maximumPropertyValueCount }
    if let name = crowded.keys.min(by: bytesPrecede) {
      throw EventLogError.tooManyPropertyValues(name: name, limit: maximumPropertyValueCount)
    }
  }

  func name(of role: Role) -> String { columns[role] ?? role.rawValue }
}
