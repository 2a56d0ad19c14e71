import EventLog
import Foundation
import LinearAlgebra

/// A numeric matrix from a file: CSV with a header, also gzipped, or NumPy `.npy`.
struct NumericData {
  /// The names of the columns.
  let names: [String]
  /// The numbers, rows × columns, in the precision of the file.
  let array: NumericArray
  /// The cells of the id column, where one was asked for.
  let ids: [String]?

  /// The numbers as doubles.
  var doubles: Matrix<Double> {
    switch array.inMemory {
    case .float32(let matrix): matrix.converted()
    case .float64(let matrix): matrix
    }
  }

  /// Reads a file.
  ///
  /// `columns` are those wanted, nil for all in which every cell is a number; `id` is a column that
  /// names the rows, which is not a number of theirs. A `.npy` file is read where it lies if `maps`
  /// says so, and if that is nil, where it is large for this machine.
  init(path: String, columns: [String]?, id: String?, maps: Bool? = false) throws {
    if path.hasSuffix(".npy") {
      guard columns == nil, id == nil else {
        throw Failure.usage("\(path): a .npy file has no column names for --columns or --id")
      }
      let file = URL(fileURLWithPath: path)
      if maps ?? NumericArray.isLarge(file) {
        array = .mapped(try NumPyFile.map(file))
      } else {
        array = .read(try NumPyFile.read(file))
      }
      names = (0..<array.columnCount).map { "x\($0 + 1)" }
      ids = nil
      return
    }
    guard maps != true else {
      throw Failure.usage(
        "\(path): --map goes with a .npy file, whose numbers lie there as numbers")
    }
    if let columns, let (first, second) = columns.firstRepeated {
      throw Failure.usage(
        "--columns: " + repetition(of: "column", columns[first], columns[second]))
    }
    var reader = try DelimitedReader(Input(argument: path))
    let header = reader.header
    for name in (columns ?? []) + (id.map { [$0] } ?? []) where !header.contains(name) {
      throw Failure.usage(
        "\(path):1: no column \"\(name)\"\(suggestion(for: name, among: header))")
    }
    let idIndex = id.flatMap { header.firstIndex(of: $0) }
    let wanted = columns.map { names in names.compactMap { header.firstIndex(of: $0) } }
    var candidates = (wanted ?? Array(header.indices)).filter { $0 != idIndex }
      .map { NumericColumn(index: $0) }
    var ids: [String] = []
    while try reader.next() {
      if let problem = reader.problem {
        throw Failure.badInput("\(path):\(reader.line): \(problem): mend or remove the record")
      }
      if let idIndex { ids.append(reader.text(idIndex)) }
      for position in candidates.indices { candidates[position].take(&reader) }
    }
    try reader.decimalForms.check(file: path)
    if let note = reader.decimalForms.note { Console.note("\(path): \(note)") }
    if columns == nil { candidates.removeAll { $0.text != nil } }
    guard let first = candidates.first else {
      throw Failure.badInput(
        "\(path): no column holds numbers only; name the columns with --columns")
    }
    for column in candidates {
      if let (line, cell) = column.text ?? column.missing {
        let found = cell.isEmpty ? "is empty" : "is \"\(cell.prefix(40))\", no finite number"
        throw Failure.badInput(
          "\(path):\(line): column \"\(header[column.index])\" \(found): fill or remove the row, or "
            + "leave the column out with --columns")
      }
    }
    guard !first.numbers.isEmpty else {
      throw Failure.badInput("\(path): has a header but no rows")
    }
    var matrix = Matrix<Double>(rowCount: first.numbers.count, columnCount: candidates.count)
    for (position, column) in candidates.enumerated() {
      for (row, number) in column.numbers.enumerated() { matrix[row, position] = number }
    }
    names = candidates.map { header[$0.index] }
    array = .read(.float64(matrix))
    self.ids = idIndex == nil ? nil : ids
  }
}

/// A column that may turn out to hold numbers.
private struct NumericColumn {
  let index: Int
  var numbers: [Double] = []
  /// The first cell that is text, and its line.
  var text: (line: Int, cell: String)?
  /// The first cell that is empty, NaN or infinite, and its line.
  var missing: (line: Int, cell: String)?

  init(index: Int) { self.index = index }

  mutating func take(_ reader: inout DelimitedReader) {
    if text != nil { return }
    if let number = reader.number(index) {
      numbers.append(number)
      return
    }
    let cell = reader.text(index)
    let word = cell.trimmingCharacters(in: .whitespaces).lowercased()
    let isMissing =
      isAbsent(cell, inNumbers: true)
      || ["inf", "-inf", "+inf", "infinity", "-infinity"].contains(word)
    // A number too large for a double is no text either.
    if isMissing || Double(word) != nil {
      if missing == nil { missing = (reader.line, cell) }
      numbers.append(.nan)
    } else {
      text = (reader.line, cell)
    }
  }
}
