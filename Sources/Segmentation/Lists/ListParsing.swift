import Engagement
import EventLog

extension ProjectParser {
  private static let listKeys = ["members", "file", "expires", "review_by", "owner"]

  /// Parses `lists`.
  mutating func parseLists(_ node: SourceNode, readFile: (String) throws -> String) {
    for entry in namedEntries(of: node, in: "lists") {
      let what = "list \(entry.key)"
      guard let fields = fields(of: entry.value, in: what, known: Self.listKeys) else { continue }
      var entries: [ListEntry] = []
      var path: String?
      var memberLines: ClosedRange<Int>?
      switch (fields["members"], fields["file"]) {
      case (let node?, nil):
        entries = (texts(node, "members") ?? []).map { ListEntry(memberID: $0) }
        let first = (entry.value.entries ?? []).first { $0.key == "members" }?.keyPosition.line
        let last = node.items?.last?.position.line ?? node.position.line
        memberLines = min(first ?? last, last)...last
      case (nil, let node?):
        path = text(node, "file")
        guard let path else { continue }
        entries = self.entries(inFile: path, node, what, readFile: readFile)
      default:
        if hasReportedKey(in: entry.value) { break }
        report(entry.value, "\(what) needs either members or a file")
      }
      project.lists[entry.key] = ListDefinition(
        entries: entries, expires: fields["expires"].flatMap { instant($0, "expires") },
        reviewBy: fields["review_by"].flatMap { instant($0, "review_by") },
        owner: fields["owner"].flatMap { text($0, "owner") }, file: path,
        position: entry.keyPosition, memberLines: memberLines)
    }
  }

  private mutating func entries(
    inFile path: String, _ node: SourceNode, _ what: String, readFile: (String) throws -> String
  ) -> [ListEntry] {
    do {
      return try ListFile(try readFile(path)).entries(in: project.settings.clock)
    } catch ListFileError.badCells(let cells, let count) {
      let file = project.path(ofListFile: path)
      for cell in cells { report(cell.position, cell.message, in: file) }
      if count > cells.count {
        report(node, "\(what): \"\(path)\" has \(count - cells.count) more such cells")
      }
    } catch {
      report(node, "\(what): \"\(path)\" cannot be read: \(error)")
    }
    return []
  }
}

extension ProjectFile {
  /// Where a list's file is, from its path as written: relative to the project file.
  public func path(ofListFile path: String) -> String {
    guard !path.hasPrefix("/"), let slash = file.lastIndex(of: "/") else { return path }
    return file[...slash] + path
  }
}
