import EventLog

/// What an importer writes, as text.
struct ImportedText: Equatable {
  var events = ""
  var members = ""

  init(_ community: ImportedCommunity) {
    community.writeEvents { events += $0 }
    community.writeMembers { members += $0 }
  }
}
