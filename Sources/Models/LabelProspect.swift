import Clustering
public import Engagement
public import EventLog
import LinearAlgebra

/// How much one feature pulls a member towards its learned segment.
public struct FeaturePull: Sendable, Hashable {
  /// The feature.
  public let feature: FeatureDefinition
  /// The feature's part of the squared distance to the nearest centroid, in transformed units.
  public let toNearest: Double
  /// Its part of the squared distance to the second-nearest centroid.
  public let toSecond: Double

  /// What the feature alone makes the second segment farther than the nearest: over 0 where it pulls to
  /// the nearest.
  public var pull: Double { toSecond - toNearest }
}

/// The least movement along one feature, the others as they are, that gives a member the second-nearest
/// segment.
public struct FeatureMovement: Sendable, Hashable {
  /// The feature.
  public let feature: FeatureDefinition
  /// Its value now, absent ones replaced as the model does.
  public let value: Double
  /// The value at which the second-nearest centroid is no farther than the nearest, in the feature's own
  /// unit.
  public let needed: Double
  /// How far that is in transformed units.
  public let size: Double
  /// The segment's position that the member gets there: another one than the second where a third is
  /// still nearer.
  public let segment: Int
}

/// When time alone gives a member another learned segment.
public struct LabelChange: Sendable, Hashable {
  /// The first second at which the label is another.
  public let time: Timestamp
  /// The label then.
  public let label: ModelLabel
}

extension SegmentModel {
  /// Each feature's part of the squared distances to the two nearest centroids of the first row of a table.
  ///
  /// - Returns: a pull for each column of the transform; nothing for trees, whose distances are no sums, for
  ///   models with a projection, and where there is one segment only.
  /// - Precondition: the table has all of ``inputs`` and a row.
  public func pulls(_ table: FeatureTable, label: ModelLabel) -> [FeaturePull] {
    guard case .kMeans(let model) = algorithm, transform.projection == nil,
      let second = label.secondSegment
    else { return [] }
    let point = Array(transform.apply(to: table).row(0))
    return transform.columns.indices.map { column in
      func part(_ segment: Int) -> Double {
        let difference = point[column] - model.centroids[segment, column]
        return difference * difference
      }
      return FeaturePull(
        feature: transform.columns[column].feature, toNearest: part(label.segment),
        toSecond: part(second))
    }
  }

  /// The movements along one feature each that make the second-nearest centroid the nearest of the two for the
  /// first row of a table, the smallest in transformed units first.
  ///
  /// Along a column x_j the difference of the squared distances is linear, d₁² − d₂² = f + t g, also behind a
  /// projection, so that the crossing is t = −f / g; logarithm and scale are monotone, and are undone by
  /// halving.
  ///
  /// - Returns: nothing for trees; features whose range does not reach the crossing are left out.
  /// - Precondition: the table has all of ``inputs`` and a row.
  /// - Complexity: O(columns² × segments), with a projection O(columns³).
  public func movements(_ table: FeatureTable, label: ModelLabel) -> [FeatureMovement] {
    guard case .kMeans(let model) = algorithm, let second = label.secondSegment else { return [] }
    let plain = FeatureTransform(columns: transform.columns)
    let point = Array(plain.apply(to: table).row(0))
    func squaredDistance(_ projected: [Double], _ segment: Int) -> Double {
      projected.indices.reduce(0) { sum, column in
        let difference = projected[column] - model.centroids[segment, column]
        return sum + difference * difference
      }
    }
    func excess(_ point: [Double]) -> Double {
      let projected = project(point)
      return squaredDistance(projected, label.segment) - squaredDistance(projected, second)
    }
    let start = excess(point)
    return point.indices.compactMap { column -> FeatureMovement? in
      var moved = point
      moved[column] += 1
      let slope = excess(moved) - start
      guard slope != 0 else { return nil }
      let step = -start / slope
      let transform = transform.columns[column]
      let raw = table.column(transform.feature)?.first ?? .nan
      let value = raw.isNaN ? transform.invert(point[column]) : raw
      // Beyond the crossing by what rounding can make of it.
      let target = point[column] + step * (1 + 1e-9)
      guard let needed = transform.value(reaching: target, from: value) else { return nil }
      moved[column] = transform.apply(needed)
      let projected = project(moved)
      let nearest = segments.indices.min {
        squaredDistance(projected, $0) < squaredDistance(projected, $1)
      }
      return FeatureMovement(
        feature: transform.feature, value: value, needed: needed, size: abs(step),
        segment: nearest ?? second)
    }.sorted { $0.size < $1.size }
  }

