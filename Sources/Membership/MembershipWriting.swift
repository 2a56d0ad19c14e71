import EventLog
import Models

extension MembershipTable {
  /// The header of the labels file.
  public static let csvHeader = "member_id,kind,source,segment,confidence,distance,novel"

  /// Hands the labels file to a closure, line by line.
  ///
  /// There is one row a membership, sorted by member, kind, source and segment. The last three
  /// cells are empty but for learned segments.
  public func writeCSV(_ write: (String) throws -> Void) rethrows {
    try write(Self.csvHeader + "\n")
    for membership in memberships {
      var line = quotedCell(memberIDs[membership.member])
      line += ",\(membership.kind.rawValue),\(quotedCell(membership.source)),"
      line += quotedCell(membership.segment)
      if let label = membership.label {
        line += ",\(label.confidence),\(label.distance),\(label.isNovel)\n"
      } else {
        line += ",,,\n"
      }
      try write(line)
    }
  }
}
