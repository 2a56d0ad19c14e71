import Clustering
import LinearAlgebra
import Testing

struct ClusterStabilityTests {
  /// Normal blobs of unit width around (0, 0), (20, 0), (40, 0) and so on.
  static func separated(_ groups: Int, rows: Int, seed: UInt64) -> Matrix<Double> {
    var generator = SeededGenerator(seed: seed)
    return Matrix(
      rows: (0..<rows).map { [20 * Double($0 % groups) + generator.normal(), generator.normal()] })
  }

  static let methods: [ClusteringMethod] =
    [.kMeans(KMeans(clusterCount: 3, seed: 1))]
    + Linkage.allCases.map { .hierarchical(Hierarchical(linkage: $0), cut: .clusterCount(3)) }

  @Test(arguments: methods)
  func clustersFarApartAlwaysComeBack(method: ClusteringMethod) throws {
    let samples = Self.separated(3, rows: 90, seed: 3)
    let stability = try ClusterStability(
      samples, labels: (0..<90).map { $0 % 3 }, method: method, replicateCount: 20, seed: 5)
    #expect(stability.jaccard == [1, 1, 1])
    #expect(stability.recovered == [1, 1, 1])
    #expect(stability.dissolved == [0, 0, 0])
    #expect(stability.agreement == [Double](repeating: 1, count: 90))
    #expect(stability.matchedLabels.allSatisfy { $0.map { Int($0) } == stability.labels })
  }

  @Test func partsOfOneBlobDoNotComeBack() throws {
    var generator = SeededGenerator(seed: 8)
    let samples = Matrix(
      rows: (0..<200).map { _ in (0..<3).map { _ in generator.normal() } })
    let kMeans = KMeans(clusterCount: 6, seed: 2)
    let labels = try kMeans.fit(samples).labels
    let stability = try ClusterStability(samples, labels: labels, method: .kMeans(kMeans))
    #expect(stability.jaccard.allSatisfy { $0 > 0.2 && $0 < 0.75 })
    #expect(stability.recovered.allSatisfy { $0 < 0.6 })
    #expect(stability.dissolved.contains { $0 > 0.2 })
    #expect(stability.agreement.reduce(0, +) / 200 < 0.85)
  }

  @Test(arguments: 0..<6 as Range<UInt64>)
  func oneReplicateIsWhatSetsOfRowsSay(seed: UInt64) throws {
    let samples = RandomSamples.blobs(60, 2, centers: 4, seed: seed)
    let labels = try KMeans(clusterCount: 4, seed: seed).fit(samples).labels
    let stability = try ClusterStability(
      samples, labels: labels, method: .kMeans(KMeans(clusterCount: 4)), replicateCount: 1,
      seed: seed)
    // The draws that the type makes.
    var generator = SeededGenerator(seed: seed, stream: 1)
    let drawn = (0..<60).map { _ in generator.below(60) }
    let model = try KMeans(clusterCount: 4, seed: generator.next())
      .fit(samples.selectingRows(drawn)).model
    let found = try model.predict(samples)
    func members(_ labels: [Int], _ cluster: Int) -> Set<Int> {
      Set(drawn.filter { labels[$0] == cluster })
    }
    var mostAgreement = 0
    for cluster in 0..<4 {
      let own = members(labels, cluster)
      let best = (0..<4).map { other -> Double in
        let other = members(found, other)
        return Double(own.intersection(other).count) / Double(own.union(other).count)
      }.max()
      #expect(stability.jaccard[cluster] == best)
      #expect(stability.recovered[cluster] == ((best ?? 0) >= 0.75 ? 1 : 0))
      #expect(stability.dissolved[cluster] == ((best ?? 0) <= 0.5 ? 1 : 0))
    }
    // Of all one-to-one matches none agrees on more of the rows drawn.
    for code in 0..<256 {
      let match = [code & 3, code >> 2 & 3, code >> 4 & 3, code >> 6]
      guard Set(match).count == 4 else { continue }
      mostAgreement = max(
        mostAgreement, Set(drawn).count { match[found[$0]] == labels[$0] })
    }
    let matched = stability.matchedLabels[0].map { Int($0) }
    #expect(Set(drawn).count { matched[$0] == labels[$0] } == mostAgreement)
    #expect(stability.agreement == matched.indices.map { matched[$0] == labels[$0] ? 1 : 0 })
    for row in 0..<60 {
      let other = found.firstIndex(of: found[row]) ?? row
      #expect(matched[row] == matched[other], "rows of one cluster go to one cluster")
    }
  }

