import Foundation
import Membership
import Models
import Segmentation

/// How many members each segment has.
struct SegmentCounts {
  private struct Row {
    let kind: String
    let source: String
    let id: String
    let name: String
    let count: Int
    let novel: Int?
  }

  private var rows: [Row] = []
  private let total: Int

  /// Counts the members of all segments of a table, or only of some.
  init(_ table: MembershipTable, project: ProjectFile, only: Set<SegmentReference>? = nil) {
    total = table.memberIDs.count
    let written = Dictionary(
      (table.written + table.lists + table.stages).map { ($0.reference, $0.members.count) },
      uniquingKeysWith: { first, _ in first })
    for entry in SegmentDirectory(models: table.models, project: project).entries
    where only?.contains(entry.segment) ?? true {
      let segment = entry.segment
      var (count, novel) = (written[segment] ?? 0, Int?.none)
      if let model = table.models.first(where: { $0.name == segment.source }),
        segment.kind == .learned,
        let position = model.model.segments.firstIndex(where: { $0.id == segment.id })
      {
        let own = (table.labels[model.name] ?? []).compactMap { $0 }.filter {
          $0.segment == position
        }
        (count, novel) = (own.count, own.count(where: \.isNovel))
      }
      rows.append(
        Row(
          kind: segment.kind.rawValue, source: segment.source, id: segment.id, name: entry.name,
          count: count, novel: novel))
    }
  }

  var json: JSONValue {
    .array(
      rows.map { row in
        .object([
          "kind": .string(row.kind), "source": .string(row.source), "segment": .string(row.id),
          "name": .string(row.name), "members": .integer(row.count),
          "novel": row.novel.map { .integer($0) } ?? .null,
        ])
      })
  }

  var text: String {
    var table = TextTable(header: ["segment", "kind", "members", "share", "novel"])
    for row in rows {
      let title = row.name == row.id ? row.id : "\(row.id) \(row.name)"
      let source = row.source.isEmpty ? row.kind : "\(row.kind) (\(row.source))"
      table.add([
        title, source, String(row.count), percent(row.count, of: total),
        row.novel.map(String.init) ?? "",
      ])
    }
    return table.text
  }
}

/// A share in percent, one digit behind the point.
func percent(_ part: Int, of whole: Int) -> String {
  whole == 0 ? "–" : String(format: "%.1f %%", 100 * Double(part) / Double(whole))
}
