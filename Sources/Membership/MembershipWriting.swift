import EventLog
import LinearAlgebra
import Models
public import Segmentation

/// What a file of memberships holds, and in which form.
public struct MembershipLayout: Sendable {
  /// One row a member instead of one a membership.
  public var isWide = false
  /// Whether segments' names stand beside their ids.
  public var hasNames = false
  /// The segments whose members are written; nil for all.
  public var only: Set<SegmentReference>?
  /// Columns that are added at the end: a name, and a cell for each member of the table.
  public var attributes: [(name: String, cells: [String])] = []

  /// The usual layout: one row a membership.
  public init() {}
}

extension MembershipTable {
  /// The header of the usual labels file.
  public static let csvHeader = "member_id,kind,source,segment,confidence,distance,novel"

  /// Hands the labels file to a closure, line by line.
  ///
  /// There is one row a membership, sorted by member, kind, source and segment: ``csvHeader``, with a
  /// column `name` after `segment` where names are wanted. The three cells of a label are empty but for
  /// learned segments. Where the table has ``probabilities``, a column `MODEL:SEGMENT` follows for each
  /// learned segment, filled in the rows of its model. In the wide layout there is one row a member:
  /// `member_id`, a column a model with the segment's id, empty for those whom it is not about (followed by `MODEL:name`, where names are wanted,
  /// and `MODEL:SEGMENT` for probabilities), a column a stage machine with the state, and a column a
  /// segment or list with `true` or `false`, each group in ascending order of the names' bytes. Where two
  /// columns would have one name, their kinds go first: `rule:vip`, `list:vip`. Attributes come last.
  ///
  /// - Parameters:
  ///   - layout: what is written, and how.
  ///   - project: gives names to segments.
  ///   - write: takes a line.
  public func writeCSV(
    _ layout: MembershipLayout = MembershipLayout(), project: ProjectFile = ProjectFile(),
    _ write: (String) throws -> Void
  ) rethrows {
    if layout.isWide {
      try writeWide(layout, project: project, write)
    } else {
      try writeLong(layout, project: project, write)
    }
  }

  private func writeLong(
    _ layout: MembershipLayout, project: ProjectFile, _ write: (String) throws -> Void
  ) rethrows {
    let directory = SegmentDirectory(models: models, project: project)
    let names = Dictionary(
      directory.entries.map { ($0.segment, $0.name) }, uniquingKeysWith: { first, _ in first })
    var header = Self.csvHeader.split(separator: ",").map(String.init)
    if layout.hasNames { header.insert("name", at: 4) }
    var columns: [(model: String, segment: Int)] = []
    for model in models where probabilities[model.name] != nil {
      for (position, segment) in model.model.segments.enumerated() {
        columns.append((model.name, position))
        header.append("\(model.name):\(segment.id)")
      }
    }
    header += layout.attributes.map(\.name)
    try write(Self.line(header))
    for membership in memberships {
      guard layout.only?.contains(membership.reference) ?? true else { continue }
      var cells = [
        memberIDs[membership.member], membership.kind.rawValue, membership.source,
        membership.segment,
      ]
      if layout.hasNames { cells.append(names[membership.reference] ?? membership.segment) }
      cells +=
        membership.label.map { ["\($0.confidence)", "\($0.distance)", "\($0.isNovel)"] }
        ?? ["", "", ""]
      for column in columns {
        let isOwn = membership.kind == .learned && membership.source == column.model
        let share = isOwn ? probabilities[column.model]?[membership.member, column.segment] : nil
        cells.append(share.map { "\($0)" } ?? "")
      }
      cells += layout.attributes.map { $0.cells[membership.member] }
      try write(Self.line(cells))
    }
  }

  private func writeWide(
    _ layout: MembershipLayout, project: ProjectFile, _ write: (String) throws -> Void
  ) rethrows {
    let columns = wideColumns(layout, project: project)
    var wanted: Set<Int>?
    if let only = layout.only {
      wanted = Set(memberships.filter { only.contains($0.reference) }.map(\.member))
    }
    try write(Self.line(["member_id"] + Self.names(columns)))
    for member in memberIDs.indices where wanted?.contains(member) ?? true {
      try write(Self.line([memberIDs[member]] + columns.map { $0.cell(member) }))
    }
  }

  /// A column of the wide layout.
  private struct WideColumn {
    let kind: String
    let name: String
    let cell: (Int) -> String
  }

  /// The columns' names, with their kinds where several have one.
  private static func names(_ columns: [WideColumn]) -> [String] {
    let counts = columns.reduce(into: ["member_id": 1]) { $0[$1.name, default: 0] += 1 }
    return columns.map { counts[$0.name] == 1 ? $0.name : "\($0.kind):\($0.name)" }
  }

  private func wideColumns(_ layout: MembershipLayout, project: ProjectFile) -> [WideColumn] {
    var columns: [WideColumn] = []
    for model in models {
      let labels = labels[model.name] ?? []
      let segments = model.model.segments
      columns.append(
        WideColumn(kind: "learned", name: model.name) { member in
          labels[member].map { segments[$0.segment].id } ?? ""
        })
      if layout.hasNames {
        let names = segments.indices.map { model.segmentName($0, in: project) }
        columns.append(
          WideColumn(kind: "learned", name: "\(model.name):name") { member in
            labels[member].map { names[$0.segment] } ?? ""
          })
      }
      guard let shares = probabilities[model.name] else { continue }
      columns += segments.enumerated().map { position, segment in
        WideColumn(kind: "learned", name: "\(model.name):\(segment.id)") {
          labels[$0] == nil ? "" : "\(shares[$0, position])"
        }
      }
    }
    for machine in Set(stages.map(\.source)).sorted(by: bytesPrecede) {
      var states = [String](repeating: "", count: memberIDs.count)
      for state in stages where state.source == machine {
        for member in state.members { states[member] = state.id }
      }
      columns.append(WideColumn(kind: "stage", name: machine) { [states] in states[$0] })
    }
    let segments = (lists + written).sorted { bytesPrecede($0.id, $1.id) }
    for segment in segments {
      let members = Set(segment.members)
      columns.append(
        WideColumn(kind: segment.kind.rawValue, name: segment.id) {
          members.contains($0) ? "true" : "false"
        })
    }
    return columns
      + layout.attributes.map { attribute in
        WideColumn(kind: "attribute", name: attribute.name) { attribute.cells[$0] }
      }
  }

  private static func line(_ cells: [String]) -> String {
    cells.map(quotedCell).joined(separator: ",") + "\n"
  }
}

extension Membership {
  /// Which segment it is a membership in.
  public var reference: SegmentReference {
    SegmentReference(kind: kind, source: source, id: segment)
  }
}
