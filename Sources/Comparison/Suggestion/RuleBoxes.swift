import Engagement
import Segmentation

/// A rule as a union of boxes: members who lie in any of them are in.
struct RuleBoxes: Hashable {
  /// What a box asks of one feature.
  struct Bounds: Hashable {
    /// The position of the least threshold, itself included.
    var lower: Int?
    /// The position of the threshold that values stay under.
    var upper: Int?
    /// True where members without a value are in.
    var takesMissing: Bool

    func contains(_ code: UInt8) -> Bool {
      guard code > 0 else { return takesMissing }
      return (lower.map { Int(code) >= $0 + 2 } ?? true)
        && (upper.map { Int(code) < $0 + 2 } ?? true)
    }

    var count: Int { (lower == nil ? 0 : 1) + (upper == nil ? 0 : 1) }
  }

  /// The bounds of each box by the feature's position; a box without bounds holds everybody.
  var boxes: [[Int: Bounds]]

  /// The number of thresholds in all boxes.
  var thresholdCount: Int { boxes.reduce(0) { $0 + $1.values.reduce(0) { $0 + $1.count } } }

  /// The union of a tree's leaves.
  init(_ leaves: [ThresholdTree.Leaf]) {
    boxes = leaves.map { leaf in
      var box: [Int: Bounds] = [:]
      for step in leaf.path {
        var bounds = box[step.column] ?? Bounds(takesMissing: true)
        if step.isUpper {
          bounds.lower = max(bounds.lower ?? step.cut, step.cut)
        } else {
          bounds.upper = min(bounds.upper ?? step.cut, step.cut)
        }
        bounds.takesMissing = bounds.takesMissing && step.takesMissing
        box[step.column] = bounds
      }
      return box
    }
    join()
  }

  /// Joins boxes that differ in one feature, where they touch, until none do.
  private mutating func join() {
    var index = 0
    while index < boxes.count {
      let other = boxes.indices.first { other in
        other > index && union(boxes[index], boxes[other]) != nil
      }
      if let other, let joined = union(boxes[index], boxes[other]) {
        boxes[index] = joined
        boxes.remove(at: other)
        index = 0
      } else {
        index += 1
      }
    }
  }

  private func union(_ first: [Int: Bounds], _ second: [Int: Bounds]) -> [Int: Bounds]? {
    let columns = Set(first.keys).union(second.keys)
    let all = Bounds(takesMissing: true)
    let unequal = columns.filter { first[$0] ?? all != second[$0] ?? all }
    guard unequal.count == 1, let column = unequal.first else {
      return unequal.isEmpty ? first : nil
    }
    guard let one = first[column], let two = second[column] else { return nil }
    let (low, high) = (one.lower ?? -1) <= (two.lower ?? -1) ? (one, two) : (two, one)
    // The lower one must reach the upper one.
    guard (low.upper ?? .max) >= (high.lower ?? -1) else { return nil }
    var joined = first
    let upper: Int? =
      if let a = low.upper, let b = high.upper { max(a, b) } else { nil }
    let bounds = Bounds(
      lower: low.lower, upper: upper, takesMissing: low.takesMissing || high.takesMissing)
    joined[column] = bounds == all ? nil : bounds
    return joined
  }

  /// True for rows that lie in a box.
  func contains(_ row: Int, of features: BinnedFeatures) -> Bool {
    boxes.contains { box in
      box.allSatisfy { column, bounds in bounds.contains(features.columns[column].codes[row]) }
    }
  }

  /// The rule in the vocabulary of written segments; nil where a box holds everybody.
  func condition(_ features: BinnedFeatures) -> Condition? {
    guard !boxes.isEmpty, !boxes.contains(where: \.isEmpty) else { return nil }
    let parts = boxes.map { box -> Condition in
      let conditions = box.keys.sorted().flatMap { column in
        asked(features.columns[column], box[column] ?? Bounds(takesMissing: true))
      }
      return conditions.count == 1 ? conditions[0] : .all(conditions)
    }
    return parts.count == 1 ? parts[0] : .any(parts)
  }

  private func asked(_ column: BinnedFeatures.Column, _ bounds: Bounds) -> [Condition] {
    let lower = bounds.lower.map { column.cuts[$0] }
    let upper = bounds.upper.map { column.cuts[$0] }
    guard bounds.takesMissing, column.hasMissing else {
      let inside =
        (lower.map { [.atLeast($0)] } ?? []) + (upper.map { [Comparison<Double>.less($0)] } ?? [])
      // Nothing is asked but that there is a value; none is smaller than the log's own limit.
      return [.feature(column.feature, inside.isEmpty ? [.atLeast(-1e15)] : inside)]
    }
    // A member without a value fails every comparison, and so passes its negation.
    return (lower.map { [.not(.feature(column.feature, [.less($0)]))] } ?? [])
      + (upper.map { [.not(.feature(column.feature, [.atLeast($0)]))] } ?? [])
  }
}
