import Clustering
import Foundation
import LinearAlgebra
import TestSupport
import Testing

struct LocalSearchTests {
  /// More rows than the small sample takes whole.
  private let samples = RandomSamples.blobs(9000, 2, centers: 6, seed: 21)

  /// Large enough for two samples and for several threads to share both.
  @Test(arguments: [2, 7, 19])
  func sampledSearchDoesNotDependOnThreadsOrInstructions(columnCount: Int) throws {
    let samples = RandomSamples.blobs(140_003, columnCount, centers: 6, seed: 21)
    var configuration = KMeans(clusterCount: 6, restartCount: 2, seed: 3, threadCount: 1)
    let one = try configuration.fit(samples)
    for instructionSet in InstructionSet.supported {
      for threadCount in [1, 3] {
        configuration.threadCount = threadCount
        let engine = KMeans.Engine(instructionSet: instructionSet)
        #expect(try configuration.fit(samples, engine: engine) == one)
      }
    }
  }

  @Test func sampledSearchIsAsGoodAsThePlainOneOnAllRows() throws {
    let plain = try KMeans(clusterCount: 6, initialization: .kMeansPlusPlus, restartCount: 5)
      .fit(samples)
    let search = try KMeans(clusterCount: 6).fit(samples)
    #expect(search.inertia <= plain.inertia * 1.0001)
  }

  @Test(arguments: [300, 9000])
  func moreRestartsAreNeverWorse(rowCount: Int) throws {
    let samples = RandomSamples.lattice(rowCount, 2, side: 100, seed: 2)
    let inertias = try [1, 2, 4].map {
      try KMeans(clusterCount: 9, restartCount: $0, seed: 4).fit(samples).inertia
    }
    #expect(inertias == inertias.sorted(by: >))
  }

  @Test func searchIsNeverWorseThanItsStart() throws {
    let samples = RandomSamples.lattice(400, 3, side: 50, seed: 6)
    for seed in 0..<5 as Range<UInt64> {
      let plain = try KMeans(
        clusterCount: 12, initialization: .kMeansPlusPlus, restartCount: 1, tolerance: 0, seed: seed
      ).fit(samples)
      let search = try KMeans(clusterCount: 12, restartCount: 1, tolerance: 0, seed: seed)
        .fit(samples)
      #expect(search.inertia <= plain.inertia * 1.01)
    }
  }

  @Test func weightsAreRepeatedRowsInTheSampleToo() throws {
    // A tenth of the rows weigh nothing and stand far away: they must not draw a centroid.
    let weights = (0..<9000).map { (row: Int) -> Double in row % 10 == 0 ? 0 : Double(1 + row % 3) }
    var moved = samples
    for row in stride(from: 0, to: 9000, by: 10) { moved[row, 0] = 1e6 }
    let fit = try KMeans(clusterCount: 6).fit(moved, weights: weights)
    let kept = (0..<9000).filter { weights[$0] > 0 }
    let without = try KMeans(clusterCount: 6).fit(
      moved.selectingRows(kept), weights: kept.map { weights[$0] })
    #expect(relativeError(fit.inertia, without.inertia) < 1e-3)
    #expect(fit.model.centroids.elements.allSatisfy { $0 < 1000 })
  }

  @Test func distinctRowsThatTheSampleMissesAreStillFound() throws {
    var rows = Matrix<Double>(rowCount: 20_000, columnCount: 1)
    rows[7000, 0] = 1
    rows[7001, 0] = 2
    let fit = try KMeans(clusterCount: 3).fit(rows)
    #expect(fit.sizes == [19_998, 1, 1])
    #expect(fit.inertia == 0)
  }

  @Test func agreementEndsTheRestarts() throws {
    var steps: [KMeans.Step] = []
    _ = try KMeans(clusterCount: 3).fit(RandomSamples.blobs(60, 2, centers: 3, seed: 1)) {
      steps.append($0)
    }
    #expect(
      steps == [
        .seeding(restart: 0), .iterating(restart: 0), .seeding(restart: 1), .finishing,
      ])
  }
}

/// The defaults on sets whose clusters are known.
@Suite(.enabled(if: ReferenceData.isPresent, "\(ReferenceData.absence)"))
struct EveryClusterTests {
  #if DEBUG
    static let sets = ["r15", "s1", "s3", "a1", "a2", "a3", "unbalance"]
    static let seeds: Range<UInt64> = 0..<1
  #else
    static let sets = ["r15", "s1", "s3", "a1", "a2", "a3", "unbalance", "birch1"]
    static let seeds: Range<UInt64> = 0..<20
  #endif

  @Test(arguments: sets)
  func defaultsFindEveryCluster(set: String) throws {
    let samples = try ReferenceData.set(set)
    let suffix = set == "birch1" ? ".csv.gz" : ".csv"
    let truth = try NumericTable(ReferenceData.file("clusters/\(set).labels\(suffix)"))
      .labels("labels0")
    let clusterCount = try #require(truth.max())
    var means = Matrix<Double>(rowCount: clusterCount, columnCount: samples.columnCount)
    for cluster in 1...clusterCount {
      let rows = truth.indices.filter { truth[$0] == cluster }
      for column in 0..<samples.columnCount {
        means[cluster - 1, column] =
          rows.reduce(0) { $0 + samples[$1, column] } / Double(rows.count)
      }
    }
    let reference = try KMeans(
      clusterCount: clusterCount, initialization: .centroids(means), tolerance: 0
    ).fit(samples).inertia
    let fits = try Self.seeds.map { try KMeans(clusterCount: clusterCount, seed: $0).fit(samples) }
    let indices = fits.map { centroidIndex($0.model.centroids, means) }
    #expect(indices.filter { $0 > 0 }.count <= Self.seeds.count / 20, "\(indices)")
    #expect(fits.allSatisfy { $0.inertia <= 1.01 * reference })
  }

  struct Best: Decodable, Sendable, CustomTestStringConvertible {
    let set: String
    let k: Int
    let best_inertia_found: Double
    var testDescription: String { "\(set) k=\(k)" }

    static let all: [Best] = {
      struct File: Decodable { let best_of_many_restarts: [Best] }
      guard let data = try? Data(contentsOf: ReferenceData.file("reference/kmeans.json")),
        let file = try? JSONDecoder().decode(File.self, from: data)
      else { return [] }
      return file.best_of_many_restarts.filter { $0.set != "birch1" }
    }()
  }

  @Test func everyBestIsRead() { #expect(Best.all.count == 13) }

  @Test(arguments: Best.all)
  func inertiaIsThatOfManyRestarts(best: Best) throws {
    let fit = try KMeans(clusterCount: best.k).fit(ReferenceData.set(best.set))
    #expect(fit.inertia <= 1.01 * best.best_inertia_found)
  }
}
