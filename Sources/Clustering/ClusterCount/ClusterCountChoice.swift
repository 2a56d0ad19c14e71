internal import Foundation
public import LinearAlgebra

/// How many clusters suit the data, and whether there are clear groups at all.
///
/// The count of the highest mean silhouette (Rousseeuw 1987, doi 10.1016/0377-0427(87)90125-7) is
/// where the choice starts, the lowest of those that tie. It is called clear where the data pass these
/// tests:
/// 1. a silhouette of at least 0.25, under which Kaufman & Rousseeuw (1990, doi
///    10.1002/9780470316801) see no substantial structure;
/// 2. a silhouette over the mean of what 10 references without groups reach with as many clusters, by
///    more than 4 standard errors (wide, since the count was chosen as the best of many), for each of
///    three kinds: spread evenly over the box of the principal components, and drawn from the
///    distributions of one mode that are nearest to the data's, along the principal components and
///    along the columns, these going together as the data's do. The latter are a single group with the
///    data's own tails (after Helgeson, Vock & Bair 2021, doi 10.1111/biom.13376, and with the fit of
///    Hartigan & Hartigan 1985, doi 10.1214/aos/1176346577);
/// 3. a gap (Tibshirani, Walther & Hastie 2001, doi 10.1111/1467-9868.00293) over that of a single
///    group by more than its standard error.
///
/// Only divisions are looked at whose groups all have at least 10 rows and 1 % of all: fewer rows than that
/// are outliers, not a group.
///
/// Groups that pass and yet change when rows are drawn anew (`ClusterStability`: a mean Jaccard
/// coefficient under 0.75, or one cluster's at 0.5 or under) are passed over for those of the next best
/// silhouette, of the 5 best.
///
/// The silhouette takes bunches of groups for one each where the bunches are far apart. So every clear
/// group is tested for groups inside, by the same tests. The finer count is chosen where clustering
/// all rows into so many finds just these groups (an adjusted Rand index of at least 0.9) and its
/// prediction strength is at least 0.8.
///
/// Groups that are not compact, such as rings around one another, are not seen by these indices.
public struct ClusterCountChoice: Sendable, Hashable {
  /// How much is found out about every number of clusters.
  public enum Evidence: Sendable, Hashable {
    /// What the choice needs.
    case verdict
    /// Also what takes many more clusterings, or a look at all rows.
    case full
  }

  /// A number of clusters that was tried; its indices are those of the rows sampled, unless said
  /// otherwise.
  public struct Candidate: Sendable, Hashable {
    /// The number of clusters, k.
    public let clusterCount: Int
    /// The sum of squared Euclidean distances to the own centroid.
    public let inertia: Double
    /// The mean silhouette in the metric asked for, -1...1; more is better.
    public let silhouette: Double?
    /// What the silhouette of all rows differs by at most from that of the sample, at a confidence of
    /// 95 %: 1.96 standard errors over the rows sampled; nil where these are all.
    public let silhouetteMargin: Double?
    /// The Calinski–Harabasz index; more is better.
    public let calinskiHarabasz: Double?
    /// The Davies–Bouldin index; less is better.
    public let daviesBouldin: Double?
    /// The mean of log inertia over the uniform references, less the data's; nil where an inertia is
    /// 0.
    public let gap: Double?
    /// The standard error of the gap, from the spread of the references; nil where the gap is.
    public let gapStandardError: Double?
    /// The height at which the tree's last two of k + 1 clusters merge to make k; nil for k-means.
    public let heightFrom: Double?
    /// The height at which two of the k clusters merge; nil for k-means.
    public let heightTo: Double?
    /// What the full evidence adds; nil without it.
    public internal(set) var more: FullEvidence?
  }

  /// What `Evidence.full` adds to a number of clusters.
  public struct FullEvidence: Sendable, Hashable {
    /// The mean silhouette of squared Euclidean distances, exact over all rows, which k-means is run
    /// on from the sample's centroids; nil for trees.
    public let squaredEuclideanSilhouette: Double?
    /// The inertia over all rows; nil for trees.
    public let totalInertia: Double?
    /// The prediction strength, over 20 splits in half; nil where half the rows are fewer than k.
    public let predictionStrength: PredictionStrength?
    /// The mean Jaccard coefficient of each cluster with what becomes of it in 50 bootstrap samples, k
    /// of them.
    public let stability: [Double]
  }

  /// The number of clusters chosen; 1 where the data are too few or too alike to try 2.
  public let clusterCount: Int
  /// True where the data form clear groups.
  public let isClear: Bool
  /// Why, in one plain sentence.
  public let reason: String
  /// All that was tried, by rising number of clusters.
  public let candidates: [Candidate]
  /// The number of rows given, n.
  public let rowCount: Int
  /// The number of rows looked at: all, or the sample.
  public let sampledRowCount: Int
  /// The gap of a single group, which those of the candidates are compared with; nil where it has no
  /// inertia, and where nothing was tried.
  public let singleGroupGap: Double?

  /// The fewest rows that a clear group has.
  public static let leastGroupSize = 10
  /// The least part of all rows that a clear group has.
  public static let leastGroupShare = 0.01

  /// The most rows looked at by default; of more, a seeded sample of this size is taken.
  public static let maximumRowCount = 2000

