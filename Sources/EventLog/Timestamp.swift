/// An instant in UTC, in whole microseconds since 1970-01-01T00:00:00Z.
///
/// Leap seconds are not counted, as in POSIX time: a real one (`23:59:60Z`) is read as the midnight
/// that follows it.
public struct Timestamp: Sendable, Hashable, Comparable {
  /// Microseconds since 1970-01-01T00:00:00Z; negative before.
  public var microseconds: Int64

  /// Microseconds in a day of 86,400 s.
  public static let microsecondsPerDay: Int64 = 86_400_000_000

  /// The instants that events may have: from 1970-01-01 until, not including, 2200-01-01.
  public static let accepted =
    Timestamp(microseconds: 0)..<Timestamp(microseconds: 7_258_118_400_000_000)

  /// Makes an instant from microseconds since 1970-01-01T00:00:00Z.
  public init(microseconds: Int64) { self.microseconds = microseconds }

  /// True when `left` is earlier than `right`.
  public static func < (left: Timestamp, right: Timestamp) -> Bool {
    left.microseconds < right.microseconds
  }

  /// The time from `earlier` to this instant in days of 86,400 s; negative if this one is earlier.
  public func days(since earlier: Timestamp) -> Double {
    Double(microseconds - earlier.microseconds) / Double(Self.microsecondsPerDay)
  }

  /// The instant a number of days of 86,400 s before this one.
  public func subtracting(days: Int) -> Timestamp {
    Timestamp(microseconds: microseconds - Int64(days) * Self.microsecondsPerDay)
  }
}

extension Timestamp: CustomStringConvertible {
  /// The instant as RFC 3339 in UTC, with a fraction only where it is not zero.
  public var description: String {
    let day = floorDivide(microseconds, Self.microsecondsPerDay)
    let date = CivilDate(daysSince1970: Int(day))
    let rest = Int(microseconds - day * Self.microsecondsPerDay)
    let (seconds, fraction) = (rest / 1_000_000, rest % 1_000_000)
    let hasUsualYear = (0...9999).contains(date.year)
    let text = String(unsafeUninitializedCapacity: 27) { bytes in
      var count = 0
      func write(_ byte: Character) {
        bytes[count] = byte.asciiValue ?? 0
        count += 1
      }
      func write(_ value: Int, width: Int) {
        var value = value
        for place in (count..<count + width).reversed() {
          bytes[place] = UInt8(48 + value % 10)
          value /= 10
        }
        count += width
      }
      if hasUsualYear {
        write(date.year, width: 4)
        write("-")
        write(date.month, width: 2)
        write("-")
        write(date.day, width: 2)
      }
      write("T")
      write(seconds / 3600, width: 2)
      write(":")
      write(seconds / 60 % 60, width: 2)
      write(":")
      write(seconds % 60, width: 2)
      if fraction != 0 {
        write(".")
        write(fraction, width: 6)
        while bytes[count - 1] == 48 { count -= 1 }
      }
      write("Z")
      return count
    }
    return hasUsualYear ? text : "\(date)" + text
  }
}

/// The quotient of a division rounded down, also for negative numbers.
package func floorDivide<Number: SignedInteger>(_ value: Number, _ divisor: Number) -> Number {
  let quotient = value / divisor
  return value % divisor < 0 ? quotient - 1 : quotient
}

func padded(_ value: Int, to width: Int) -> String {
  let digits = String(value)
  return String(repeating: "0", count: max(0, width - digits.count)) + digits
}
