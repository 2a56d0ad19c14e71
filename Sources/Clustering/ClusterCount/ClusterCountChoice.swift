internal import Foundation
public import LinearAlgebra

/// How many clusters suit the data, and whether there are clear groups at all.
///
/// The count of the highest mean silhouette (Rousseeuw 1987, doi 10.1016/0377-0427(87)90125-7) is
/// chosen, the lowest of those that tie. It is called clear where the data pass three tests:
/// 1. a silhouette of at least 0.25, under which Kaufman & Rousseeuw (1990, doi
///    10.1002/9780470316801) see no substantial structure;
/// 2. a gap (Tibshirani, Walther & Hastie 2001, doi 10.1111/1467-9868.00293) over that of a single
///    group by more than its standard error;
/// 3. a silhouette over the mean of what 10 uniform references reach with as many clusters, by more
///    than 4 standard errors: wide, since the count was chosen as the best of many.
///
/// Uniform, normal and ball-shaped noise is called clear for under 1 in 20 seeds. A single group
/// with a long tail may be (up to a third of seeds for exponential columns): take logarithms of
/// such columns first. Groups that are not compact, such as rings around one another, are not seen
/// by these indices.
public struct ClusterCountChoice: Sendable, Hashable {
  /// A number of clusters that was tried; its indices are those of the rows sampled.
  public struct Candidate: Sendable, Hashable {
    /// The number of clusters, k.
    public let clusterCount: Int
    /// The sum of squared Euclidean distances to the own centroid.
    public let inertia: Double
    /// The mean silhouette in the metric asked for, -1...1; more is better.
    public let silhouette: Double?
    /// The Calinski–Harabasz index; more is better.
    public let calinskiHarabasz: Double?
    /// The Davies–Bouldin index; less is better.
    public let daviesBouldin: Double?
    /// The mean of log inertia over the references, less the data's; nil where an inertia is 0.
    public let gap: Double?
    /// The standard error of the gap, from the spread of the references; nil where the gap is.
    public let gapStandardError: Double?
  }

  /// The number of clusters chosen; 1 where the data are too few or too alike to try 2.
  public let clusterCount: Int
  /// True where the data form clear groups.
  public let isClear: Bool
  /// Why, in one plain sentence.
  public let reason: String
  /// All that was tried, by rising number of clusters.
  public let candidates: [Candidate]

  /// The most rows looked at; of more, a seeded sample of this size is taken.
  public static let maximumRowCount = 2000
  static let referenceCount = 10

  /// Tries numbers of clusters on samples (n × d).
  ///
  /// - Parameters:
  ///   - samples: One row per sample.
  ///   - counts: The numbers to try; those under 2, and over what the rows sampled can fill with
  ///     distinct rows, are left out.
  ///   - linkage: The linkage of the tree that is cut; nil for k-means.
  ///   - metric: The metric of the tree and of the silhouette.
  ///   - seed: The seed of all random draws.
  ///   - threadCount: The most threads used; the result does not depend on it.
  /// - Throws: `ClusteringError` for data that are empty, not finite or too large to square, for
  ///   fewer distinct rows than the least count over 2, and for what `Hierarchical` refuses.
  /// - Complexity: O(n d) to check the rows, then work on at most 2,000 rows: 33 k-means runs or 11
  ///   trees per count, and one silhouette per count.
  public init<Samples: RowMajorMatrix>(
    _ samples: Samples, counts: ClosedRange<Int> = 2...20, linkage: Linkage? = nil,
    metric: Metric = .euclidean, seed: UInt64 = 0, threadCount: Int = availableProcessorCount
  ) throws(ClusteringError) where Samples.Element: BLASScalar {
    let n = samples.rowCount
    _ = try ShiftedSamples(samples, totalWeight: Double(n), threadCount: threadCount)
    var generator = SeededGenerator(seed: seed)
    let rows =
      n > Self.maximumRowCount
      ? generator.sample(Self.maximumRowCount, outOf: n) : Array(0..<n)
    let sample: Matrix<Double> = samples.selectingRows(rows).converted()
    let distinct = Set((0..<sample.rowCount).map { sample.row($0) }).count
    let most = min(counts.upperBound, distinct, sample.rowCount - 1)
    let least = max(2, counts.lowerBound)
    guard least <= most else {
      if counts.lowerBound > 2, counts.lowerBound > most {
        throw .tooFewDistinctRows(distinct: distinct, clusterCount: counts.lowerBound)
      }
      (clusterCount, isClear, candidates) = (1, false, [])
      reason =
        distinct < 2
        ? "All rows are the same, so there is a single group."
        : "There are too few rows to tell groups apart."
      return
    }
    let method = CandidateClusterings.Method(
      linkage: linkage, metric: metric, seed: seed, threadCount: threadCount)
    let trial = try ClusterCountTrial(sample, counts: least...most, method: method)
    candidates = trial.candidates
    (clusterCount, isClear, reason) = try trial.verdict()
  }
}