  /// Tries numbers of clusters on samples (n × d).
  ///
  /// - Parameters:
  ///   - samples: One row per sample.
  ///   - counts: The numbers to try; those under 2, and over what the rows sampled can fill with
  ///     distinct rows, are left out.
  ///   - linkage: The linkage of the tree that is cut; nil for k-means.
  ///   - metric: The metric of the tree and of the silhouette.
  ///   - evidence: How much to find out. The choice does not depend on it.
  ///   - maximumRowCount: The most rows looked at, at least 1.
  ///   - seed: The seed of all random draws.
  ///   - threadCount: The most threads used; the result does not depend on it.
  ///   - onStep: Called on the calling thread before every step, with its number and how many there
  ///     are.
  /// - Throws: `ClusteringError` for data that are empty, not finite or too large to square, for
  ///   fewer distinct rows than the least count over 2, and for what `Hierarchical` refuses.
  /// - Complexity: O(n d) to check the rows, then work on the m rows sampled: 44 k-means runs per count
  ///   or 11 trees, one silhouette per count, O(m² d), and 20 references and 50 fits for each of up to 5
  ///   counts. The full evidence takes 90 fits of up to m rows per count, and one k-means fit of all
  ///   rows.
  public init<Samples: RowMajorMatrix>(
    _ samples: Samples, counts: ClosedRange<Int> = 2...20, linkage: Linkage? = nil,
    metric: Metric = .euclidean, evidence: Evidence = .verdict,
    maximumRowCount: Int = ClusterCountChoice.maximumRowCount, seed: UInt64 = 0,
    threadCount: Int = availableProcessorCount,
    onStep: (_ step: Int, _ stepCount: Int) -> Void = { _, _ in }
  ) throws(ClusteringError) where Samples.Element: BLASScalar {
    precondition(maximumRowCount >= 1, "a row is needed")
    let n = samples.rowCount
    _ = try ShiftedSamples(samples, totalWeight: Double(n), threadCount: threadCount)
    var generator = SeededGenerator(seed: seed)
    let rows =
      n > maximumRowCount ? generator.sample(maximumRowCount, outOf: n) : Array(0..<n)
    let sample: Matrix<Double> = samples.selectingRows(rows).converted()
    (rowCount, sampledRowCount) = (n, sample.rowCount)
    let distinct = Set((0..<sample.rowCount).map { sample.row($0) }).count
    let most = min(counts.upperBound, distinct, sample.rowCount - 1)
    let least = max(2, counts.lowerBound)
    guard least <= most else {
      if counts.lowerBound > 2, counts.lowerBound > most {
        throw .tooFewDistinctRows(distinct: distinct, clusterCount: counts.lowerBound)
      }
      (clusterCount, isClear, candidates, singleGroupGap) = (1, false, [], nil)
      reason =
        sample.rowCount < 2
        ? "There is a single row."
        : distinct < 2
          ? "All rows are the same, so there is a single group."
          : "There are too few rows to tell groups apart."
      return
    }
    let method = CandidateClusterings.Method(
      linkage: linkage, metric: metric, seed: seed, threadCount: threadCount)
    let stepCount = evidence == .full ? 2 + most - least + 1 : 2
    onStep(1, stepCount)
    // Of a sample, as large a part of it.
    let share = max(Double(Self.leastGroupSize) / Double(n), Self.leastGroupShare)
    let trial = try ClusterCountTrial(
      sample, counts: least...most,
      leastGroupSize: Int((share * Double(sample.rowCount)).rounded(.up)), method: method)
    var candidates = try trial.candidates(isSample: n > sample.rowCount)
    singleGroupGap = try trial.singleGroupGap()
    onStep(2, stepCount)
    let verdict = try trial.verdict()
    (clusterCount, isClear) = (verdict.clusterCount, verdict.isClear)
    let isAtTheEdge = isClear && clusterCount == counts.upperBound && counts.count > 1
    reason =
      verdict.reason
      + (isAtTheEdge ? " They are the most that were tried: there may be more." : "")
    if evidence == .full {
      for index in candidates.indices {
        onStep(3 + index, stepCount)
        candidates[index].more = try trial.fullEvidence(
          candidates[index].clusterCount, allRows: samples)
      }
    }
    self.candidates = candidates
  }
}

extension ClusterCountChoice {
  /// The number of clusters at the knee of the inertia; nil for fewer than 3 candidates.
  ///
  /// The point farthest under the line from the first to the last, where both axes are scaled to 0...1:
  /// Kneedle without smoothing (Satopää et al. 2011, doi 10.1109/ICDCSW.2011.20). Data without groups
  /// have a knee, too.
  public var knee: Int? {
    guard let first = candidates.first, let last = candidates.last, candidates.count > 2 else {
      return nil
    }
    let fall = first.inertia - last.inertia
    let width = Double(last.clusterCount - first.clusterCount)
    guard fall > 0 else { return nil }
    let depths = candidates.map { candidate in
      1 - Double(candidate.clusterCount - first.clusterCount) / width
        - (candidate.inertia - last.inertia) / fall
    }
    return depths.indices.max { (depths[$0], -$0) < (depths[$1], -$1) }
      .map { candidates[$0].clusterCount }
  }

  /// The number of clusters by the rule of Tibshirani, Walther & Hastie (2001): the least whose gap is
  /// not under the next one's less its standard error; 1 for a single group, nil where there is none.
  public var gapChoice: Int? {
    var before: (count: Int, gap: Double)?
    if let singleGroupGap, candidates.first?.clusterCount == 2 { before = (1, singleGroupGap) }
    for candidate in candidates {
      guard let gap = candidate.gap, let error = candidate.gapStandardError else { return nil }
      if let before, before.gap >= gap - error { return before.count }
      before = (candidate.clusterCount, gap)
    }
    return nil
  }

  /// The largest number of clusters whose prediction strength is at least 0.8 (Tibshirani & Walther
  /// 2005); 1 where none is, nil without the full evidence.
  public var predictionStrengthChoice: Int? {
    guard candidates.contains(where: { $0.more != nil }) else { return nil }
    return candidates.last { ($0.more?.predictionStrength?.mean ?? 0) >= 0.8 }?.clusterCount ?? 1
  }
}
