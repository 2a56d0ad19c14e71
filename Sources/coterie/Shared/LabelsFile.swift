import EventLog
import Foundation

/// The labels of rows, read from a CSV file whose last column they are.
struct LabelsFile {
  let path: String
  /// The label of each row, as text.
  let labels: [String]
  /// The first column, where it is not the last.
  let ids: [String]?

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
  }

  /// The labels as numbers, by order of appearance.
  var codes: [Int] { Self.codes(labels) }

  /// The labels, as numbers, of the rows in another file's order.
  ///
  /// Rows are matched by their ids where both files have the same ones, each once; else by place.
  func codes(inOrderOf other: LabelsFile) throws -> [Int] {
    guard labels.count == other.labels.count else {
      throw Failure.badInput(
        "\(other.path) labels \(other.labels.count) rows and \(path) labels \(labels.count): both "
          + "must label the same rows" + strangers(other))
    }
    guard let ids, let otherIDs = other.ids, ids != otherIDs else { return codes }
    var places: [String: Int] = [:]
    for (row, id) in ids.enumerated() { places[id] = row }
    let order = otherIDs.compactMap { places[$0] }
    guard order.isEmpty || Set(order).count == labels.count else {
      throw Failure.badInput(
        "\(other.path) and \(path) do not label the same members\(strangers(other)): label the same, "
          + "each once, or leave ids out to match rows by their order")
    }
    guard Set(order).count == labels.count else {
      Console.note(
        "the first columns of \(other.path) and \(path) do not name the same rows, so rows are "
          + "matched by their order")
      return codes
    }
    return Self.codes(order.map { labels[$0] })
  }

  /// How many ids only one of two files has, and the first few of them.
  private func strangers(_ other: LabelsFile) -> String {
    guard let ids, let otherIDs = other.ids else { return "" }
    func only(_ ids: [String], _ others: [String], _ path: String) -> String? {
      let others = Set(others)
      let alone = ids.filter { !others.contains($0) }
      guard !alone.isEmpty else { return nil }
      let examples = alone.prefix(3).joined(separator: ", ") + (alone.count > 3 ? ", …" : "")
      return "\(alone.count) only in \(path): \(examples)"
    }
    let parts = [only(otherIDs, ids, other.path), only(ids, otherIDs, path)].compactMap { $0 }
    return parts.isEmpty ? "" : " (\(parts.joined(separator: "; ")))"
  }

  private static func codes(_ labels: [String]) -> [Int] {
    var codes: [String: Int] = [:]
    return labels.map { label in
      if let code = codes[label] { return code }
      codes[label] = codes.count
      return codes.count - 1
    }
  }
}
