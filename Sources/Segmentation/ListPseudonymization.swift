public import EventLog

extension ProjectFile {
  /// The same project with lists of pseudonyms, for a log whose members have them.
  ///
  /// People write lists with the ids they know, or with pseudonyms out of an earlier answer. An entry
  /// that has a pseudonym's form therefore stands for itself, too.
  public func pseudonymizingLists(with pseudonymizer: Pseudonymizer) -> ProjectFile {
    var project = self
    project.lists = lists.mapValues { list in
      ListDefinition(
        members: list.members.flatMap { id in
          [pseudonymizer.pseudonym(of: id)] + (pseudonymizer.isPseudonym(id) ? [id] : [])
        },
        expires: list.expires, position: list.position)
    }
    return project
  }
}
