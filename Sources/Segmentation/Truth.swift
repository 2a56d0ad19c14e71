/// The value of a condition: true, false, or unknown where a field that it needs is missing.
///
/// The logic is Kleene's (1938, doi 10.2307/2267778): unknown is what could still be either.
public enum Truth: Int8, Sendable, Hashable, Comparable, CustomStringConvertible {
  /// The condition does not hold.
  case `false` = 0
  /// What it takes to tell is missing.
  case unknown = 1
  /// The condition holds.
  case `true` = 2

  /// Makes true or false.
  public init(_ isTrue: Bool) { self = isTrue ? .true : .false }

  /// False, unknown and true in this order, so that "all" is the least and "any" the greatest.
  public static func < (left: Truth, right: Truth) -> Bool { left.rawValue < right.rawValue }

  /// The opposite; unknown stays unknown.
  public var negated: Truth {
    switch self {
    case .false: .true
    case .unknown: .unknown
    case .true: .false
    }
  }

  /// Whether at least `count` of some truths are true.
  static func atLeast(_ count: Int, of truths: some Sequence<Truth>) -> Truth {
    var certain = 0
    var possible = 0
    for truth in truths {
      if truth == .true { certain += 1 }
      if truth != .false { possible += 1 }
    }
    if certain >= count { return .true }
    return possible < count ? .false : .unknown
  }

  /// `true`, `false` or `unknown`.
  public var description: String {
    switch self {
    case .false: "false"
    case .unknown: "unknown"
    case .true: "true"
    }
  }
}
