import ArgumentParser
import EventLog
import Segmentation

/// The columns, or keys, of events and members; they count more than the project file's.
struct ColumnOptions: ParsableArguments {
  @Option(
    name: .customLong("id-column"),
    help: "The column of member ids, in the events and, where it is there, in the members file.")
  var idColumn: String?

  @Option(name: .customLong("time-column"), help: "The column of the events' times.")
  var timeColumn: String?

  @Option(name: .customLong("event-column"), help: "The column of the events' types.")
  var eventColumn: String?

  @Option(
    help: ArgumentHelp(
      "The type of all events, where they have no column for it.", valueName: "name"))
  var event: String?

  @Option(name: .customLong("value-column"), help: "The column of the events' values.")
  var valueColumn: String?

  @Option(
    name: .customLong("joined-column"),
    help: "The column of the members file that says when they joined.")
  var joinedColumn: String?

  func validate() throws {
    if eventColumn != nil, event != nil {
      throw ValidationError("give --event-column or --event, not both")
    }
    if let event, event.utf8.allSatisfy({ $0 <= 0x20 }) || event.utf8.contains(0) {
      throw ValidationError("--event must be the name of an event type")
    }
  }

  /// The columns of the roles that are named by options or, less so, by a project.
  func roles(_ project: ProjectFile) -> [EventReader.Role: String] {
    var roles: [EventReader.Role: String] = [:]
    for (role, name) in project.columns {
      if let role = EventReader.Role(rawValue: role) { roles[role] = name }
    }
    let options: [(EventReader.Role, String?)] = [
      (.memberID, idColumn), (.timestamp, timeColumn), (.event, eventColumn), (.value, valueColumn),
    ]
    for (role, name) in options { roles[role] = name ?? roles[role] }
    if event != nil { roles[.event] = nil }
    return roles
  }

  /// The column of ids that members share with events.
  func memberID(_ project: ProjectFile, events: ReadReport) -> String? {
    roles(project)[.memberID] ?? events.memberIDColumn
  }
}

extension ReadReport {
  /// Says on the standard error what was understood of inputs that leave it open, once for all inputs of
  /// which the same is true.
  func tellNotes() {
    var files: [String: [String]] = [:]
    for note in notes { files[note.text, default: []].append(note.file) }
    for note in notes {
      guard let files = files.removeValue(forKey: note.text) else { continue }
      let others = files.count == 1 ? "" : " and \(counted(files.count - 1, "other file"))"
      Console.note("\(note.file)\(others): \(note.text)")
    }
  }
}
