import EventLog
import Foundation

/// The labels of rows, read from a CSV file whose last column they are.
struct LabelsFile {
  let path: String
  /// The label of each row, as text.
  let labels: [String]
  /// The first column, where it is not the last.
  let ids: [String]?
  /// True where the first column numbers the rows, as `cluster` writes it, and names nobody.
  let isNumbered: Bool

  init(path: String) throws {
    self.path = path
    var reader = try DelimitedReader(Input(argument: path))
    let last = reader.header.count - 1
    if Double(reader.header[last]) != nil {
      throw Failure.badInput(
        "\(path):1: the first line is no header: put one before it, such as row,label")
    }
    var (labels, ids): ([String], [String]) = ([], [])
    while try reader.next() {
      if let problem = reader.problem {
        throw Failure.badInput("\(path):\(reader.line): \(problem): mend or remove the record")
      }
      let label = reader.text(last)
      if label.allSatisfy(\.isWhitespace) {
        throw Failure.badInput(
          "\(path):\(reader.line): the last column, \"\(reader.header[last])\", holds no label: "
            + "fill or remove the row")
      }
      labels.append(label)
      if last > 0 { ids.append(reader.text(0)) }
    }
    if labels.isEmpty { throw Failure.badInput("\(path): has a header but no rows") }
    self.labels = labels
    self.ids = last > 0 ? ids : nil
    isNumbered = last > 0 && reader.header[0] == "row"
  }

  /// The labels as numbers, by order of appearance.
  var codes: [Int] { Self.codes(labels) }

  /// The labels, as numbers, of the rows in another file's order.
  ///
  /// Rows are matched by their ids where both files have the same ones, each once; by place where they
  /// have none in common.
  func codes(inOrderOf other: LabelsFile) throws -> [Int] {
    guard labels.count == other.labels.count else {
      throw Failure.badInput(
        "\(other.path) labels \(counted(other.labels.count, "row")) and \(path) labels \(labels.count): both "
          + "must label the same rows" + (other.ids.map { strangers($0, of: other.path) } ?? ""))
    }
    return try other.ids.map { try codes(ofIDs: $0, in: other.path) } ?? codes
  }

  /// The labels, as numbers, of rows that another file names by these ids, as many as there are labels.
  func codes(ofIDs otherIDs: [String], in otherPath: String) throws -> [Int] {
    guard let ids, ids != otherIDs else { return codes }
    var known = Interner()
    var places: [Int] = []
    for (row, id) in ids.enumerated() {
      let place = known.intern(id)
      if place == places.count { places.append(row) } else { places[place] = row }
    }
    let order = otherIDs.compactMap { known.index(of: $0).map { places[$0] } }
    guard !order.isEmpty else {
      Console.note(
        "the first columns of \(otherPath) and \(path) do not name the same rows, so rows are "
          + "matched by their order")
      return codes
    }
    guard Set(order).count == labels.count else {
      throw Failure.badInput(
        "\(otherPath) and \(path) are not about the same members"
          + "\(strangers(otherIDs, of: otherPath)): make them so, each once, or leave ids out to match "
          + "rows by their order")
    }
    return Self.codes(order.map { labels[$0] })
  }

  /// How many ids only one of two files has, and the first few of them.
  private func strangers(_ otherIDs: [String], of otherPath: String) -> String {
    guard let ids else { return "" }
    func only(_ ids: [String], _ others: [String], _ path: String) -> String? {
      let others = Set(others)
      let alone = ids.filter { !others.contains($0) }
      guard !alone.isEmpty else { return nil }
      let examples = alone.prefix(3).joined(separator: ", ") + (alone.count > 3 ? ", …" : "")
      return "\(alone.count) only in \(path): \(examples)"
    }
    let parts = [only(otherIDs, ids, otherPath), only(ids, otherIDs, path)].compactMap { $0 }
    return parts.isEmpty ? "" : " (\(parts.joined(separator: "; ")))"
  }

  /// Labels are the same where their bytes are.
  private static func codes(_ labels: [String]) -> [Int] {
    var known = Interner()
    return labels.map { known.intern($0) }
  }
}
