import EventLog

// A list is a membership by itself: it needs no segment that repeats it.

extension ProjectFile {
  /// The names of the lists that are memberships by themselves, in ascending order of their bytes.
  ///
  /// These are all lists but those whose name is the id of a segment of kind list, which stands for it.
  public var listsOfTheirOwn: [String] {
    lists.keys.filter { name in
      !segments.contains { $0.kind == .list && bytesAreEqual($0.id, name) }
    }.sorted(by: bytesPrecede)
  }

  /// The names of the lists that segments of kind list name.
  public var repeatedLists: Set<String> {
    Set(
      segments.compactMap { segment in
        if case .list(let name, _) = segment.membership { name } else { nil }
      })
  }

  /// A project whose only segments are the lists of ``listsOfTheirOwn``, by their names: what can be asked
  /// of a segment can so be asked of a list.
  public var listsAsSegments: ProjectFile {
    var project = ProjectFile()
    project.file = file
    project.settings = settings
    project.lists = lists
    project.segments = listsOfTheirOwn.compactMap { name in
      lists[name].map { list in
        SegmentDefinition(
          id: name, name: nil, description: nil, membership: .list(name: name, expires: nil),
          memory: SegmentMemory(stayWhile: nil, leastStay: nil, cooldown: nil), purpose: nil,
          onEnter: [], onExit: [], tag: nil, expectedSize: nil, reviewBy: list.reviewBy,
          position: list.position)
      }
    }
    return project
  }
}

extension ListDefinition {
  /// What is to be said of ids on a list that nobody has; under pseudonyms the first few are not named.
  public static func warning(
    ofUnknown ids: [String], onList name: String, tellsIDs: Bool = true
  ) -> String {
    let few = ids.prefix(5).joined(separator: ", ") + (ids.count > 5 ? ", …" : "")
    let count = ids.count == 1 ? "an id" : "\(ids.count) ids"
    return "the list \"\(name)\" has \(count) that nobody has"
      + (tellsIDs ? ": \(few)" : "; without pseudonyms, the ids are named")
  }
}
