extension Timestamp {
  /// Reads an RFC 3339 instant, or nil where the text is none.
  ///
  /// Accepted: `2024-02-29T12:30:00Z`, a fraction of any length (cut after microseconds), any
  /// offset up to 14 hours, a space or `t` for the `T`, and what logs often have though RFC 3339
  /// has not: no offset (then UTC) and a date alone (its midnight in UTC). ASCII blanks around are
  /// ignored. Not accepted: numbers since an epoch, whose unit is a guess, and dates in other
  /// orders. The years 0000 to 9999 are read; see ``accepted`` for the years that events may have.
  public init?(_ text: some StringProtocol) {
    let utf8 = Array(text.utf8)
    guard let instant = utf8.withUnsafeBufferPointer({ Timestamp(bytes: $0) }) else { return nil }
    self = instant
  }

  init?(bytes: UnsafeBufferPointer<UInt8>) {
    var scanner = DigitScanner(bytes: trimmingBlanks(bytes))
    guard let year = scanner.number(digits: 4), scanner.skip(ascii("-")),
      let month = scanner.number(digits: 2), scanner.skip(ascii("-")),
      let day = scanner.number(digits: 2),
      (1...12).contains(month), day >= 1, day <= CivilDate.daysInMonth(month, of: year)
    else { return nil }
    var seconds = Int64(CivilDate.daysSince1970(year: year, month: month, day: day)) * 86_400
    if scanner.isAtEnd {
      self.init(microseconds: seconds * 1_000_000)
      return
    }
    guard scanner.skip(ascii("T")) || scanner.skip(ascii(" ")) || scanner.skip(ascii("t")),
      let hour = scanner.number(digits: 2), hour < 24, scanner.skip(ascii(":")),
      let minute = scanner.number(digits: 2), minute < 60, scanner.skip(ascii(":")),
      let second = scanner.number(digits: 2), second <= 60,
      let fraction = scanner.fractionInMicroseconds(),
      let offset = scanner.offsetInSeconds(), scanner.isAtEnd
    else { return nil }
    seconds += Int64(hour * 3600 + minute * 60 + second - offset)
    // A leap second stands at the end of a UTC day, so the instant after it is a midnight.
    if second == 60, seconds % 86_400 != 0 { return nil }
    self.init(microseconds: seconds * 1_000_000 + Int64(fraction))
  }
}

func ascii(_ character: Unicode.Scalar) -> UInt8 { UInt8(ascii: character) }

/// The bytes without spaces and tabs at either end.
func trimmingBlanks(_ bytes: UnsafeBufferPointer<UInt8>) -> UnsafeBufferPointer<UInt8> {
  var start = 0
  var end = bytes.count
  while start < end, bytes[start] == 0x20 || bytes[start] == 0x09 { start += 1 }
  while end > start, bytes[end - 1] == 0x20 || bytes[end - 1] == 0x09 { end -= 1 }
  return UnsafeBufferPointer(rebasing: bytes[start..<end])
}

/// Reads fixed-width numbers from the front of some bytes.
private struct DigitScanner {
  let bytes: UnsafeBufferPointer<UInt8>
  var position = 0

  init(bytes: UnsafeBufferPointer<UInt8>) { self.bytes = bytes }

  var isAtEnd: Bool { position == bytes.count }

  mutating func skip(_ byte: UInt8) -> Bool {
    guard position < bytes.count, bytes[position] == byte else { return false }
    position += 1
    return true
  }

  mutating func number(digits: Int) -> Int? {
    guard position + digits <= bytes.count else { return nil }
    var value = 0
    for index in position..<position + digits {
      let digit = bytes[index] &- 0x30
      guard digit < 10 else { return nil }
      value = value * 10 + Int(digit)
    }
    position += digits
    return value
  }

  mutating func fractionInMicroseconds() -> Int? {
    guard skip(ascii(".")) || skip(ascii(",")) else { return 0 }
    var value = 0
    var digits = 0
    while position < bytes.count, bytes[position] &- 0x30 < 10 {
      if digits < 6 { value = value * 10 + Int(bytes[position] &- 0x30) }
      digits += 1
      position += 1
    }
    guard digits > 0 else { return nil }
    for _ in 0..<max(0, 6 - digits) { value *= 10 }
    return value
  }

  mutating func offsetInSeconds() -> Int? {
    if isAtEnd || skip(ascii("Z")) || skip(ascii("z")) { return 0 }
    let sign: Int
    if skip(ascii("+")) {
      sign = 1
    } else if skip(ascii("-")) {
      sign = -1
    } else {
      return nil
    }
    guard let hours = number(digits: 2) else { return nil }
    _ = skip(ascii(":"))
    guard let minutes = number(digits: 2), minutes < 60, hours * 60 + minutes <= 14 * 60 else {
      return nil
    }
    return sign * (hours * 3600 + minutes * 60)
  }
}
