import EventLog
import Foundation
import LinearAlgebra

/// Writes a matrix as CSV with a header; numbers read back exactly, NaN is an empty cell.
///
/// `ids` are a name and a cell for each row, put first.
func writeCSV(
  _ matrix: Matrix<Double>, columns: [String], ids: (name: String, cells: [String])? = nil,
  to path: String
) throws {
  let file = try OutputFile(path)
  let header = (ids.map { [$0.name] } ?? []) + columns
  try file.write(header.map(quotedCell).joined(separator: ",") + "\n")
  try appendCSV(matrix, ids: ids?.cells, to: file)
  try file.commit()
}

/// Adds the rows of a matrix as lines of CSV, which begin with `prefix` and with the row's id.
func appendCSV(
  _ matrix: Matrix<Double>, prefix: String = "", ids: [String]?, to file: OutputFile
) throws {
  // Lines are made side by side, some blocks of rows at a time, while those before are written.
  let (rowsAtOnce, blocksAtOnce) = (4096, 16)
  let blockCount = (matrix.rowCount + rowsAtOnce - 1) / rowsAtOnce
  var written: [[UInt8]] = []
  for first in stride(from: 0, through: blockCount, by: blocksAtOnce) {
    let count = min(blocksAtOnce, blockCount - first)
    var made = [[UInt8]](repeating: [], count: count)
    var failure: (any Error)?
    made.withUnsafeMutableBufferPointer { made in
      nonisolated(unsafe) let (made, file) = (made, file)
      let finished = written
      nonisolated(unsafe) var thrown: (any Error)?
      forEachBlock(count: count + 1, threadCount: availableProcessorCount) { task in
        guard task > 0 else {
          do {
            for block in finished { try file.write(block) }
          } catch {
            thrown = error
          }
          return
        }
        let start = (first + task - 1) * rowsAtOnce
        made[task - 1] = lines(
          start..<min(matrix.rowCount, start + rowsAtOnce), of: matrix, prefix: prefix, ids: ids)
      }
      failure = thrown
    }
    if let failure { throw failure }
    written = made
  }
  for block in written { try file.write(block) }
}

/// Some rows as lines of CSV.
private func lines(
  _ rows: Range<Int>, of matrix: Matrix<Double>, prefix: String, ids: [String]?
) -> [UInt8] {
  var bytes: [UInt8] = []
  bytes.reserveCapacity(rows.count * (16 + prefix.utf8.count + 12 * matrix.columnCount))
  for row in rows {
    bytes.append(contentsOf: prefix.utf8)
    if let ids {
      bytes.append(contentsOf: quotedCell(ids[row]).utf8)
      bytes.append(UInt8(ascii: ","))
    }
    for (position, value) in matrix.row(row).enumerated() {
      if position > 0 { bytes.append(UInt8(ascii: ",")) }
      if value == value.rounded(), abs(value) < 1e15 {
        appendDecimal(Int(value), to: &bytes)
      } else if !value.isNaN {
        bytes.append(contentsOf: value.description.utf8)
      }
    }
    bytes.append(UInt8(ascii: "\n"))
  }
  return bytes
}

/// A whole number in decimal.
private func appendDecimal(_ number: Int, to bytes: inout [UInt8]) {
  if number < 0 { bytes.append(UInt8(ascii: "-")) }
  withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 20) { digits in
    var (place, rest) = (20, number.magnitude)
    repeat {
      place -= 1
      digits.initializeElement(
        at: place, to: UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10))
      rest /= 10
    } while rest > 0
    bytes.append(contentsOf: UnsafeBufferPointer(rebasing: digits[place...]))
  }
}

/// Writes a tree in SciPy's form, as `.npy` or CSV.
func writeLinkage(_ matrix: Matrix<Double>, to path: String) throws {
  if path.hasSuffix(".npy") {
    try NumPyFile.write(.float64(matrix), to: URL(fileURLWithPath: path))
    return
  }
  let file = try OutputFile(path)
  try file.write("a,b,height,size\n")
  for row in 0..<matrix.rowCount {
    let (a, b) = (Int(matrix[row, 0]), Int(matrix[row, 1]))
    try file.write("\(a),\(b),\(matrix[row, 2]),\(Int(matrix[row, 3]))\n")
  }
  try file.commit()
}

/// Writes labels: the name of the rows' id, or `row`, and `label`.
func writeLabels(
  _ labels: [Int], ids: (name: String, cells: [String])?, to path: String
) throws {
  let file = try OutputFile(path)
  try file.write("\(quotedCell(ids?.name ?? "row")),label\n")
  if let ids {
    for (row, label) in labels.enumerated() {
      try file.write("\(quotedCell(ids.cells[row])),\(label)\n")
    }
  } else {
    // Bytes, not text: there may be a hundred million lines.
    let rowsAtOnce = 4096
    for first in stride(from: 0, to: labels.count, by: rowsAtOnce) {
      let rows = first..<min(labels.count, first + rowsAtOnce)
      try file.write(labelLines(rows, labels))
    }
  }
  try file.commit()
}

/// The lines of some rows, numbers in decimal.
private func labelLines(_ rows: Range<Int>, _ labels: [Int]) -> [UInt8] {
  // Two numbers of at most 19 digits.
  [UInt8](unsafeUninitializedCapacity: 40 * rows.count) { bytes, count in
    func append(_ number: Int, _ end: Unicode.Scalar) {
      let first = count
      var rest = number
      repeat {
        bytes.initializeElement(at: count, to: UInt8(ascii: "0") + UInt8(rest % 10))
        count += 1
        rest /= 10
      } while rest > 0
      for offset in 0..<(count - first) / 2 { bytes.swapAt(first + offset, count - 1 - offset) }
      bytes.initializeElement(at: count, to: UInt8(ascii: end))
      count += 1
    }
    for row in rows {
      append(row, ",")
      append(labels[row], "\n")
    }
  }
}
