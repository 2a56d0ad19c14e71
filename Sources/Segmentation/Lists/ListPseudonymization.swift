public import EventLog

extension ProjectFile {
  /// The same project with lists of pseudonyms, for a log whose members have them.
  ///
  /// People write lists with the ids they know, or with pseudonyms out of an earlier answer. An entry
  /// that has a pseudonym's form therefore stands for itself, too. Who put members on a list or took
  /// them off, and why, is left out: such texts name people.
  public func pseudonymizingLists(with pseudonymizer: Pseudonymizer) -> ProjectFile {
    var project = self
    project.lists = lists.mapValues { list in
      let ownForms = Set(list.members.filter { pseudonymizer.isPseudonym($0) })
      return list.replacing(
        list.entries.flatMap { entry in
          let id = entry.memberID
          let ids = [pseudonymizer.pseudonym(of: id)] + (pseudonymizer.isPseudonym(id) ? [id] : [])
          return ids.map { id in
            ListEntry(
              memberID: id, added: entry.added, expires: entry.expires, removed: entry.removed)
          }
        },
        pseudonymsOfPseudonyms: Dictionary(
          uniqueKeysWithValues: ownForms.map { ($0, pseudonymizer.pseudonym(of: $0)) }))
    }
    return project
  }
}
