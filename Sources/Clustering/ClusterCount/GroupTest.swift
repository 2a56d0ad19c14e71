internal import Foundation
internal import LinearAlgebra

/// Whether the groups that a clustering makes stand apart, or are parts of a single group.
struct GroupTest {
  /// What came of a test; numbers are silhouettes.
  enum Outcome: Equatable {
    /// The groups pass all tests; data of the kind that came nearest reach this much.
    case apart(chance: Double)
    /// The silhouette is under 0.25.
    case faint
    /// Data without groups reach as much: up to this, 4 standard errors over their mean.
    case chance(ReferenceDistribution.Kind, Double)
    /// Evenly spread points lose as much inertia when they are divided alike.
    case loose
  }

  static let referenceCount = 10

  let clusterings: CandidateClusterings
  private let method: CandidateClusterings.Method
  private let least: Int
  /// The numbers of clusters by falling silhouette, the lower of those that tie first.
  let ranking: [Int]
  /// All silhouettes, by number of clusters from the least.
  let silhouettes: [MeanSilhouette?]

  /// Clusters samples, n × d, into every one of `counts`, each in 2..<n.
  init(
    _ samples: Matrix<Double>, counts: ClosedRange<Int>, method: CandidateClusterings.Method
  ) throws(ClusteringError) {
    self.method = method
    clusterings = try CandidateClusterings(samples, counts: counts, method: method)
    var silhouettes: [MeanSilhouette?] = []
    for count in counts {
      silhouettes.append(
        try clusterings.labeled(count).silhouettes(metric: method.metric).map { MeanSilhouette($0) }
      )
    }
    self.silhouettes = silhouettes
    let means = silhouettes.map { $0?.mean ?? -1 }
    ranking = means.indices.sorted { (-means[$0], $0) < (-means[$1], $1) }
      .map { $0 + counts.lowerBound }
    least = counts.lowerBound
  }

  /// The mean silhouette of a number of clusters; -1 where there is none.
  func silhouette(_ count: Int) -> Double { silhouettes[count - least]?.mean ?? -1 }

  /// Tests the clusters of a number of them.
  ///
  /// - Parameters:
  ///   - count: The number of clusters.
  ///   - uniform: References of the uniform kind that were clustered into it already.
  /// - Returns: That the groups stand apart, or the first test that they fail.
  /// - Throws: `ClusteringError` for what the method refuses of the references.
  func outcome(
    _ count: Int, uniform: [CandidateClusterings]? = nil
  ) throws(ClusteringError) -> Outcome {
    let silhouette = silhouette(count)
    guard silhouette >= 0.25 else { return .faint }
    var chance = -1.0
    for kind in [ReferenceDistribution.Kind.unimodalColumns, .unimodalComponents, .uniform] {
      let references: [CandidateClusterings]
      if kind == .uniform, let uniform {
        references = uniform
      } else {
        references = try Self.references(
          clusterings.samples, kind, counts: count...count, method: method)
      }
      let metric = method.metric
      let reached = try mapInParallel(
        count: references.count, threadCount: method.threadCount
      ) { (reference) throws(ClusteringError) in
        try references[reference].labeled(count).silhouette(metric: metric) ?? -1
      }
      let spread = Spread(reached)
      guard silhouette > spread.mean + 4 * spread.standardError else {
        return .chance(kind, min(1, spread.mean + 4 * spread.standardError))
      }
      chance = max(chance, spread.mean)
      if kind == .uniform, try !isTighter(count, than: references) { return .loose }
    }
    return .apart(chance: chance)
  }

  /// True where the gap is over that of a single group by more than its standard error.
  private func isTighter(
    _ count: Int, than references: [CandidateClusterings]
  ) throws(ClusteringError) -> Bool {
    // No inertia at all is the best there is.
    if try clusterings.labeled(count).inertia() == 0 { return true }
    guard let gap = try Gap(clusterings, references, count),
      let single = try Gap(clusterings, references, 1)
    else { return false }
    return gap.value - gap.standardError > single.value
  }

  /// Data without groups, clustered like the samples.
  static func references(
    _ samples: Matrix<Double>, _ kind: ReferenceDistribution.Kind, counts: ClosedRange<Int>,
    method: CandidateClusterings.Method
  ) throws(ClusteringError) -> [CandidateClusterings] {
    let distribution = try ReferenceDistribution(samples, kind)
    var single = method
    single.threadCount = 1
    let reference = single
    return try mapInParallel(
      count: referenceCount, threadCount: method.threadCount
    ) { (index) throws(ClusteringError) in
      var generator = SeededGenerator(
        seed: method.seed,
        stream: kind.rawValue * UInt64(referenceCount) + UInt64(index + 1))
      return try CandidateClusterings(
        distribution.draw(using: &generator), counts: counts, method: reference)
    }
  }
}

/// The mean of rows' silhouettes.
struct MeanSilhouette {
  let mean: Double
  /// That of the mean of as many rows drawn at random.
  let standardErrorOfMean: Double

  init(_ values: [Double]) {
    let (count, mean) = (Double(values.count), values.reduce(0, +) / Double(values.count))
    let squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    self.mean = mean
    standardErrorOfMean = (squares / (count - 1) / count).squareRoot()
  }
}

/// The gap statistic of one number of clusters (Tibshirani, Walther & Hastie 2001, doi
/// 10.1111/1467-9868.00293).
struct Gap {
  let value: Double
  let standardError: Double

  init?(
    _ clusterings: CandidateClusterings, _ references: [CandidateClusterings], _ count: Int
  ) throws(ClusteringError) {
    let inertia = try clusterings.labeled(count).inertia()
    var logarithms: [Double] = []
    for reference in references {
      let inertia = try reference.labeled(count).inertia()
      if inertia > 0 { logarithms.append(log(inertia)) }
    }
    guard inertia > 0, logarithms.count == references.count else { return nil }
    let spread = Spread(logarithms)
    value = spread.mean - log(inertia)
    standardError = spread.standardError
  }
}

/// The mean of simulated values and the standard error of a value like them around it.
struct Spread {
  let mean: Double
  /// The population standard deviation times √(1 + 1/B) for B values, which counts the error of the
  /// mean too.
  let standardError: Double

  init(_ values: [Double]) {
    let count = Double(values.count)
    let mean = values.reduce(0, +) / count
    let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / count
    self.mean = mean
    standardError = (variance * (1 + 1 / count)).squareRoot()
  }
}
