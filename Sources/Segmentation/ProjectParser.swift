import Engagement
import EventLog

/// Turns the nodes of a project file into a project, and collects what is wrong.
struct ProjectParser {
  var project = ProjectFile()
  private(set) var diagnostics: [Diagnostic] = []
  /// The names of scores, segments and stage machines that the file has, those with errors included.
  var declaredScores: [String] = []
  var declaredSegments: Set<String> = []
  var declaredStages: [String] = []
  /// Whether conditions may only ask for what the member's own events, features and attributes say.
  var standsAlone = false

  init(file: String) { project.file = file }

  /// Reports what is wrong at a place of the project file, or of a file that it names.
  mutating func report(_ position: SourcePosition, _ message: String, in file: String? = nil) {
    diagnostics.append(
      Diagnostic(file: file ?? project.file, position: position, message: message))
  }

  mutating func report(_ node: SourceNode, _ message: String) { report(node.position, message) }

  /// True where a key of a mapping was reported, so that what is missing may be what it stood for.
  func hasReportedKey(in node: SourceNode) -> Bool {
    let positions = Set((node.entries ?? []).map(\.keyPosition))
    return diagnostics.contains { $0.file == project.file && positions.contains($0.position) }
  }

  /// The entries of a mapping by key, with unknown and unsupported keys reported; nil for no mapping.
  mutating func fields(
    of node: SourceNode, in what: String, known: [String], unsupported: [String] = []
  ) -> [String: SourceNode]? {
    guard let entries = node.entries else {
      report(node, "\(what) needs a mapping with \(listing(known)), not \(node.kindName)")
      return nil
    }
    var fields: [String: SourceNode] = [:]
    for entry in entries {
      if known.contains(entry.key) {
        fields[entry.key] = entry.value
      } else if unsupported.contains(entry.key) {
        report(entry.keyPosition, "\"\(entry.key)\" in \(what) is not supported by this version")
      } else {
        let hint = suggestion(for: entry.key, among: known)
        let way = hint.isEmpty ? "; known are \(listing(known))" : hint
        report(entry.keyPosition, "unknown key \"\(entry.key)\" in \(what)\(way)")
      }
    }
    return fields
  }

  /// The entries of a mapping whose keys are names of the project's own; empty names are reported.
  mutating func namedEntries(of node: SourceNode, in what: String) -> [SourceNode.Entry] {
    guard let entries = node.entries else {
      report(node, "\(what) needs a mapping from names, not \(node.kindName)")
      return []
    }
    return entries.filter { entry in
      if entry.key.isEmpty { report(entry.keyPosition, "an empty name in \(what)") }
      return !entry.key.isEmpty
    }
  }

  mutating func text(_ node: SourceNode, _ what: String) -> String? {
    guard let text = node.text, !text.trimmingASCIIBlanks.isEmpty else {
      report(node, "\(what) needs a text, not \(node.kindName)")
      return nil
    }
    guard !text.unicodeScalars.contains(where: { $0.value == 0 }) else {
      report(node, "\(what) cannot hold the character NUL")
      return nil
    }
    return text
  }

  mutating func texts(_ node: SourceNode, _ what: String) -> [String]? {
    guard let items = node.items else {
      report(node, "\(what) needs a list of texts in [ ], not \(node.kindName)")
      return nil
    }
    let texts = items.compactMap { text($0, "an entry of \(what)") }
    return texts.count == items.count ? texts : nil
  }

  mutating func number(_ node: SourceNode, _ what: String) -> Double? {
    guard let number = node.plainText.flatMap(decimal) else {
      report(node, "\(what) needs a number, not \(node.kindName)")
      return nil
    }
    return number
  }

  mutating func wholeNumber(_ node: SourceNode, _ what: String, least: Int = 0) -> Int? {
    guard let text = node.plainText, let number = Int(text), number >= least,
      number <= 1_000_000_000_000
    else {
      report(node, "\(what) needs a whole number of at least \(least), not \(node.kindName)")
      return nil
    }
    return number
  }

  mutating func truthValue(_ node: SourceNode, _ what: String) -> Bool? {
    switch node.plainText {
    case "true": return true
    case "false": return false
    default:
      report(node, "\(what) needs true or false, not \(node.kindName)")
      return nil
    }
  }

  mutating func duration(_ node: SourceNode, _ what: String) -> ExactDuration? {
    guard let duration = node.text.flatMap(ExactDuration.init) else {
      report(
        node,
        "\(what) needs a duration such as 30d, 12h, 45m, 10s or 2w, up to "
          + "\(ExactDuration.longestInDays)d, not \(node.kindName)")
      return nil
    }
    return duration
  }

  mutating func instant(_ node: SourceNode, _ what: String) -> Timestamp? {
    guard let instant = node.text.flatMap({ Timestamp($0, in: project.settings.clock) }) else {
      report(
        node,
        "\(what) needs a date such as 2027-02-01 or an instant such as 2027-02-01T12:00:00Z, not "
          + node.kindName)
      return nil
    }
    return instant
  }

  mutating func choice<Choice: RawRepresentable & CaseIterable>(
    _ node: SourceNode, _ what: String, of type: Choice.Type = Choice.self
  ) -> Choice? where Choice.RawValue == String {
    let names = Choice.allCases.map(\.rawValue)
    guard let name = node.text else {
      report(node, "\(what) needs \(listing(names, "or")), not \(node.kindName)")
      return nil
    }
    guard let choice = Choice(rawValue: name) else {
      let hint = suggestion(for: name, among: names)
      report(
        node,
        "unknown \(what) \"\(name)\"" + (hint.isEmpty ? "; known are \(listing(names))" : hint))
      return nil
    }
    return choice
  }
}

/// The names as a phrase: `a, b and c`.
func listing(_ names: [String], _ conjunction: String = "and") -> String {
  guard let last = names.last, names.count > 1 else { return names.first ?? "nothing" }
  return names.dropLast().joined(separator: ", ") + " \(conjunction) " + last
}
