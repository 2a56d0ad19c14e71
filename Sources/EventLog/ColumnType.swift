/// The type of an attribute of members, or of a property of events.
public enum ColumnType: String, Sendable, Hashable, CaseIterable {
  /// Text, which is the same where its bytes are.
  case text
  /// Finite numbers.
  case number
  /// `true` or `false`.
  case boolean
  /// Instants and dates; for attributes only.
  case time
  /// Several items a cell, as `a|b|c`; for attributes only.
  case list

  /// The types that a property of events may have.
  public static let ofProperties: [ColumnType] = [.text, .number, .boolean]

  /// The type that the texts of a column have by themselves: numbers where all are in their shortest form of
  /// at most 15 digits, truth values, times (for attributes), lists where nearly all hold a `|`; else text.
  ///
  /// What a number would not give back as it is written is text, so that `007` and `7`, `1.10` and `1.1`, and
  /// ids of 18 digits stay apart.
  ///
  /// - Parameters:
  ///   - texts: the cells that are not empty; what stands for an absent number is none.
  ///   - clock: the zone of times without an offset; nil where times are not looked for, nor lists.
  init(inferredFrom texts: [String], clock: Clock?) {
    let present = texts.filter { !isAbsent($0, inNumbers: true) }
    if present.isEmpty {
      self = .text
    } else if present.allSatisfy(isShortestNumber) {
      self = .number
    } else if texts.allSatisfy({ $0 == "true" || $0 == "false" }) {
      self = .boolean
    } else if let clock, present.allSatisfy({ Timestamp($0, in: clock) != nil }) {
      self = .time
    } else if clock != nil,
      10 * texts.count(where: { $0.utf8.contains(ascii("|")) }) >= 9 * texts.count
    {
      self = .list
    } else {
      self = .text
    }
  }
}

/// Whether a text is a number as ``formatted(_:)`` writes it, of at most 15 digits.
func isShortestNumber(_ text: String) -> Bool {
  guard text.utf8.count <= 24, let number = decimal(text) else { return false }
  return text.utf8.count(where: { $0 &- 0x30 < 10 }) <= 15 && formatted(number) == text
}

/// Cells that are not of the type that was declared for their column, and so are absent.
public struct MistypedCells: Sendable, Hashable {
  /// The column.
  public let column: String
  /// Its type.
  public let type: ColumnType
  /// How many rows or events have such cells.
  public internal(set) var count: Int
  /// The first of them.
  public let first: String
}
