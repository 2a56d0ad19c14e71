public import Engagement
import EventLog

/// A number or a length of time in a condition that could as well be a little more or less.
public struct RuleThreshold: Sendable, Hashable {
  /// What the number is compared with, or what it measures.
  public enum Quantity: Sendable, Hashable {
    /// A feature.
    case feature(FeatureDefinition)
    /// A score, by name.
    case score(String)
    /// A numeric attribute, by name.
    case attribute(String)
    /// A number of events or periods.
    case count
    /// A share from 0 to 1.
    case share
    /// Any other number: an aggregate of a field, a ratio, a distance.
    case number
    /// A length of time.
    case duration
  }

  /// A threshold's value.
  public enum Value: Sendable, Hashable {
    /// A number.
    case number(Double)
    /// A length of time.
    case duration(ExactDuration)
  }

  /// Its place among the condition's thresholds, from 0.
  public let index: Int
  /// What it bounds.
  public let quantity: Quantity
  /// What it is.
  public let value: Value
  /// The leaf that it stands in, as written.
  public let leaf: String
  /// Where that leaf stands in its file.
  public let position: SourcePosition
}

extension Condition {
  /// All numbers and lengths of time that the condition compares with, leaf by leaf as written.
  ///
  /// Dates, instants, texts and the numbers of `near`, `bucket`, `rank` and `cluster` are none.
  public var thresholds: [RuleThreshold] {
    var found: [RuleThreshold] = []
    var rewriting = ThresholdRewriting { threshold in
      found.append(threshold)
      return threshold.value
    }
    _ = rewriting.condition(self)
    return found
  }

  /// The condition with another value for one threshold.
  ///
  /// - Returns: nil where the value would make no sense beside the others: `between` and `ago` whose ends
  ///   change places, more periods than are looked at.
  /// - Precondition: the condition has such a threshold, and the value is of its kind.
  public func replacingThreshold(_ index: Int, by value: RuleThreshold.Value) -> Condition? {
    var hasFound = false
    var rewriting = ThresholdRewriting { threshold in
      guard threshold.index == index else { return threshold.value }
      hasFound = true
      return value
    }
    let condition = rewriting.condition(self)
    precondition(hasFound, "the condition has no threshold \(index)")
    return rewriting.isSensible ? condition : nil
  }
}
