/// A column that is needed, or was named, and is not there.
public struct MissingColumn: Sendable, Hashable {
  /// What it is for: `member_id`, `timestamp` and so on.
  public let role: String
  /// The name that was looked for.
  public let name: String
  /// The columns that may be meant by their names, in the order of the header.
  public let candidates: [String]

  /// Makes one.
  public init(role: String, name: String, candidates: [String] = []) {
    self.role = role
    self.name = name
    self.candidates = candidates
  }
}

extension [MissingColumn] {
  /// What is missing, what may be meant, and how it is named, in one line.
  func message(file: String, header: [String]) -> String {
    let names = listed(map { "\"\($0.name)\"" }, "and")
    var text = "\(file):1: no column\(count == 1 ? "" : "s") \(names) in the header (found: "
    text += Self.shown(header) + ")"
    for missing in self {
      if missing.candidates.isEmpty {
        text += suggestion(for: missing.name, among: header)
      } else {
        let candidates = listed(missing.candidates.map { "\"\($0)\"" }, "or")
        text += "; the \(missing.role) may be \(candidates)"
      }
    }
    let options = compactMap(\.option)
    if !options.isEmpty {
      text += "; name \(count == 1 ? "it" : "them") with \(listed(options, "and"))"
    }
    let roles = filter { EventReader.Role(rawValue: $0.role) != nil }.map { "\($0.role): NAME" }
    if !roles.isEmpty {
      text +=
        (options.isEmpty ? "; name \(count == 1 ? "it" : "them")" : ", or")
        + " in the project file: "
      text += "events: {columns: {\(roles.joined(separator: ", "))}}"
    }
    return text
  }

  private static func shown(_ header: [String]) -> String {
    let shown = header.prefix(12).map { $0.count > 40 ? String($0.prefix(40)) + "…" : $0 }
    return shown.joined(separator: ", ") + (header.count > 12 ? ", …" : "")
  }
}

extension MissingColumn {
  /// The option that names the column.
  fileprivate var option: String? {
    if role == "joined_at" { return "--joined-column" }
    if role == "event" { return "--event-column (or --event NAME, where all are of one kind)" }
    return EventReader.Role(rawValue: role)?.option
  }
}

/// `a, b and c`.
func listed(_ texts: [String], _ word: String) -> String {
  guard let last = texts.last, texts.count > 1 else { return texts.first ?? "" }
  return texts.dropLast().joined(separator: ", ") + " \(word) \(last)"
}
