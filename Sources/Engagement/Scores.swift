public import EventLog
import Foundation
public import LinearAlgebra

/// Computes scores of a community's members as of an instant.
///
/// - Parameters:
///   - names: the scores wanted.
///   - definitions: all scores that exist, by name.
///   - community: events and members.
///   - rows: the community's rows, in order.
///   - asOf: the as-of time.
///   - settings: weights, aliases and the calendar.
///   - distributions: for each model's name, the distributions of features it was trained on.
///   - threadCount: how many threads work at once.
/// - Returns: for each name a column as long as `rows`; NaN where a feature it needs is absent.
/// - Throws: ``EngagementError`` for unknown scores or features, scores in a circle, and percentiles
///   whose model is not given.
public func scores(
  _ names: [String], definitions: [String: ScoreDefinition], of community: Community, rows: [Int],
  asOf: Timestamp, settings: EngagementSettings,
  distributions: [String: [FeatureDefinition: EmpiricalDistribution]] = [:],
  threadCount: Int = availableProcessorCount
) throws(EngagementError) -> [String: [Double]] {
  let features = try scoredFeatures(names, definitions: definitions)
  var table: FeatureTable?
  if !features.isEmpty, !rows.isEmpty {
    table = try FeatureTable(
      of: community, rows: rows, asOf: asOf, features: features, settings: settings,
      threadCount: threadCount)
  }
  return try scores(
    names, definitions: definitions, of: community, rows: rows, asOf: asOf, settings: settings,
    distributions: distributions, table: table)
}

/// The features that some scores are built on, in ascending order of their names' bytes.
package func scoredFeatures(
  _ names: [String], definitions: [String: ScoreDefinition]
) throws(EngagementError) -> [FeatureDefinition] {
  let order = try scoresInOrderOfNeed(names, definitions: definitions)
  return Set(order.compactMap { definitions[$0]?.feature })
    .sorted { bytesPrecede($0.description, $1.description) }
}

/// Computes scores from a table that has all of ``scoredFeatures(_:definitions:)``; nil where those are none.
package func scores(
  _ names: [String], definitions: [String: ScoreDefinition], of community: Community, rows: [Int],
  asOf: Timestamp, settings: EngagementSettings,
  distributions: [String: [FeatureDefinition: EmpiricalDistribution]], table: FeatureTable?
) throws(EngagementError) -> [String: [Double]] {
  let order = try scoresInOrderOfNeed(names, definitions: definitions)
  var columns: [String: [Double]] = [:]
  for name in order {
    guard let definition = definitions[name] else { continue }
    let column: [Double]
    switch definition {
    case .linear(let feature, let zero, let three):
      let values = table?.column(feature) ?? []
      column = values.map { linearScore($0, zeroAt: zero, threeAt: three) }
    case .percentile(let feature, let model):
      guard let distribution = distributions[model]?[feature] else {
        throw .missingPercentile(score: name, model: model, feature: feature.description)
      }
      let values = table?.column(feature) ?? []
      column = values.map { percentileScore($0, in: distribution, of: feature) }
    case .points(let points, let halfLife):
      column = pointColumn(
        points, halfLife: halfLife, of: community, rows: rows, asOf: asOf, settings: settings)
    case .weightedSum(let weights):
      var sums = [Double](repeating: 0, count: rows.count)
      for (part, weight) in weights.sorted(by: { bytesPrecede($0.key, $1.key) }) {
        for (row, value) in (columns[part] ?? []).enumerated() { sums[row] += weight * value }
      }
      column = sums
    }
    columns[name] = column
  }
  return columns.filter { names.contains($0.key) }
}

extension ScoreDefinition {
  /// The feature that the score is built on, if it is one.
  public var feature: FeatureDefinition? {
    switch self {
    case .linear(let feature, _, _), .percentile(let feature, _): feature
    case .points, .weightedSum: nil
    }
  }
}

/// 0 to 3, linear between two values and clamped outside them; NaN of NaN.
package func linearScore(_ value: Double, zeroAt zero: Double, threeAt three: Double) -> Double {
  let score = 3 * (value - zero) / (three - zero)
  return score.isNaN ? .nan : min(3, max(0, score))
}

/// 3 F(x), falling for recency; NaN of NaN.
package func percentileScore(
  _ value: Double, in distribution: EmpiricalDistribution, of feature: FeatureDefinition
) -> Double {
  let fraction = distribution.fraction(below: value)
  return 3 * (feature == .recencyDays ? 1 - fraction : fraction)
}

/// The scores named and all they are built on, each after its parts.
func scoresInOrderOfNeed(
  _ names: [String], definitions: [String: ScoreDefinition]
) throws(EngagementError) -> [String] {
  var order: [String] = []
  var path: [String] = []
  func visit(_ name: String) throws(EngagementError) {
    if order.contains(name) { return }
    if let start = path.firstIndex(of: name) { throw .scoreCycle(path[start...] + [name]) }
    guard let definition = definitions[name] else {
      throw .unknownScore(
        name: name, suggestion: suggestion(for: name, among: definitions.keys.sorted()))
    }
    path.append(name)
    if case .weightedSum(let weights) = definition {
      for part in weights.keys.sorted(by: bytesPrecede) { try visit(part) }
    }
    path.removeLast()
    order.append(name)
  }
  for name in names { try visit(name) }
  return order
}

/// The sum of the points of each row's events, decayed where there is a half-life.
private func pointColumn(
  _ points: [String: Double], halfLife: Int64?, of community: Community, rows: [Int],
  asOf: Timestamp, settings: EngagementSettings
) -> [Double] {
  let history = community.history
  let pointsOfType = pointsOfType(points, in: history, settings: settings)
  return rows.map { row in
    pointSum(
      pointsOfType, halfLife: halfLife, of: community.events(ofRow: row, asOf: asOf), in: history,
      asOf: asOf)
  }
}

/// For each event type of a history its points.
package func pointsOfType(
  _ points: [String: Double], in history: EventHistory, settings: EngagementSettings
) -> [Double] {
  var pointsOfType = [Double](repeating: 0, count: history.types.count)
  for (name, value) in points.sorted(by: { bytesPrecede($0.key, $1.key) }) {
    let selected = settings.selection(of: name, in: history.types)
    for (type, isSelected) in selected.enumerated() where isSelected {
      pointsOfType[type] += value
    }
  }
  return pointsOfType
}

/// The sum of the points of events at some positions of a history, decayed where there is a half-life.
func pointSum(
  _ pointsOfType: [Double], halfLife: Int64?, of events: ArraySlice<Int32>,
  in history: EventHistory, asOf: Timestamp
) -> Double {
  pointSum(
    of: events.lazy.map { position in
      (
        pointsOfType[Int(history.typeIndices[Int(position)])], history.timestamps[Int(position)]
      )
    }, halfLife: halfLife, asOf: asOf)
}

/// The sum of the points of events at their instants, decayed where there is a half-life.
package func pointSum(
  of events: some Sequence<(points: Double, instant: Int64)>, halfLife: Int64?, asOf: Timestamp
) -> Double {
  var decayed = halfLife.map { DecayedSum(halfLifeInMicroseconds: $0) }
  var plain = ExactSum()
  for (points, instant) in events where points != 0 {
    if decayed == nil { plain.add(points) } else { decayed?.add(points, at: instant) }
  }
  return decayed?.value(asOf: asOf.microseconds) ?? plain.value
}