  @Test(arguments: methods)
  func resultDoesNotDependOnThreads(method: ClusteringMethod) throws {
    let samples = RandomSamples.blobs(150, 3, centers: 3, seed: 4)
    let labels = (0..<150).map { $0 % 3 }
    let one = try ClusterStability(
      samples, labels: labels, method: method, replicateCount: 7, maximumRowCount: 100, seed: 9,
      threadCount: 1)
    let three = try ClusterStability(
      samples, labels: labels, method: method, replicateCount: 7, maximumRowCount: 100, seed: 9,
      threadCount: 3)
    #expect(one == three)
    #expect(one.rows.count == 100)
    #expect(Set(one.rows).count == 100)
    #expect(one.labels == one.rows.map { labels[$0] })
  }

  @Test func aSampleHasARowOfEveryCluster() throws {
    let samples = Self.separated(2, rows: 400, seed: 6)
    let labels = (0..<400).map { $0 < 397 ? $0 % 2 : $0 - 395 }
    let stability = try ClusterStability(
      samples, labels: labels, method: .kMeans(KMeans(clusterCount: 5)), replicateCount: 2,
      maximumRowCount: 20)
    #expect(Set(stability.labels) == Set(0..<5))
    #expect(stability.rows == stability.rows.sorted())
    #expect(stability.rows.count <= 23)
  }

  @Test func clustersOfADifferentNumberAreMatchedWhereTheyShareRows() throws {
    // A cut between 20 and 40 puts all three groups together: the smaller two have no match.
    let samples = Self.separated(3, rows: 70, seed: 7)
    let stability = try ClusterStability(
      samples, labels: (0..<70).map { $0 % 3 },
      method: .hierarchical(Hierarchical(linkage: .single), cut: .height(30)), replicateCount: 10)
    #expect(stability.matchedLabels.allSatisfy { Set($0).count == 1 && $0[0] >= 0 })
    #expect(stability.jaccard.allSatisfy { $0 > 0.2 && $0 < 0.5 })
    #expect(stability.dissolved == [1, 1, 1])
    // Of many small clusters in place of one the largest is matched, the others are not.
    let whole = try ClusterStability(
      samples, labels: [Int](repeating: 0, count: 70), method: Self.methods[0], replicateCount: 10)
    #expect(whole.matchedLabels.allSatisfy { Set($0) == [-1, 0] })
  }

  @Test func fewDistinctRowsMakeFewerClusters() throws {
    let samples = Matrix<Double>(rows: [[0], [1], [2], [2]])
    let stability = try ClusterStability(
      samples, labels: [0, 1, 2, 2], method: .kMeans(KMeans(clusterCount: 3)), replicateCount: 50)
    #expect(stability.jaccard.allSatisfy { $0 > 0.3 && $0 < 1 })
  }

  @Test func badDataAreRefused() throws {
    let kMeans = ClusteringMethod.kMeans(KMeans(clusterCount: 2))
    #expect(throws: ClusteringError.emptyMatrix(rows: 0, columns: 2)) {
      try ClusterStability(
        Matrix<Double>(rowCount: 0, columnCount: 2), labels: [], method: kMeans)
    }
    #expect(throws: ClusteringError.labelCount(expected: 2, found: 1)) {
      try ClusterStability(Matrix<Double>(rows: [[1], [2]]), labels: [0], method: kMeans)
    }
    #expect(throws: ClusteringError.nonFinite(row: 1, column: 0)) {
      try ClusterStability(
        Matrix<Double>(rows: [[1], [.nan]]), labels: [0, 1], method: kMeans, replicateCount: 30)
    }
  }
}
