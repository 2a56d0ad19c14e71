import Engagement
import LinearAlgebra

/// Features of members as the numbers of the intervals that a few readable thresholds make.
struct BinnedFeatures {
  /// One feature.
  struct Column {
    let feature: FeatureDefinition
    /// The thresholds, rising; interval i holds values from cut i - 1, itself included, up to cut i.
    let cuts: [Double]
    /// True where some member has no value.
    let hasMissing: Bool
    /// For each row, 0 where the value is missing, else 1 and the number of cuts at or under it.
    let codes: [UInt8]
  }

  /// The features that have a threshold at all.
  let columns: [Column]
  let rowCount: Int

  /// Lengths of time in days that people say.
  private static let days: [Double] = [
    30, 90, 7, 365, 60, 14, 180, 1, 21, 28, 45, 120, 270, 730, 3, 10,
  ]

  /// Finds thresholds in some rows of a table and codes all of its rows.
  ///
  /// Neighbouring thresholds are at least one part in `resolution` of the members apart, and each is
  /// the roundest number between those that it divides alike, or nearly so.
  init(_ table: FeatureTable, cutting rows: [Int], resolution: Int = 64) {
    var columns: [Column] = []
    for (index, feature) in table.features.enumerated() {
      let values = table.values.column(index)
      let sorted = rows.map { values[$0] }.filter(\.isFinite).sorted()
      let cuts = Self.cuts(of: sorted, resolution: resolution, preferred: feature.isInDays)
      guard !cuts.isEmpty else { continue }
      columns.append(
        Column(
          feature: feature, cuts: cuts, hasMissing: values.contains { $0.isNaN },
          codes: values.map { Self.code(of: $0, cuts) }))
    }
    self.columns = columns
    rowCount = table.values.rowCount
  }

  private static func code(of value: Double, _ cuts: [Double]) -> UInt8 {
    guard !value.isNaN else { return 0 }
    var (low, high) = (0, cuts.count)
    while low < high {
      let middle = (low + high) / 2
      if cuts[middle] <= value { low = middle + 1 } else { high = middle }
    }
    return UInt8(low + 1)
  }

  static func cuts(of sorted: [Double], resolution: Int, preferred: Bool) -> [Double] {
    guard let least = sorted.first, let greatest = sorted.last, least < greatest else { return [] }
    var cuts: [Double] = []
    func add(above low: Double, through high: Double) {
      guard low < high else { return }
      let cut = roundNumber(above: low, through: high, preferred: preferred ? days : [])
      if cuts.last.map({ $0 < cut }) ?? true { cuts.append(cut) }
    }
    var distinct: [Double] = []
    for value in sorted where distinct.last != value {
      distinct.append(value)
      if distinct.count > resolution { break }
    }
    if distinct.count <= resolution {
      for (low, high) in zip(distinct, distinct.dropFirst()) { add(above: low, through: high) }
      return cuts
    }
    // A cell of ranks around each threshold; where one value fills it, the threshold is next to it.
    let step = Double(sorted.count) / Double(resolution)
    for cell in 0..<resolution {
      let from = Int(Double(cell) * step)
      let to = min(sorted.count - 1, Int(Double(cell + 1) * step))
      if sorted[from] < sorted[to] {
        add(above: sorted[from], through: sorted[to])
      }
    }
    return cuts
  }
}

extension FeatureDefinition {
  /// True for lengths of time in days.
  fileprivate var isInDays: Bool {
    switch self {
    case .recencyDays, .tenureDays, .lifespanDays, .medianGapDays: true
    default: false
    }
  }
}
