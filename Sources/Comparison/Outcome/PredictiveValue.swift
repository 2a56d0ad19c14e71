import Foundation

/// How well groups of members foretell an outcome, each measure by rates of other members than those it
/// is measured on.
///
/// Members are divided into folds. In each, a group's members are foretold to have the outcome at the rate
/// of the group's members in the other folds, drawn toward the rate of all by two members' weight, so that
/// a group of one cannot foretell itself.
public struct PredictiveValue: Sendable, Hashable {
  /// How much less is left to know of a member's outcome once the group is known, in bits a member.
  ///
  /// The fall of the log loss against foretelling everybody at the rate of all; under 0 where groups
  /// mislead.
  public let informationGain: Double
  /// The chance that of two members, one with the outcome and one without, the one with it is foretold at
  /// the higher rate, equals counted half (Hanley & McNeil 1982, doi 10.1148/radiology.143.1.7063747): 0.5
  /// for no foretelling, 1 for perfect.
  public let areaUnderCurve: Double
  /// How many times likelier the outcome is in the tenth of the members that it is foretold highest for
  /// than in all.
  public let liftOfTopTenth: Double

  /// The weight of members, and of those with the outcome, group by group and fold by fold.
  struct Counts {
    let groupCount: Int
    let foldCount: Int
    var members: [Double]
    var positives: [Double]

    init(groupCount: Int, foldCount: Int) {
      self.groupCount = groupCount
      self.foldCount = foldCount
      members = [Double](repeating: 0, count: groupCount * foldCount)
      positives = members
    }

    /// The sums of each fold.
    var totals: (members: [Double], positives: [Double]) {
      var members = [Double](repeating: 0, count: foldCount)
      var positives = members
      for index in self.members.indices {
        members[index % foldCount] += self.members[index]
        positives[index % foldCount] += self.positives[index]
      }
      return (members, positives)
    }
  }

  /// What each fold's members are foretold at.
  struct Rates {
    /// Group by group and fold by fold.
    let groups: [Double]
    /// Of everybody, fold by fold.
    let all: [Double]

    /// The rates of the members of the other folds.
    init(_ counts: Counts) {
      let folds = counts.foldCount
      let totals = counts.totals
      let (members, positives) = (totals.members.reduce(0, +), totals.positives.reduce(0, +))
      // Half a member of each kind keeps rates from 0 and 1.
      all = (0..<folds).map { fold in
        (positives - totals.positives[fold] + 0.5) / (members - totals.members[fold] + 1)
      }
      var groups = [Double](repeating: 0, count: counts.members.count)
      for group in 0..<counts.groupCount {
        let cells = group * folds..<(group + 1) * folds
        let (own, hits) = (
          counts.members[cells].reduce(0, +), counts.positives[cells].reduce(0, +)
        )
        for fold in 0..<folds {
          let cell = group * folds + fold
          groups[cell] =
            (hits - counts.positives[cell] + PredictiveValue.pull * all[fold])
            / (own - counts.members[cell] + PredictiveValue.pull)
        }
      }
      self.groups = groups
    }
  }

  private struct Cell {
    let rate: Double
    let members: Double
    let positives: Double
  }

  /// Measures what rates foretell; nil where all members, or all of every fold, have the same outcome.
  init?(_ counts: Counts, rates: Rates) {
    let folds = counts.foldCount
    let totals = counts.totals
    let (members, positives) = (totals.members.reduce(0, +), totals.positives.reduce(0, +))
    guard positives > 0, positives < members else { return nil }
    var (saved, ordered, pairs, top, tenth) = (0.0, 0.0, 0.0, 0.0, 0.0)
    for fold in 0..<folds where totals.members[fold] > 0 {
      let base = rates.all[fold]
      var cells: [Cell] = []
      for group in 0..<counts.groupCount {
        let own = counts.members[group * folds + fold]
        guard own > 0 else { continue }
        let hits = counts.positives[group * folds + fold]
        let rate = rates.groups[group * folds + fold]
        cells.append(Cell(rate: rate, members: own, positives: hits))
        saved += hits * log(rate / base) + (own - hits) * log((1 - rate) / (1 - base))
      }
      cells.sort { $0.rate < $1.rate }
      let found = Self.orderedPairs(cells)
      ordered += found.ordered
      pairs += found.pairs
      top += Self.positivesOfTopTenth(cells, total: totals.members[fold])
      tenth += totals.members[fold] / 10
    }
    guard pairs > 0 else { return nil }
    informationGain = saved / members / log(2)
    areaUnderCurve = ordered / pairs
    liftOfTopTenth = (top / tenth) / (positives / members)
  }

  /// The weight of the rate of all in the rate of a group.
  static let pull = 2.0

  init(informationGain: Double, areaUnderCurve: Double, liftOfTopTenth: Double) {
    self.informationGain = informationGain
    self.areaUnderCurve = areaUnderCurve
    self.liftOfTopTenth = liftOfTopTenth
  }

  /// The pairs of one with and one without the outcome, and those in the right order, ties half.
  private static func orderedPairs(_ cells: [Cell]) -> (ordered: Double, pairs: Double) {
    var (ordered, below, positives) = (0.0, 0.0, 0.0)
    var start = 0
    while start < cells.count {
      var end = start
      var (hits, misses) = (0.0, 0.0)
      while end < cells.count, cells[end].rate == cells[start].rate {
        hits += cells[end].positives
        misses += cells[end].members - cells[end].positives
        end += 1
      }
      ordered += hits * (below + misses / 2)
      below += misses
      positives += hits
      start = end
    }
    return (ordered, positives * below)
  }

  private static func positivesOfTopTenth(_ cells: [Cell], total: Double) -> Double {
    var (left, positives) = (total / 10, 0.0)
    var end = cells.count
    while end > 0, left > 0 {
      // Members of one rate are taken together, in part where not all have room.
      var (members, hits) = (0.0, 0.0)
      let rate = cells[end - 1].rate
      while end > 0, cells[end - 1].rate == rate {
        end -= 1
        members += cells[end].members
        hits += cells[end].positives
      }
      let part = min(1, left / members)
      positives += part * hits
      left -= part * members
    }
    return positives
  }
}
