import Clustering
import LinearAlgebra

/// A verb that works on the rows of one matrix, wherever they lie and in whatever precision.
protocol SampleVerb {
  /// The file.
  var data: String { get }
  var columns: [NameList] { get }
  var id: String? { get }
  /// The precision asked for; nil leaves it to the data.
  var samplePrecision: ClusteringOptions.Precision? { get }
  /// Whether the file is read in place; nil leaves it to its size.
  var map: Bool? { get }

  /// Works on the samples as they were asked for.
  func run<Samples: RowMajorMatrix>(
    on samples: Samples, _ input: NumericData, readSeconds: Double, _ started: Stopwatch
  ) throws where Samples.Element: BLASScalar
}

extension SampleVerb {
  /// Reads the data, brings them to the precision asked for and goes on; errors name the file.
  func runOnSamples() throws {
    var stopwatch = Stopwatch()
    Console.progress("reading \(data)")
    let input = try NumericData(path: data, columns: NameList(columns)?.names, id: id, maps: map)
    let seconds = stopwatch.lap()
    do {
      switch input.array {
      case .read(.float32(let samples)): try convert(samples, input, seconds, stopwatch)
      case .read(.float64(let samples)): try convert(samples, input, seconds, stopwatch)
      case .mapped(.float32(let samples)): try convert(samples, input, seconds, stopwatch)
      case .mapped(.float64(let samples)): try convert(samples, input, seconds, stopwatch)
      }
    } catch let error as ClusteringError {
      Console.endProgress()
      throw Failure.badInput("\(data): \(error)")
    }
  }

  private func convert<Samples: RowMajorMatrix>(
    _ given: Samples, _ input: NumericData, _ seconds: Double, _ stopwatch: Stopwatch
  ) throws where Samples.Element: BLASScalar {
    let size = MemoryLayout<Samples.Element>.stride
    switch samplePrecision {
    case .float32 where size != 4:
      try checkCopyFits(of: given, elementSize: 4, path: data, because: "--precision float32")
      try run(
        on: given.converted(to: Float.self), input, readSeconds: seconds, stopwatch)
    case .float64 where size != 8:
      try checkCopyFits(of: given, elementSize: 8, path: data, because: "--precision float64")
      try run(
        on: given.converted(to: Double.self), input, readSeconds: seconds, stopwatch)
    default: try run(on: given, input, readSeconds: seconds, stopwatch)
    }
  }

  /// What `--standardize` does with the samples; columns that are the same in all rows are left out,
  /// and said.
  func scaling<Samples: RowMajorMatrix>(
    of samples: Samples, _ names: [String]
  ) throws -> ColumnScaling where Samples.Element: BLASScalar {
    let scaling = try ColumnScaling(samples)
    for (column, name) in names.enumerated() where !scaling.kept.contains(column) {
      Console.note("column \"\(name)\" is left out: it is the same in all rows")
    }
    guard !scaling.kept.isEmpty else {
      throw Failure.badInput(
        "\(data): every column is the same in all rows, so nothing tells rows apart: choose other "
          + "columns or leave --standardize out")
    }
    return scaling
  }
}
