/// Which columns of a members file, or keys of its objects, are no mere attributes.
struct MemberColumns {
  var id = "member_id"
  var joined = "joined_at"
  /// Those that were found by a usual name.
  var found: [(role: String, name: String)] = []
  /// The columns that may be when members joined, where several may and none is taken.
  var doubtful: [String] = []

  /// Notes what was understood.
  func note(in report: inout ReadReport, file: String) {
    report.note(found, file: file)
    guard !doubtful.isEmpty else { return }
    let names = listed(doubtful.map { "\"\($0)\"" }, "or")
    report.notes.append(
      InputNote(
        file: file,
        text: "joined_at may be \(names), and none is taken: name it with --joined-column"))
  }
}

extension MemberReader {
  /// Which of some columns hold the id and when members joined.
  ///
  /// - Throws: ``EventLogError/missingColumns(file:columns:header:)``.
  func columns(of names: [String], file: String) throws(EventLogError) -> MemberColumns {
    var columns = MemberColumns()
    var missing: [MissingColumn] = []
    if let idColumn, names.contains(idColumn) {
      columns.id = idColumn
    } else if !names.contains(columns.id) {
      let candidates = WellKnownColumns.memberID.matching(names)
      if candidates.count == 1 {
        columns.id = candidates[0]
        columns.found.append(("member_id", columns.id))
      } else {
        missing.append(
          MissingColumn(role: "member_id", name: idColumn ?? columns.id, candidates: candidates))
      }
    }
    let candidates = WellKnownColumns.joinedAt.matching(names.filter { $0 != columns.id })
    if let joinedColumn {
      columns.joined = joinedColumn
      if !names.contains(joinedColumn) {
        missing.append(
          MissingColumn(role: "joined_at", name: joinedColumn, candidates: candidates))
      }
    } else if !names.contains(columns.joined) {
      if candidates.count == 1 {
        columns.joined = candidates[0]
        columns.found.append(("joined_at", columns.joined))
      } else {
        columns.doubtful = candidates
      }
    }
    guard missing.isEmpty else {
      throw .missingColumns(file: file, columns: missing, header: names)
    }
    return columns
  }
}
