import Clustering
import LinearAlgebra

/// Predictive values of all segmentations at all times, for members as they are and for draws of them.
struct OutcomeMeasurement {
  /// What one weighting of members gives.
  struct Statistics {
    /// For each time, each segmentation's value; nil where the outcome is the same for all.
    var moments: [[PredictiveValue]?]
    /// The means over the times; nil where there is none.
    var values: [PredictiveValue?]
    /// The part of all with the outcome.
    var rate: Double
    /// For each segment, the part of its members with the outcome.
    var segmentRates: [Double?]
  }

  private struct Time {
    /// For each member, its number among all members of all times.
    let members: [Int]
    let outcomes: [Bool]
    let folds: [UInt8]
    let groups: [[Int32]]
    let groupCounts: [Int]
    let segments: [[Int]]
    /// What members are foretold at, from the members as they are, by each segmentation.
    var rates: [PredictiveValue.Rates] = []

    func counts(
      _ index: Int, foldCount: Int, weight: (Int) -> Double
    ) -> PredictiveValue.Counts {
      var counts = PredictiveValue.Counts(groupCount: groupCounts[index], foldCount: foldCount)
      for (member, group) in groups[index].enumerated() {
        let cell = Int(group) * foldCount + Int(folds[member])
        counts.members[cell] += weight(member)
        if outcomes[member] { counts.positives[cell] += weight(member) }
      }
      return counts
    }
  }

  /// For each segmentation, the number of groups that were met.
  let groupCounts: [Int]
  private let times: [Time]
  private let memberCount: Int
  private let configuration: OutcomeStudy.Configuration

  /// Measures what was observed, with the members of each segment at each time.
  init(
    _ observed: [OutcomeObservations], segments: [[[Int]]],
    _ configuration: OutcomeStudy.Configuration
  ) {
    self.configuration = configuration
    var numbers: [Int: Int] = [:]
    var met = [Set<Int>](repeating: [], count: observed.first?.groups.count ?? 0)
    var times: [Time] = []
    for (look, segments) in zip(observed, segments) {
      let members = look.rows.map { row -> Int in
        if let known = numbers[row] { return known }
        numbers[row] = numbers.count
        return numbers.count - 1
      }
      for (index, groups) in look.groups.enumerated() { met[index].formUnion(groups) }
      var time = Time(
        members: members, outcomes: look.outcomes,
        folds: look.rows.map { Self.fold(ofRow: $0, configuration) },
        groups: look.groups.map { Self.dense($0) },
        groupCounts: look.groups.map { Set($0).count }, segments: segments)
      time.rates = look.groups.indices.map { index in
        PredictiveValue.Rates(
          time.counts(index, foldCount: configuration.foldCount) { _ in 1 })
      }
      times.append(time)
    }
    self.times = times
    memberCount = numbers.count
    groupCounts = met.map(\.count)
  }

  /// A member is in the same part at all times, whoever else is there.
  private static func fold(
    ofRow row: Int, _ configuration: OutcomeStudy.Configuration
  ) -> UInt8 {
    var generator = SeededGenerator(seed: configuration.seed, stream: UInt64(row) &+ 1)
    return UInt8(generator.below(configuration.foldCount))
  }

  private static func dense(_ groups: [Int]) -> [Int32] {
    var numbers: [Int: Int32] = [:]
    return groups.map { group in
      if let known = numbers[group] { return known }
      let number = Int32(numbers.count)
      numbers[group] = number
      return number
    }
  }

  /// True where at some time some have the outcome and some do not.
  var isInformative: Bool {
    times.contains { $0.outcomes.contains(true) && $0.outcomes.contains(false) }
  }

  /// The statistics of members drawn with replacement, each with all of its times, so many draws.
  ///
  /// What members are foretold at stays as it is: rates that were learned anew of a draw would be of fewer
  /// different members, and every draw worse than the members as they are.
  func draws() -> [Statistics] {
    var draws = [Statistics?](repeating: nil, count: configuration.replicateCount)
    draws.withUnsafeMutableBufferPointer { draws in
      nonisolated(unsafe) let draws = draws
      forEachBlock(
        count: configuration.replicateCount, threadCount: configuration.threadCount
      ) { draw in
        var generator = SeededGenerator(seed: configuration.seed &+ 1, stream: UInt64(draw) + 1)
        var weights = [Double](repeating: 0, count: memberCount)
        for _ in 0..<memberCount { weights[generator.below(memberCount)] += 1 }
        draws[draw] = statistics(weights: weights)
      }
    }
    return draws.compactMap { $0 }
  }

  /// The statistics with a weight for each member; nil for 1 each.
  func statistics(weights: [Double]?) -> Statistics {
    let count = times.first?.groups.count ?? 0
    let segmentCount = times.first?.segments.count ?? 0
    var moments: [[PredictiveValue]?] = []
    var (all, positive) = (0.0, 0.0)
    var segmentMembers = [Double](repeating: 0, count: segmentCount)
    var segmentPositives = segmentMembers
    for time in times {
      let own = weights.map { weights in time.members.map { weights[$0] } }
      func weight(_ member: Int) -> Double { own?[member] ?? 1 }
      for (member, happened) in time.outcomes.enumerated() {
        all += weight(member)
        if happened { positive += weight(member) }
      }
      for (segment, members) in time.segments.enumerated() {
        for member in members {
          segmentMembers[segment] += weight(member)
          if time.outcomes[member] { segmentPositives[segment] += weight(member) }
        }
      }
      var values: [PredictiveValue] = []
      for index in 0..<count {
        let counts = time.counts(
          index, foldCount: configuration.foldCount, weight: weight)
        if let value = PredictiveValue(counts, rates: time.rates[index]) { values.append(value) }
      }
      moments.append(values.count == count ? values : nil)
    }
    let known = moments.compactMap { $0 }
    let means = (0..<count).map { index -> PredictiveValue? in
      guard !known.isEmpty else { return nil }
      func mean(_ part: (PredictiveValue) -> Double) -> Double {
        known.reduce(0) { $0 + part($1[index]) } / Double(known.count)
      }
      return PredictiveValue(
        informationGain: mean(\.informationGain), areaUnderCurve: mean(\.areaUnderCurve),
        liftOfTopTenth: mean(\.liftOfTopTenth))
    }
    return Statistics(
      moments: moments, values: means, rate: all > 0 ? positive / all : 0,
      segmentRates: zip(segmentPositives, segmentMembers).map { $1 > 0 ? $0 / $1 : nil })
  }
}
