extension EventHistory {
  /// The same events with pseudonyms for the ids of members and targets.
  ///
  /// - Throws: ``EventLogError/equalPseudonyms(digitCount:idCount:)``.
  /// - Complexity: O(members).
  public func pseudonymized(
    with pseudonymizer: Pseudonymizer
  ) throws(EventLogError) -> EventHistory {
    var history = self
    history.replaceMemberIDs(by: try pseudonymizer.pseudonyms(of: memberIDs.strings))
    return history
  }
}

extension MemberTable {
  /// The same members and attributes with pseudonyms for ids.
  ///
  /// Attributes stay as they are: a column of names or addresses is to be left out of the file.
  ///
  /// - Throws: ``EventLogError/equalPseudonyms(digitCount:idCount:)``.
  /// - Complexity: O(members).
  public func pseudonymized(with pseudonymizer: Pseudonymizer) throws(EventLogError) -> MemberTable
  {
    MemberTable(
      ids: try pseudonymizer.pseudonyms(of: ids.strings), joinedAt: joinedAt,
      attributes: attributes)
  }
}

extension ReadReport {
  /// The same report, naming repeated members by pseudonyms, and without the records of its examples,
  /// which hold plain ids.
  public func pseudonymized(with pseudonymizer: Pseudonymizer) -> ReadReport {
    var report = self
    report.repeatedMembers = repeatedMembers.map { pseudonymizer.pseudonym(of: $0) }
    report.examples = examples.map { example in
      Rejection(file: example.file, line: example.line, reason: example.reason, record: "")
    }
    return report
  }
}
