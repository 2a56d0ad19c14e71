/// A decimal number of a time since 1970.
struct EpochNumber {
  private var isNegative = false
  private var whole: Int64 = 0
  private var digits: UnsafeBufferPointer<UInt8>
  /// The first six digits behind the point, as whole millionths.
  private var millionths: Int64 = 0
  private var hasPoint = false
  private var isTooLong = false

  /// Reads `-?digits[.digits]`, nil for all else.
  init?(_ bytes: UnsafeBufferPointer<UInt8>) {
    var position = 0
    if bytes.first == ascii("-") {
      isNegative = true
      position = 1
    }
    let start = position
    while position < bytes.count, bytes[position] &- 0x30 < 10 {
      let (product, overflows) = whole.multipliedReportingOverflow(by: 10)
      let (sum, exceeds) = product.addingReportingOverflow(Int64(bytes[position] &- 0x30))
      isTooLong = isTooLong || overflows || exceeds
      whole = isTooLong ? 0 : sum
      position += 1
    }
    guard position > start else { return nil }
    digits = UnsafeBufferPointer(rebasing: bytes[start..<position])
    guard position < bytes.count else { return }
    guard bytes[position] == ascii("."), position + 1 < bytes.count else { return nil }
    hasPoint = true
    var scale: Int64 = 100_000
    for byte in bytes[(position + 1)...] {
      guard byte &- 0x30 < 10 else { return nil }
      millionths += Int64(byte &- 0x30) * scale
      scale /= 10
    }
  }

  /// The first unit that puts it in the years 1970 to 2199; nil where none does.
  var unit: EpochUnit? {
    guard !isTooLong, !isNegative else { return nil }
    return EpochUnit.allCases.first { Timestamp.accepted.contains(instant(in: $0)) }
  }

  /// The instant, cut after microseconds; out of all ranges where it has none.
  func instant(in unit: EpochUnit) -> Timestamp {
    guard !isTooLong else { return .outOfRange }
    var microseconds: Int64
    if unit == .nanoseconds {
      microseconds = whole / 1000
    } else {
      let scale: Int64 = unit == .seconds ? 1_000_000 : unit == .milliseconds ? 1000 : 1
      let (product, overflows) = whole.multipliedReportingOverflow(by: scale)
      let (sum, exceeds) = product.addingReportingOverflow(millionths * scale / 1_000_000)
      if overflows || exceeds { return .outOfRange }
      microseconds = sum
    }
    return Timestamp(microseconds: isNegative ? -microseconds : microseconds)
  }

  /// Whether it could as well be a date: `20240501`, or one with hour and minute, seconds and milliseconds.
  ///
  /// Of such numbers only those of eight digits are in a common unit dates that logs may have, the others
  /// lie in the first years after 1970.
  var readsAsDate: Bool {
    guard !hasPoint, !isNegative, [8, 12, 14, 17].contains(digits.count) else { return false }
    func number(_ range: Range<Int>) -> Int {
      digits[range].reduce(0) { $0 * 10 + Int($1 &- 0x30) }
    }
    guard
      let date = CivilDate(year: number(0..<4), month: number(4..<6), day: number(6..<8)),
      (1970..<2200).contains(date.year)
    else { return false }
    return digits.count == 8
      || (number(8..<10) < 24 && number(10..<12) < 60
        && (digits.count == 12 || number(12..<14) <= 60))
  }
}

extension Timestamp {
  /// What is read of numbers that are in range in no unit.
  static let outOfRange = Timestamp(microseconds: .max)
}
