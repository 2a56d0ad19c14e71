import ArgumentParser
import EventLog
import Membership

/// What a file of memberships is to hold.
struct LabelLayoutOptions: ParsableArguments {
  @Flag(
    name: .customLong("names"),
    help: "A column name after segment; with --wide a column MODEL:name after each model's.")
  var hasNames = false

  @Flag(name: .customLong("wide"), help: "One row a member instead of one a membership.")
  var isWide = false

  @Option(
    help: """
      Only the members of this segment: an id, a learned segment's name, a list, or MACHINE=STATE; may \
      be given several times.
      """)
  var only: [String] = []

  @Option(help: "Columns of the members file to add, parted by commas, such as email,plan.")
  var attributes: [NameList] = []

  @Flag(
    name: .customLong("probabilities"),
    help:
      "Columns MODEL:SEGMENT with how much a member belongs to each learned segment, adding up to 1."
  )
  var hasProbabilities = false

  /// The segments that `--only` names; nil where it was not given.
  func selection(in directory: SegmentDirectory) throws -> Set<SegmentReference>? {
    guard !only.isEmpty else { return nil }
    return Set(
      try only.flatMap { text in
        let found = directory.segments(called: text)
        guard found.isEmpty else { return found }
        throw Failure.usage(
          "--only: no segment \"\(text)\"" + suggestion(for: text, among: directory.texts))
      })
  }

  /// The layout, with the cells of the members' attributes.
  func layout(
    of table: MembershipTable, only: Set<SegmentReference>?, members: MemberTable, file: String?
  ) throws -> MembershipLayout {
    var layout = MembershipLayout()
    (layout.isWide, layout.hasNames, layout.only) = (isWide, hasNames, only)
    layout.attributes = try attributes.flatMap(\.names).map { name in
      guard let cells = members.cells(of: name, members: table.memberIDs) else {
        throw Failure.badInput(
          "\(file ?? "the members file"): no column \"\(name)\""
            + suggestion(for: name, among: members.columnNames))
      }
      return (name, cells)
    }
    return layout
  }
}
