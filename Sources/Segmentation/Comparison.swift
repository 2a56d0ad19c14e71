/// A comparison of an observed value with written ones.
public enum Comparison<Value: Comparable & Hashable & Sendable>: Sendable, Hashable {
  /// `eq`: equal.
  case equal(Value)
  /// `gt`: greater.
  case greater(Value)
  /// `gte`: greater or equal.
  case atLeast(Value)
  /// `lt`: less.
  case less(Value)
  /// `lte`: less or equal.
  case atMost(Value)
  /// `between`: from the first to the second, both ends in.
  case between(Value, Value)

  /// True where the comparison holds; never for NaN.
  public func holds(for value: Value) -> Bool {
    switch self {
    case .equal(let other): value == other
    case .greater(let other): value > other
    case .atLeast(let other): value >= other
    case .less(let other): value < other
    case .atMost(let other): value <= other
    case .between(let low, let high): value >= low && value <= high
    }
  }
}

/// The written name of a comparison.
enum ComparisonOperator: String, CaseIterable {
  case eq, gt, gte, lt, lte, between

  static let names = allCases.map(\.rawValue)

  /// The comparison with one operand, or nil for `between`.
  func comparison<Value>(_ operand: Value) -> Comparison<Value>? {
    switch self {
    case .eq: .equal(operand)
    case .gt: .greater(operand)
    case .gte: .atLeast(operand)
    case .lt: .less(operand)
    case .lte: .atMost(operand)
    case .between: nil
    }
  }
}

extension Comparison {
  /// What an observed value needs, in words: `at least 3`.
  func description(_ format: (Value) -> String) -> String {
    switch self {
    case .equal(let value): "exactly \(format(value))"
    case .greater(let value): "more than \(format(value))"
    case .atLeast(let value): "at least \(format(value))"
    case .less(let value): "less than \(format(value))"
    case .atMost(let value): "at most \(format(value))"
    case .between(let low, let high): "\(format(low)) to \(format(high))"
    }
  }
}
