/// A distribution of numbers whose cumulative distribution function is linear between knots, with a
/// jump where two knots have one value.
struct PiecewiseDistribution: Sendable {
  /// The knots' values, rising.
  private let values: [Double]
  /// The probability of at most each, rising from 0 to 1.
  private let probabilities: [Double]

  /// Numbers spread evenly over a range.
  init(uniformOver range: ClosedRange<Double>) {
    (values, probabilities) = ([range.lowerBound, range.upperBound], [0, 1])
  }

  /// The distribution of one mode, at most, that is nearest to a sample of at least one number.
  ///
  /// Left of a mode it is the greatest convex function under the sample's distribution function, right
  /// of it the least concave one over it, and the mode is the sample's number at which the larger of
  /// the two departures is least: the fit behind the dip (Hartigan & Hartigan 1985, doi
  /// 10.1214/aos/1176346577).
  ///
  /// - Complexity: O(n log n).
  init(nearestUnimodalTo sample: [Double]) {
    let steps = EmpiricalSteps(sample.sorted())
    // The left departure never falls as the mode moves right, and the right one never rises.
    var (first, last) = (0, steps.values.count - 1)
    while first < last {
      let middle = (first + last) / 2
      if steps.leftFit(middle).departure >= steps.rightFit(middle).departure {
        last = middle
      } else {
        first = middle + 1
      }
    }
    func departure(_ mode: Int) -> Double {
      max(steps.leftFit(mode).departure, steps.rightFit(mode).departure)
    }
    let mode = first > 0 && departure(first - 1) <= departure(first) ? first - 1 : first
    let (left, right) = (steps.leftFit(mode).corners, steps.rightFit(mode).corners)
    values = left.map { steps.values[$0] } + right.map { steps.values[$0] }
    probabilities = left.map { steps.before[$0] } + right.map { steps.after[$0] }
  }

  /// The number at or under which lies a share of the distribution, `share` in 0..<1.
  func quantile(_ share: Double) -> Double {
    // The first knot over the share: there is one before it.
    var (first, last) = (1, values.count - 1)
    while first < last {
      let middle = (first + last) / 2
      if probabilities[middle] > share { last = middle } else { first = middle + 1 }
    }
    let (low, high) = (probabilities[first - 1], probabilities[first])
    guard high > low else { return values[first] }
    let part = (share - low) / (high - low)
    return values[first - 1] + part * (values[first] - values[first - 1])
  }
}

/// The distribution function of a sample: it steps up at every distinct number.
private struct EmpiricalSteps {
  /// The distinct numbers, rising.
  let values: [Double]
  /// The share of the sample under each.
  let before: [Double]
  /// The share of the sample at or under each.
  let after: [Double]

  init(_ sorted: [Double]) {
    var (values, counts) = ([Double](), [Int]())
    for value in sorted {
      if values.last == value {
        counts[counts.count - 1] += 1
      } else {
        values.append(value)
        counts.append(1)
      }
    }
    var (before, after, total) = ([Double](), [Double](), 0)
    for count in counts {
      before.append(Double(total) / Double(sorted.count))
      total += count
      after.append(Double(total) / Double(sorted.count))
    }
    (self.values, self.before, self.after) = (values, before, after)
  }

  /// The corners of the greatest convex minorant up to a mode, and how far it is under the steps.
  func leftFit(_ mode: Int) -> (corners: [Int], departure: Double) {
    let corners = hull(0...mode, before, sign: 1)
    return (corners, departure(corners, before) { $0 < mode ? after[$0] - $1 : 0 })
  }

  /// The corners of the least concave majorant from a mode on, and how far it is over the steps.
  func rightFit(_ mode: Int) -> (corners: [Int], departure: Double) {
    let corners = hull(mode...values.count - 1, after, sign: -1)
    return (corners, departure(corners, after) { $0 > mode ? $1 - before[$0] : 0 })
  }

  /// The corners of the lower convex hull of points (value, height); of the upper one for sign -1.
  private func hull(_ range: ClosedRange<Int>, _ heights: [Double], sign: Double) -> [Int] {
    var corners: [Int] = []
    for point in range {
      while corners.count > 1 {
        let (a, b) = (corners[corners.count - 2], corners[corners.count - 1])
        let turn =
          (values[b] - values[a]) * (heights[point] - heights[a])
          - (heights[b] - heights[a]) * (values[point] - values[a])
        guard sign * turn <= 0 else { break }
        corners.removeLast()
      }
      corners.append(point)
    }
    return corners
  }

  /// The largest of `distance` over the points between the corners and on them.
  private func departure(
    _ corners: [Int], _ heights: [Double], _ distance: (Int, Double) -> Double
  ) -> Double {
    var largest = distance(corners[0], heights[corners[0]])
    for (a, b) in zip(corners, corners.dropFirst()) {
      let slope = (heights[b] - heights[a]) / (values[b] - values[a])
      for point in a + 1...b {
        largest = max(
          largest, distance(point, heights[a] + slope * (values[point] - values[a])))
      }
    }
    return largest
  }
}
