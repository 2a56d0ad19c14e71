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

/// Reads instants, of which the last date is kept: in a log most instants share theirs with the one
/// before.
struct TimestampReader: Sendable {
  /// The bytes of `2024-02` and what follows up to the `T`, and the seconds since 1970 at midnight.
  private var date: (start: UInt64, end: UInt64, midnight: Int64) = (
    .max, .max, 0
  )

  /// Reads what ``Timestamp/init(_:)`` does.
  @inline(__always)
  mutating func read(_ bytes: UnsafeBufferPointer<UInt8>) -> Timestamp? {
    guard let (date, time) = usual(bytes) else { return Timestamp(bytes: bytes) }
    if date.start == self.date.start, date.end == self.date.end {
      return Timestamp(microseconds: (self.date.midnight &+ time) &* 1_000_000)
    }
    guard let instant = Timestamp(bytes: bytes) else { return nil }
    self.date = (date.start, date.end, instant.microseconds / 1_000_000 &- time)
    return instant
  }

  /// The date as it stands, and the second of the day, of `2024-02-29T12:30:00Z`, the form that most logs
  /// have, eight bytes at a time; nil for all other forms and for what needs a second look, such as
  /// leap seconds.
  @inline(__always)
  private func usual(
    _ bytes: UnsafeBufferPointer<UInt8>
  ) -> (date: (start: UInt64, end: UInt64), time: Int64)? {
    guard bytes.count == 20 else { return nil }
    let raw = UnsafeRawBufferPointer(bytes)
    let date = raw.loadUnaligned(fromByteOffset: 0, as: UInt64.self)
    let middle = raw.loadUnaligned(fromByteOffset: 8, as: UInt64.self)
    // Less the digit 0, or the sign expected; the last word repeats four bytes of the one before.
    let clock = (middle ^ 0x3030_3a30_3054_3030) & 0xffff_ffff_ffff_0000
    let time = raw.loadUnaligned(fromByteOffset: 12, as: UInt64.self) ^ 0x5a30_303a_3030_3a30
    // Digits must be 9 at most, signs 0: the highest bit of a byte tells.
    let excess =
      (clock &+ 0x7676_7f76_767f_7676) | clock | (time &+ 0x7f76_767f_7676_7f76) | time
    guard excess & 0x8080_8080_8080_8080 == 0 else { return nil }
    func digits(_ word: UInt64, _ byte: UInt64) -> Int64 {
      Int64(truncatingIfNeeded: (word >> (8 * byte)) & 0xf) &* 10
        &+ Int64(truncatingIfNeeded: (word >> (8 * byte + 8)) & 0xf)
    }
    let (hour, minute, second) = (digits(clock, 3), digits(clock, 6), digits(time, 5))
    guard hour < 24, minute < 60, second < 60 else { return nil }
    return ((date, middle & 0xffff), (hour &* 60 &+ minute) &* 60 &+ second)
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
