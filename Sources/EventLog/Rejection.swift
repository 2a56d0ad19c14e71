/// Why a record did not become an event or a member.
public enum RejectionReason: Sendable, Hashable {
  /// The record has more or fewer cells than the header.
  case wrongColumnCount(found: Int, expected: Int)
  /// The bytes are not UTF-8.
  case invalidUTF8
  /// Something other than a separator follows a closing quote.
  case textAfterQuote
  /// A quote opens and never closes.
  case unterminatedQuote
  /// The record is longer than is read.
  case recordTooLong(limit: Int)
  /// The line is not one JSON object.
  case invalidJSON
  /// A JSON object lacks a key, or its value is of a wrong kind.
  case badKey(String)
  /// The member id is empty.
  case emptyMemberID
  /// The event type is empty.
  case emptyEventType
  /// An id or type holds a NUL byte.
  case nulByte
  /// The timestamp is in none of the accepted forms, or no day of the calendar.
  case unreadableTimestamp(String)
  /// The timestamp is a number that could be one since 1970, or a date without separators.
  case dateLikeNumber(String)
  /// The timestamp is outside the years 1970 to 2199.
  case timestampOutOfRange
  /// The value is not a finite decimal number.
  case unreadableValue
  /// The value is larger than 1e15 in size.
  case valueOutOfRange

  /// A record of another product's export lacks what an event needs.
  case unusable(String)

  /// A short name without particulars, by which rejections are counted.
  public var kind: String {
    switch self {
    case .wrongColumnCount: "wrong number of columns"
    case .invalidUTF8: "not UTF-8"
    case .textAfterQuote: "text after a closing quote"
    case .unterminatedQuote: "a quote that never closes"
    case .recordTooLong: "record too long"
    case .invalidJSON: "not a JSON object"
    case .badKey: "missing or wrong key"
    case .emptyMemberID: "empty member id"
    case .emptyEventType: "empty event type"
    case .nulByte: "NUL byte in an id or type"
    case .unreadableTimestamp: "unreadable timestamp"
    case .dateLikeNumber: "number that reads as a date"
    case .timestampOutOfRange: "timestamp outside 1970 to 2199"
    case .unreadableValue: "unreadable value"
    case .valueOutOfRange: "value beyond 1e15"
    case .unusable(let what): what
    }
  }
}

extension RejectionReason: CustomStringConvertible {
  /// The reason with its particulars, in a few words.
  public var description: String {
    switch self {
    case .wrongColumnCount(let found, let expected):
      "\(found) column\(found == 1 ? "" : "s") instead of \(expected)"
    case .recordTooLong(let limit): "record longer than \(limit) bytes"
    case .unreadableTimestamp(let text) where !text.isEmpty: "\(kind) \"\(text)\""
    case .dateLikeNumber(let text) where !text.isEmpty:
      "\(text) could be the date \(Self.date(text)) or a number since 1970"
    case .badKey(let key): "key \"\(key)\" is missing or of a wrong kind"
    default: kind
    }
  }
}

extension RejectionReason {
  /// The reason without what cells hold.
  var withoutCells: RejectionReason {
    switch self {
    case .unreadableTimestamp: .unreadableTimestamp("")
    case .dateLikeNumber: .dateLikeNumber("")
    default: self
    }
  }

  /// What else can be done about all records of this kind; nil where the reason says it.
  public var advice: String? {
    switch self {
    case .badKey:
      "keys of other names are given with --id-column, --time-column, --event-column or --event, and "
        + "--value-column"
    case .unreadableTimestamp: "accepted are \(TimeReading.acceptedForms)"
    case .dateLikeNumber(let text):
      "say which: --time-format \(Self.dateFormat(text)), or --time-unit s, ms, us or ns"
    default: nil
    }
  }

  /// `2024-05-01` of `20240501`.
  private static func date(_ digits: String) -> String {
    let digits = Array(digits)
    return [digits[0..<4], digits[4..<6], digits[6..<8]].map { String($0) }.joined(separator: "-")
  }

  /// The format of `20240501123000`.
  private static func dateFormat(_ digits: String) -> String {
    let times = [12: "%H%M", 14: "%H%M%S", 17: "%H%M%S%f"]
    return "%Y%m%d" + (times[digits.utf8.count] ?? "")
  }
}

/// A record that was not taken over, and why.
public struct Rejection: Sendable, Hashable, CustomStringConvertible {
  /// The input's name.
  public let file: String
  /// The line, counted from 1, on which the record begins.
  public let line: Int
  /// Why.
  public let reason: RejectionReason
  /// The record as it stands in the input; bytes that are not UTF-8 are replaced.
  public let record: String

  /// The same without what cells hold.
  var withoutCells: Rejection {
    Rejection(file: file, line: line, reason: reason.withoutCells, record: record)
  }

  /// File, line and reason, as shown to users.
  public var description: String { "\(file):\(line): \(reason)" }
}

