public import EventLog

/// A value written in a rule, to compare fields with.
public struct Literal: Sendable, Hashable, CustomStringConvertible {
  /// The value as written.
  public let text: String
  /// The number that the text is, if it is one.
  public let number: Double?
  /// The instant that the text is, if it is one; a plain date begins in the clock's zone.
  public let instant: Timestamp?

  let foldedText: String

  init(text: String, number: Double?, instant: Timestamp?) {
    self.text = text
    self.number = number
    self.instant = instant
    foldedText = folded(text)
  }

  /// The value as written.
  public var description: String { text }
}

/// What a rule asks of one field: a member's attribute, or a property of an event.
public enum FieldTest: Sendable, Hashable {
  /// `is`, `in`: equal to one of the values.
  case isOneOf([Literal])
  /// `is_not`, `not_in`: equal to none of the values; true where the field is missing.
  case isNoneOf([Literal])
  /// `contains`: the text stands somewhere in the field's.
  case contains(Literal)
  /// `not_contains`: it does not; true where the field is missing.
  case doesNotContain(Literal)
  /// `starts_with`: the field begins with the text.
  case startsWith(Literal)
  /// `ends_with`: the field ends with the text.
  case endsWith(Literal)
  /// `matches`: the pattern is found in the field's text.
  case matches(RegularExpression)
  /// `gt`, `gte`, `lt`, `lte`, `between` with numbers.
  case number(Comparison<Double>)
  /// `gt`, `gte`, `lt`, `lte`, `between` with dates, and `before` (`lt`) and `after` (`gt`).
  case instant(Comparison<Timestamp>)
  /// `exists: true`, `missing: false`; with false the opposite.
  case exists(Bool)
  /// `has_any`: at least one of the values is among the field's items.
  case hasAny([Literal])
  /// `has_all`: all of the values are.
  case hasAll([Literal])
  /// `has_none`: none of the values is; true where the field is missing.
  case hasNone([Literal])
  /// `older_than`: an age of the duration or more.
  case olderThan(ExactDuration)
  /// `newer_than`: an age under the duration.
  case newerThan(ExactDuration)
  /// `anniversary_within`: the anniversary's calendar day is today or begins within the duration.
  case anniversaryWithin(ExactDuration)

  /// What the test gives for a missing field.
  public var holdsWhereMissing: Bool {
    switch self {
    case .isNoneOf, .doesNotContain, .hasNone, .exists(false): true
    default: false
    }
  }

  /// True for tests of a value that does not change which come and go by themselves.
  var dependsOnTime: Bool {
    switch self {
    case .olderThan, .newerThan, .anniversaryWithin: true
    default: false
    }
  }
}