  /// A row before the projection, behind it.
  private func project(_ point: [Double]) -> [Double] {
    guard let projection = transform.projection else { return point }
    return (0..<projection.matrix.rowCount).map { output in
      point.indices.reduce(0) {
        $0 + (point[$1] - projection.mean[$1]) * projection.matrix[output, $1]
      }
    }
  }

  /// When a member gets another label, if nothing but time happens.
  ///
  /// Looked at once a day of 24 hours, and then halved to the second: a label that comes and goes within a day
  /// is not found.
  ///
  /// - Parameters:
  ///   - community: events and members; events after `asOf` do not exist yet.
  ///   - row: the member's row.
  ///   - asOf: the instant from which on nothing happens.
  ///   - days: how many days are looked at.
  ///   - modelName: the model's name, for errors.
  /// - Returns: the first change; nil where there is none, and for trees.
  /// - Throws: ``ModelError/missingInput(model:reason:)``, or `ClusteringError` for numbers that are too
  ///   large to compute with.
  public func nextChange(
    of community: Community, row: Int, asOf: Timestamp, days: Int = 90, modelName: String
  ) throws -> LabelChange? {
    guard case .kMeans = algorithm else { return nil }
    let known = community.known(ofRow: row, asOf: asOf)
    guard let knownRow = known.row(of: community.memberIDs[row]) else { return nil }
    func label(_ time: Timestamp) throws -> ModelLabel? {
      let table = try featureTable(
        of: known, rows: [knownRow], asOf: time, modelName: modelName, threadCount: 1)
      return try self.label(table, threadCount: 1).first
    }
    guard let first = try label(asOf) else { return nil }
    var before = asOf
    for day in 1...max(1, days) {
      let end = asOf.subtracting(days: -day)
      guard Timestamp.accepted.contains(end), let last = try label(end) else { return nil }
      guard last.segment != first.segment else {
        before = end
        continue
      }
      var (low, high, found) = (before.microseconds, end.microseconds, last)
      while high - low > 1_000_000 {
        let middle = low + (high - low) / 2 / 1_000_000 * 1_000_000
        guard middle > low, let then = try label(Timestamp(microseconds: middle)) else { break }
        if then.segment == first.segment { low = middle } else { (high, found) = (middle, then) }
      }
      return LabelChange(time: Timestamp(microseconds: high), label: found)
    }
    return nil
  }
}

extension ColumnTransform {
  /// The value nearest to another one that the transform takes to a number or beyond; nil where none does.
  fileprivate func value(reaching target: Double, from value: Double) -> Double? {
    let isRising = target >= apply(value)
    func isBeyond(_ value: Double) -> Bool {
      isRising ? apply(value) >= target : apply(value) <= target
    }
    if isBeyond(value) { return value }
    var (near, length) = (value, max(1e-6, abs(value) * 1e-6))
    // What the transform cuts off at 0 has no values below.
    let least = logarithm == .log1p ? 0 : -1e15
    while true {
      let far = isRising ? value + length : max(least, value - length)
      if isBeyond(far) {
        var far = far
        for _ in 0..<200 {
          let middle = near + (far - near) / 2
          if middle == near || middle == far { break }
          if isBeyond(middle) { far = middle } else { near = middle }
        }
        return far
      }
      guard length < 1e15, isRising || far > least else { return nil }
      near = far
      length *= 2
    }
  }
}

extension Community {
  /// What is known of one member at an instant: its events, those done to it, and its attributes.
  fileprivate func known(ofRow row: Int, asOf: Timestamp) -> Community {
    let positions = Set(
      events(ofRow: row, asOf: asOf) + eventsReceived(byRow: row, asOf: asOf)
    ).sorted()
    let history = EventHistory(positions.map { self.history[Int($0)] })
    guard let tableRow = memberTableRow(ofRow: row) else { return Community(history: history) }
    return Community(
      history: history,
      members: MemberTable(
        ids: [memberIDs[row]], joinedAt: [members.joinedAt[tableRow]],
        attributes: members.attributes.mapValues { $0.cell(tableRow) }))
  }
}

extension AttributeColumn {
  /// A column of one of the cells.
  fileprivate func cell(_ row: Int) -> AttributeColumn {
    switch self {
    case .number(let cells): .number([cells[row]])
    case .boolean(let cells): .boolean([cells[row]])
    case .time(let cells): .time([cells[row]])
    case .list(let cells): .list([cells[row]])
    case .text(let cells): .text([cells[row]])
    }
  }
}
