import Clustering
import LinearAlgebra
import Testing

struct PredictionStrengthTests {
  @Test(arguments: ClusterStabilityTests.methods)
  func clustersFarApartPredictOneAnother(method: ClusteringMethod) throws {
    let samples = ClusterStabilityTests.separated(3, rows: 60, seed: 3)
    let strength = try PredictionStrength(samples, method: method, splitCount: 6)
    #expect(strength.values == [1, 1, 1, 1, 1, 1])
    #expect(strength.mean == 1)
    #expect(strength.standardError == 0)
  }

  @Test func oneBlobDoesNotPredictItsParts() throws {
    let samples = RandomSamples.blobs(200, 3, centers: 1, seed: 4)
    let strength = try PredictionStrength(
      samples, method: .kMeans(KMeans(clusterCount: 4)), splitCount: 10)
    #expect(strength.mean < 0.6)
    #expect(strength.values.allSatisfy { $0 >= 0 && $0 <= 1 })
    let error = try #require(strength.standardError)
    #expect((0.0001..<0.1).contains(error))
    let whole = try PredictionStrength(
      samples, method: .kMeans(KMeans(clusterCount: 1)), splitCount: 1)
    #expect(whole.values == [1])
    #expect(whole.standardError == nil)
  }

  @Test(arguments: 0..<4 as Range<UInt64>)
  func oneSplitIsWhatPairsOfRowsSay(seed: UInt64) throws {
    let samples = RandomSamples.blobs(41, 2, centers: 3, seed: seed)
    let strength = try PredictionStrength(
      samples, method: .kMeans(KMeans(clusterCount: 4)), splitCount: 1, seed: seed)
    // The split that the type makes.
    var generator = SeededGenerator(seed: seed, stream: 1)
    let first = generator.sample(20, outOf: 41)
    let second = (0..<41).filter { !first.contains($0) }
    func model(_ rows: [Int], _ seed: UInt64) throws -> KMeansModel {
      try KMeans(clusterCount: 4, seed: seed).fit(samples.selectingRows(rows)).model
    }
    let models = [
      try model(first, generator.next()), try model(second, generator.next()),
    ]
    var sum = 0.0
    for (rows, own, other) in [(first, 0, 1), (second, 1, 0)] {
      let (labels, predicted) = (
        try models[own].predict(samples), try models[other].predict(samples)
      )
      var least = 1.0
      for cluster in 0..<4 {
        let members = rows.filter { labels[$0] == cluster }
        guard members.count > 1 else {
          least = 0
          continue
        }
        var together = 0
        for row in members {
          together += members.count { $0 != row && predicted[$0] == predicted[row] }
        }
        least = min(least, Double(together) / Double(members.count * (members.count - 1)))
      }
      sum += least
    }
    #expect(strength.values == [sum / 2])
  }

  @Test func resultDoesNotDependOnThreads() throws {
    let samples = RandomSamples.blobs(100, 2, centers: 3, seed: 5)
    let method = ClusteringMethod.kMeans(KMeans(clusterCount: 3))
    let one = try PredictionStrength(samples, method: method, seed: 3, threadCount: 1)
    let three = try PredictionStrength(samples, method: method, seed: 3, threadCount: 3)
    #expect(one == three)
  }

  @Test func aRowHasNoHalves() throws {
    #expect(throws: ClusteringError.tooFewRows(rows: 1, clusterCount: 2)) {
      try PredictionStrength(
        Matrix<Double>(rows: [[1]]), method: .kMeans(KMeans(clusterCount: 1)))
    }
  }
}
