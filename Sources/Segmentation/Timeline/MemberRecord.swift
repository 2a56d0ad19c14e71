import Engagement
public import EventLog

/// What an attribute of a member can hold.
public enum AttributeValue: Sendable, Hashable {
  /// A finite number.
  case number(Double)
  /// True or false.
  case boolean(Bool)
  /// An instant; one that is later than the as-of time does not exist yet.
  case time(Timestamp)
  /// Several items.
  case list([String])
  /// Everything else.
  case text(String)
}

/// All facts that are known of one member, each with its time: what a timeline is replayed from.
///
/// Facts may be added in any order. Of two values of one attribute, list or label at the same time,
/// the one that was added last counts.
public struct MemberRecord: Sendable, Hashable {
  /// A value that holds from an instant on.
  struct Change<Value: Sendable & Hashable>: Sendable, Hashable {
    /// Microseconds since 1970; the least number for "from the beginning".
    let time: Int64
    let value: Value
  }

  /// The member's id.
  public let memberID: String
  private(set) var events: [Event] = []
  private(set) var received: [Event] = []
  private(set) var attributes: [String: [Change<AttributeValue?>]] = [:]
  private(set) var lists: [String: [Change<ListStanding>]] = [:]
  private(set) var labels: [String: [Change<LearnedLabel?>]] = [:]

  /// Makes the record of a member of whom nothing is known.
  public init(memberID: String) { self.memberID = memberID }

  /// Adds an event that the member did.
  public mutating func add(_ event: Event) { events.append(event) }

  /// Adds an event that was done to the member.
  public mutating func receive(_ event: Event) { received.append(event) }

  /// Sets an attribute, `joined_at` among them, from an instant on, or from the beginning.
  public mutating func set(
    _ attribute: String, to value: AttributeValue?, at time: Timestamp? = nil
  ) {
    insert(
      Change(time: time?.microseconds ?? .min, value: value), &attributes[attribute, default: []])
  }

  /// Puts the member on a list, or off it, from an instant on, or from the beginning.
  ///
  /// - Parameters:
  ///   - list: the list's name.
  ///   - isOn: on it, or off.
  ///   - time: from when on; nil for the beginning.
  ///   - expires: when the stay ends of itself, for members who are put on the list.
  ///   - name: who does it.
  ///   - reason: why.
  public mutating func set(
    list: String, isOn: Bool, at time: Timestamp? = nil, expires: Timestamp? = nil,
    by name: String? = nil, reason: String? = nil
  ) {
    var entry = ListEntry(memberID: memberID)
    if isOn {
      (entry.added, entry.expires, entry.addedBy, entry.reason) = (time, expires, name, reason)
    } else {
      (entry.removed, entry.removedBy, entry.removalReason) = (time, name, reason)
    }
    set(list: list, to: ListStanding(entry: entry, isOn: isOn), at: time)
  }

  /// Sets what people did about the member and a list.
  mutating func set(list: String, to standing: ListStanding, at time: Timestamp?) {
    insert(Change(time: time?.microseconds ?? .min, value: standing), &lists[list, default: []])
  }

  /// Sets what a model says of the member from an instant on, or from the beginning.
  public mutating func set(model: String, label: LearnedLabel?, at time: Timestamp? = nil) {
    insert(Change(time: time?.microseconds ?? .min, value: label), &labels[model, default: []])
  }

  /// Keeps attributes, lists and labels only.
  mutating func forgetEvents() {
    events = []
    received = []
  }

  private func insert<Value>(_ change: Change<Value>, _ changes: inout [Change<Value>]) {
    let index = changes.firstIndex { $0.time > change.time } ?? changes.endIndex
    changes.insert(change, at: index)
  }

  /// What holds of some changes at an instant; nil before the first of them.
  static func value<Value>(_ changes: [Change<Value>]?, at instant: Int64) -> Value? {
    changes?.last { $0.time <= instant }?.value
  }
}

extension MemberRecord {
  /// The attributes of a row of a community, which hold from the beginning.
  init(row: Int, of community: Community) {
    self.init(memberID: community.memberIDs[row])
    guard let tableRow = community.memberTableRow(ofRow: row) else { return }
    if let joined = community.members.joinedAt[tableRow] { set("joined_at", to: .time(joined)) }
    for (name, column) in community.members.attributes {
      set(name, to: AttributeValue(column, row: tableRow))
    }
  }
}

extension AttributeValue {
  /// The value of a cell, nil where it is empty.
  init?(_ column: AttributeColumn, row: Int) {
    let value: AttributeValue? =
      switch column {
      case .number(let cells): cells[row].isNaN ? nil : .number(cells[row])
      case .boolean(let cells): cells[row].map { .boolean($0) }
      case .time(let cells): cells[row].map { .time($0) }
      case .list(let cells): cells[row].map { .list($0) }
      case .text(let cells): cells[row].map { .text($0) }
      }
    guard let value else { return nil }
    self = value
  }

  /// A column of one cell.
  var column: AttributeColumn {
    switch self {
    case .number(let number): .number([number])
    case .boolean(let isTrue): .boolean([isTrue])
    case .time(let instant): .time([instant])
    case .list(let items): .list([items])
    case .text(let text): .text([text])
    }
  }
}
