import Clustering
import Foundation
import LinearAlgebra
import TestSupport
import Testing

/// Every instruction set, number of threads and way of skipping rows does what Lloyd's algorithm
/// does as the books have it.
struct KMeansEngineTests {
  static let engines: [(engine: KMeans.Engine, threadCount: Int)] =
    InstructionSet.supported.flatMap { set in
      [1, 2, 3, 7].map { (KMeans.Engine(instructionSet: set, leastWorkOfThread: 0), $0) }
        + [(KMeans.Engine(instructionSet: set, skipsRows: false), 2)]
    }

  /// A random problem: rows, start, and weights or none.
  struct Problem: Sendable, CustomTestStringConvertible {
    let name: String
    let samples: Matrix<Double>
    let start: Matrix<Double>
    var weights: [Double]?
    var isSingle = false
    var testDescription: String {
      "\(name) n=\(samples.rowCount) d=\(samples.columnCount) k=\(start.rowCount)"
    }

    /// 200 of many shapes: d 1 to 40, k 1 to 60, duplicates and ties, far offsets, both precisions.
    static let random: [Problem] = (0..<200).map { seed in
      var generator = SeededGenerator(seed: UInt64(seed), stream: 3)
      let d = 1 + generator.below(seed % 4 == 0 ? 40 : 12)
      let k = 1 + generator.below(seed % 5 == 0 ? 60 : 12)
      let n = k + generator.below(150)
      let name: String
      var samples: Matrix<Double>
      switch seed % 5 {
      case 0:
        name = "lattice"
        samples = RandomSamples.lattice(n, d, side: 4, seed: UInt64(seed))
      case 1:
        name = "far"
        samples = RandomSamples.blobs(n, d, centers: k, offset: 1e6, seed: UInt64(seed))
      case 2:
        name = "duplicates"
        let few = RandomSamples.blobs(max(k, n / 4), d, centers: k, seed: UInt64(seed))
        samples = few.selectingRows((0..<n).map { $0 < k ? $0 : generator.below(few.rowCount) })
      case 3:
        name = "outliers"
        samples = RandomSamples.blobs(n, d, centers: k, seed: UInt64(seed))
        for _ in 0..<3 { samples[generator.below(n), generator.below(d)] *= 1e5 }
      default:
        name = "blobs"
        samples = RandomSamples.blobs(n, d, centers: k, seed: UInt64(seed))
      }
      let isSingle = seed % 2 == 1
      if isSingle {
        let single: Matrix<Float> = samples.converted()
        samples = single.converted()
      }
      let weights =
        seed % 3 == 0 ? (0..<n).map { _ in 0.25 * Double(1 + generator.below(8)) } : nil
      return Problem(
        name: "\(seed) \(name)", samples: samples,
        start: samples.selectingRows(generator.sample(k, outOf: n)), weights: weights,
        isSingle: isSingle)
    }

    /// Enough rows for several threads and for skipping.
    static let large: [Problem] = (0..<6).map { seed in
      let (d, k) = ([2, 5, 8, 11, 16, 3][seed], [30, 20, 12, 9, 8, 50][seed])
      let n = 2200 + 131 * seed
      let samples =
        seed % 3 == 2
        ? RandomSamples.lattice(n, d, side: 30, seed: UInt64(seed))
        : RandomSamples.blobs(n, d, centers: k, offset: seed == 3 ? 1e6 : 0, seed: UInt64(seed))
      var generator = SeededGenerator(seed: UInt64(seed), stream: 4)
      return Problem(
        name: "large", samples: samples,
        start: samples.selectingRows(generator.sample(k, outOf: n)))
    }
  }

