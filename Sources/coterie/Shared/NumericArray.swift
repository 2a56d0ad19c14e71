import Foundation
import LinearAlgebra

/// A matrix in memory or in a mapped file, in one of two precisions.
///
/// Of concrete types: generic code that is called with them is compiled for each, and fast.
enum NumericArray {
  case read(NumPyArray)
  case mapped(MappedNumPyArray)

  /// The numbers in memory; copied where they are in a file.
  var inMemory: NumPyArray {
    switch self {
    case .read(let array): array
    case .mapped(.float32(let matrix)): .float32(Matrix(matrix))
    case .mapped(.float64(let matrix)): .float64(Matrix(matrix))
    }
  }

  var columnCount: Int {
    switch self {
    case .read(let array): array.columnCount
    case .mapped(.float32(let matrix)): matrix.columnCount
    case .mapped(.float64(let matrix)): matrix.columnCount
    }
  }

  /// True where a file takes more than an eighth of the machine's memory.
  ///
  /// A smaller one is better read at once, in one go of the disk, than page by page in the first
  /// pass over it; a larger one would push out what else is in memory.
  static func isLarge(_ file: URL) -> Bool {
    let attributes = try? FileManager.default.attributesOfItem(atPath: file.path)
    guard attributes?[.type] as? FileAttributeType == .typeRegular,
      let size = (attributes?[.size] as? NSNumber)?.uint64Value
    else { return false }
    return size > ProcessInfo.processInfo.physicalMemory / 8
  }
}

/// Throws where the machine has not the memory for a copy of numbers that are in a mapped file.
///
/// Without it the system would end the process, and tell no one why.
func checkCopyFits<Samples: RowMajorMatrix>(
  of samples: Samples, elementSize: Int, path: String, because reason: String
) throws {
  if samples is Matrix<Samples.Element> { return }
  let memory = ProcessInfo.processInfo.physicalMemory
  let (count, size) = (Double(samples.rowCount * samples.columnCount), Double(elementSize))
  guard count * size > Double(memory) else { return }
  let sizes = [count * size, Double(memory)].map { String(format: "%.1f GB", $0 / 1e9) }
  throw Failure.badInput(
    "\(path): \(reason) needs a copy of \(sizes[0]), and this machine has \(sizes[1]) of memory: "
      + "cluster a sample of the rows, or prepare the file beforehand")
}
