import EventLog

/// A length of time that is always the same: a day is 24 hours.
public struct ExactDuration: Sendable, Hashable, Comparable, CustomStringConvertible {
  /// The length in microseconds, not negative.
  public let microseconds: Int64
  /// The duration as it was written, for example `30d`.
  public let description: String

  /// The longest duration that is read: 1,000 years of 365.25 days.
  public static let longestInDays: Int64 = 365_250

  /// Reads a whole number and its unit: `s`, `m` (minutes), `h`, `d` (24 hours) or `w` (7 days).
  ///
  /// Nil where the text is no duration, or one longer than ``longestInDays``.
  public init?(_ text: String) {
    let unit: Int64
    switch text.utf8.last {
    case UInt8(ascii: "s"): unit = 1_000_000
    case UInt8(ascii: "m"): unit = 60_000_000
    case UInt8(ascii: "h"): unit = 3_600_000_000
    case UInt8(ascii: "d"): unit = Timestamp.microsecondsPerDay
    case UInt8(ascii: "w"): unit = 7 * Timestamp.microsecondsPerDay
    default: return nil
    }
    let digits = text.utf8.dropLast()
    guard !digits.isEmpty, digits.allSatisfy({ (48...57).contains($0) }),
      let count = Int64(text.dropLast())
    else { return nil }
    let (product, overflows) = count.multipliedReportingOverflow(by: unit)
    guard !overflows, product <= Self.longestInDays * Timestamp.microsecondsPerDay else {
      return nil
    }
    microseconds = product
    description = text
  }

  /// True when both are equally long, however they are written.
  public static func == (left: ExactDuration, right: ExactDuration) -> Bool {
    left.microseconds == right.microseconds
  }

  /// Hashes the length.
  public func hash(into hasher: inout Hasher) { hasher.combine(microseconds) }

  /// True when `left` is shorter than `right`.
  public static func < (left: ExactDuration, right: ExactDuration) -> Bool {
    left.microseconds < right.microseconds
  }
}