  @Test(arguments: Problem.random + Problem.large)
  func everyEngineIsPlainLloyd(problem: Problem) throws {
    let samples = problem.samples
    let rows = (0..<samples.rowCount).map { Array(samples.row($0)) }
    let start = (0..<problem.start.rowCount).map { Array(problem.start.row($0)) }
    let k = start.count
    guard Set(rows).count >= k else {
      #expect(throws: ClusteringError.self) { try allFits(problem) }
      return
    }
    let fits = try allFits(problem)
    for fit in fits.dropFirst() { #expect(fit == fits[0]) }
    let plain = PlainLloyd(rows, from: start, weights: problem.weights)
    // A cluster that loses all its rows is refilled; there is no plain answer.
    guard !plain.hasEmptied else { return }
    #expect(partition(fits[0].labels) == partition(plain.labels))
    #expect(fits[0].iterationCount == plain.iterationCount)
  }

  private func allFits(_ problem: Problem) throws -> [KMeansFit] {
    var kMeans = KMeans(
      clusterCount: problem.start.rowCount, initialization: .centroids(problem.start),
      maximumIterations: 1000, tolerance: 0)
    let single: Matrix<Float> = problem.samples.converted()
    return try Self.engines.map { engine, threadCount in
      kMeans.threadCount = threadCount
      return problem.isSingle
        ? try kMeans.fit(single, weights: problem.weights, engine: engine)
        : try kMeans.fit(problem.samples, weights: problem.weights, engine: engine)
    }
  }

  @Test(arguments: [1e-300, 1e-30, 1, 1e30, 1e140])
  func scaleChangesNoLabel(scale: Double) throws {
    let samples = RandomSamples.blobs(300, 5, centers: 4, seed: 12)
    let scaled = Matrix(
      rowCount: 300, columnCount: 5, elements: samples.elements.map { $0 * scale })
    func labels(_ samples: Matrix<Double>, _ engine: KMeans.Engine) throws -> [Int] {
      try KMeans(
        clusterCount: 4, initialization: .centroids(samples.selectingRows([0, 50, 100, 150])),
        tolerance: 0
      ).fit(samples, engine: engine).labels
    }
    for (engine, _) in Self.engines {
      // Under 1e-150 or so all squared distances are 0 in double precision, too.
      if scale < 1e-150 {
        #expect(try labels(scaled, engine).count == 300)
      } else {
        #expect(try labels(scaled, engine) == labels(samples, engine))
      }
    }
  }

  @Test func startsFarFromTheRowsAreCompared() throws {
    let samples = RandomSamples.blobs(200, 3, centers: 3, seed: 2)
    let start = Matrix<Double>(rows: [[1e12, 0, 0], [-1e12, 1, 0]])
    let plain = PlainLloyd(
      (0..<200).map { Array(samples.row($0)) }, from: (0..<2).map { Array(start.row($0)) })
    try #require(!plain.hasEmptied)
    for (engine, _) in Self.engines {
      let fit = try KMeans(clusterCount: 2, initialization: .centroids(start), tolerance: 0)
        .fit(samples, engine: engine)
      #expect(partition(fit.labels) == partition(plain.labels))
    }
  }

  @Test func predictionIsTheSameOnEveryInstructionSet() throws {
    let centroids = RandomSamples.blobs(13, 7, centers: 5, seed: 3)
    let model = KMeansModel(centroids: centroids)
    let rows = RandomSamples.blobs(3000, 7, centers: 5, seed: 4)
    let nearest = (0..<3000).map { row in
      PlainLloyd.nearest(Array(rows.row(row)), (0..<13).map { Array(centroids.row($0)) }).label
    }
    for set in InstructionSet.supported {
      #expect(try model.predict(rows, instructionSet: set) == nearest)
      let single: Matrix<Float> = rows.converted()
      #expect(
        try model.predict(single, instructionSet: set)
          == model.predict(single.converted(to: Double.self), instructionSet: .baseline))
    }
  }

  @Test func unknownInstructionSetsAreRefused() throws {
    let supported = InstructionSet.supported.map(\.rawValue)
    #expect(throws: ClusteringError.kernel("sse9", supported: supported)) {
      try InstructionSet.selected(named: "sse9")
    }
    #expect(supported.contains("baseline"))
    for name in supported {
      #expect(try InstructionSet.selected(named: name).rawValue == name)
    }
    #expect(try InstructionSet.selected(named: nil) == InstructionSet.supported.last)
  }
}
