import Clustering
import Foundation
import LinearAlgebra

/// The exponent p that makes the confidence 1 / (1 + (d₁/d₂)^p) of a label the chance that a model learnt
/// from another sample of the same community gives the member the same segment.
///
/// It is fitted to models of resampled members by maximum likelihood: with x = −ln(d₁/d₂) the logit of
/// the confidence is p x, a logistic regression without intercept (as Platt 1999 calibrates margins, but
/// 0.5 stays half-way between two segments).
public struct ConfidenceCalibration: Sendable, Hashable {
  /// The exponent.
  public let exponent: Double

  /// Members whose nearer segment is farther than this part of the way tell nothing more.
  private static let greatestLogarithm = 10.0

  /// Fits the exponent.
  ///
  /// - Parameters:
  ///   - ratios: d₁/d₂ of each member, 0...1.
  ///   - agreements: for each member, the share of other models that give it the same segment, 0...1.
  /// - Precondition: there is an agreement for each ratio.
  /// - Complexity: O(members), 60 times.
  public init(ratios: [Double], agreements: [Double]) {
    precondition(ratios.count == agreements.count, "an agreement for each ratio")
    let logarithms = ratios.map { min(-log($0), Self.greatestLogarithm) }
    // The derivative of the log-likelihood falls as p rises: Σ (a − 1/(1 + e^(−p x))) x.
    func derivative(_ exponent: Double) -> Double {
      zip(logarithms, agreements).reduce(0) { sum, member in
        sum + (member.1 - 1 / (1 + exp(-exponent * member.0))) * member.0
      }
    }
    var (low, high) = (
      SegmentModel.confidenceExponents.lowerBound, SegmentModel.confidenceExponents.upperBound
    )
    for _ in 0..<60 {
      let middle = (low + high) / 2
      if derivative(middle) > 0 { low = middle } else { high = middle }
    }
    exponent = (low + high) / 2
  }

  /// The mean distance between confidences and what they promise, in ten bins of equally many members.
  ///
  /// That is the expected calibration error (Naeini, Cooper & Hauskrecht 2015,
  /// doi 10.1609/aaai.v29i1.9602).
  ///
  /// - Parameters:
  ///   - confidences: the confidence of each member.
  ///   - agreements: for each member, the share of other models that give it the same segment.
  /// - Returns: the error, 0...1; nil without members.
  /// - Precondition: there is an agreement for each confidence.
  public static func expectedError(confidences: [Double], agreements: [Double]) -> Double? {
    precondition(confidences.count == agreements.count, "an agreement for each confidence")
    guard !confidences.isEmpty else { return nil }
    let order = confidences.indices.sorted {
      confidences[$0] != confidences[$1] ? confidences[$0] < confidences[$1] : $0 < $1
    }
    var sum = 0.0
    for bin in 0..<10 {
      let rows = order[order.count * bin / 10..<order.count * (bin + 1) / 10]
      sum += abs(rows.reduce(0) { $0 + confidences[$1] - agreements[$1] })
    }
    return sum / Double(confidences.count)
  }
}

/// What models of resampled members say of a model.
struct ResampledModels {
  /// Of more members a sample is taken.
  static let maximumMemberCount = 20_000

  /// For each segment, the mean Jaccard index with its like.
  let stability: [Double]
  /// The exponent of confidences; nil where no member has a second segment.
  let exponent: Double?
  /// What is recorded of it, by name.
  let quality: [String: Double]

  /// Draws members anew, clusters them, and compares.
  ///
  /// The exponent is fitted to every other model, and 2 where that is nearer to them; `calibration_error` is measured on the rest, as is
  /// `calibration_error_uncalibrated`, that of p = 2.
  init(
    _ prepared: ModelTraining.Prepared, labels: [Int], algorithm: SegmentModel.Algorithm,
    method: ClusteringMethod, count: Int, seed: UInt64, threadCount: Int
  ) throws(ClusteringError) {
    let models = try ClusterStability(
      prepared.matrix, labels: labels, method: method, replicateCount: count,
      maximumRowCount: Self.maximumMemberCount, seed: seed, threadCount: threadCount)
    stability = models.jaccard
    let nearest = try algorithm.assign(
      prepared.matrix.selectingRows(models.rows), threadCount: threadCount)
    let ratios = nearest.labels.enumerated().compactMap { row, label in
      NearestSegments(distances: nearest.distances.row(row), label: label).ratio
    }
    guard !ratios.isEmpty else {
      (exponent, quality) = (nil, ["stability": stability.min() ?? 0])
      return
    }
    func agreements(_ isWanted: (Int) -> Bool) -> [Double] {
      let replicates = models.matchedLabels.indices.filter(isWanted)
      return nearest.labels.indices.map { row in
        Double(
          replicates.count { Int(models.matchedLabels[$0][row]) == nearest.labels[row] })
          / Double(replicates.count)
      }
    }
    func error(_ exponent: Double, _ agreements: [Double]) -> Double? {
      ConfidenceCalibration.expectedError(
        confidences: ratios.map { 1 / (1 + pow($0, exponent)) }, agreements: agreements)
    }
    let known = agreements { $0.isMultiple(of: 2) }
    var exponent = ConfidenceCalibration(ratios: ratios, agreements: known).exponent
    // Where whole segments dissolve, no exponent fits, and the likeliest need not be the nearest.
    if let fitted = error(exponent, known), let plain = error(2, known), fitted >= plain {
      exponent = 2
    }
    self.exponent = exponent
    var quality = ["stability": stability.min() ?? 0]
    if count > 1 {
      let heldOut = agreements { !$0.isMultiple(of: 2) }
      quality["calibration_error"] = error(exponent, heldOut)
      quality["calibration_error_uncalibrated"] = error(2, heldOut)
    }
    self.quality = quality
  }
}