/// How many records may be rejected before a run ends.
public enum RejectionLimit: Sendable, Hashable, CustomStringConvertible {
  /// At most so many records.
  case count(Int)
  /// At most this share, 0 to 1, of the records read.
  case share(Double)

  /// Reads `100` or `0.5%`, or nil where the text is neither.
  public init?(_ text: String) {
    if text.hasSuffix("%") {
      guard let percent = decimal(String(text.dropLast())), (0...100).contains(percent) else {
        return nil
      }
      self = .share(percent / 100)
    } else {
      guard let count = Int(text), count >= 0 else { return nil }
      self = .count(count)
    }
  }

  /// The limit as it is written on a command line.
  public var description: String {
    switch self {
    case .count(let count): String(count)
    case .share(let share): formatted(share * 100) + "%"
    }
  }

  func isExceeded(by rejected: Int, of records: Int) -> Bool {
    switch self {
    case .count(let limit): rejected > limit
    case .share(let share): Double(rejected) > share * Double(records)
    }
  }
}

/// What was understood of an input that leaves it open, for its users to check.
public struct InputNote: Sendable, Hashable {
  /// The input's name.
  public let file: String
  /// A sentence without its beginning, such as `member_id is read from "user_id"`.
  public let text: String
}

/// What was read and what was refused.
public struct ReadReport: Sendable, Hashable {
  /// A key that one JSON object has twice.
  public struct RepeatedKey: Sendable, Hashable {
    /// The line, counted from 1.
    public let line: Int
    /// The key.
    public let key: String
  }

  /// The number of rejections kept as examples.
  public static let exampleLimit = 5

  /// Records read, the rejected ones included; headers and empty lines are none.
  public internal(set) var recordCount = 0
  /// Records left out because an earlier one had the same event id.
  public internal(set) var repeatedEventCount = 0
  /// Members whose id stood in more than one row; the last one won.
  public internal(set) var repeatedMembers: [String] = []
  /// Rejected records by the kind of reason.
  public internal(set) var rejectedByKind: [String: Int] = [:]
  /// The first few rejections.
  public internal(set) var examples: [Rejection] = []

  /// How the times of each input are written, as far as that leaves something open.
  public internal(set) var timeForms: [String: TimeForms] = [:]

  /// Cells that are absent as they are not of their column's declared type.
  public internal(set) var mistyped: [MistypedCells] = []
  /// For each input, the first JSON object that has a key twice, whose last value counts.
  public internal(set) var repeatedKeys: [String: RepeatedKey] = [:]
  /// Records that say which ids are of one member, or something else that is no activity; they are no events.
  public internal(set) var identityRecordCount = 0
  /// Which ids are of one member, by those records.
  public internal(set) var identities: Set<Identity> = []
  /// What was understood of inputs that leave it open.
  public internal(set) var notes: [InputNote] = []

  /// The column of member ids where it was found by a usual name, the first input's.
  public internal(set) var memberIDColumn: String?

  /// The number of rejected records.
  public var rejectedCount: Int { rejectedByKind.values.reduce(0, +) }

  /// Makes an empty report.
  public init() {}

  mutating func add(_ rejection: Rejection) {
    rejectedByKind[rejection.reason.kind, default: 0] += 1
    if examples.count < Self.exampleLimit { examples.append(rejection) }
  }

  /// Notes the columns that were found by a usual name.
  mutating func add(_ found: [EventReader.Role: String], file: String) {
    memberIDColumn = memberIDColumn ?? found[.memberID]
    let columns = EventReader.Role.allCases.compactMap { role in
      found[role].map { (role: role.rawValue, name: $0) }
    }
    note(columns, file: file)
  }

  mutating func note(_ columns: [(role: String, name: String)], file: String) {
    guard let first = columns.first else { return }
    let others = columns.dropFirst().map { "\($0.role) from \"\($0.name)\"" }
    notes.append(
      InputNote(
        file: file,
        text: listed(["\(first.role) is read from \"\(first.name)\""] + others, "and")))
  }

  mutating func add(_ forms: TimeForms, file: String) throws(EventLogError) {
    try forms.check(file: file)
    if forms != TimeForms() { timeForms[file] = forms }
  }

  mutating func addRepeatedKey(_ key: String, line: Int, of file: String) {
    if repeatedKeys[file] == nil { repeatedKeys[file] = RepeatedKey(line: line, key: key) }
  }

  mutating func add(_ forms: DecimalForms, file: String) throws(EventLogError) {
    try forms.check(file: file)
    if let text = forms.note { notes.append(InputNote(file: file, text: text)) }
  }

  func check(against limit: RejectionLimit) throws {
    if limit.isExceeded(by: rejectedCount, of: recordCount) {
      throw EventLogError.tooManyRejected(
        rejected: rejectedCount, records: recordCount, allowed: limit.description,
        first: examples.first.map { first in
          first.description + (first.reason.advice.map { " (\($0))" } ?? "")
        } ?? "")
    }
  }
}
