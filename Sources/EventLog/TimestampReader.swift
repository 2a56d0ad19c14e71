/// Reads the times of a log one after the other, and remembers in which forms they are written.
///
/// The last date is kept: in a log most instants share theirs with the one before.
struct TimestampReader: Sendable {
  /// How times are read.
  var reading = TimeReading() {
    didSet {
      readsUsualForms = reading.format == nil
      localDay = nil
    }
  }
  /// The forms met so far.
  private(set) var forms = TimeForms()

  private var readsUsualForms = true
  /// The bytes of `2024-02` and what follows up to the `T`, and the seconds since 1970 at midnight.
  private var date: (start: UInt64, end: UInt64, midnight: Int64) = (.max, .max, 0)
  /// The last local day whose offset is the same all day, and that offset.
  private var localDay: (day: Int64, offset: Int64)?

  init(_ reading: TimeReading = TimeReading()) {
    self.reading = reading
    readsUsualForms = reading.format == nil
  }

  /// Forgets the forms.
  mutating func removeForms() { forms = TimeForms() }

  /// Reads a time that stands on a line; nil where it is none, see ``refusal(of:)``.
  @inline(__always)
  mutating func read(
    _ bytes: UnsafeBufferPointer<UInt8>, line: Int = 0, inUniversalTime: Bool = false
  ) -> Timestamp? {
    guard readsUsualForms, let (date, time) = usual(bytes) else {
      return other(bytes, line, inUniversalTime)
    }
    if date.start == self.date.start, date.end == self.date.end {
      return Timestamp(microseconds: (self.date.midnight &+ time) &* 1_000_000)
    }
    guard let instant = WrittenTime(bytes)?.instant(in: .utc) else { return nil }
    self.date = (date.start, date.end, instant.microseconds / 1_000_000 &- time)
    return instant
  }

  /// Why a text is no time.
  func refusal(of bytes: UnsafeBufferPointer<UInt8>) -> RejectionReason {
    let trimmed = trimmingBlanks(bytes)
    let text = String(decoding: trimmed.prefix(60), as: UTF8.self)
    if reading.format == nil, reading.unit == nil, let number = EpochNumber(trimmed),
      number.readsAsDate
    {
      return .dateLikeNumber(text)
    }
    return .unreadableTimestamp(text)
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

  private mutating func other(
    _ bytes: UnsafeBufferPointer<UInt8>, _ line: Int, _ inUniversalTime: Bool
  ) -> Timestamp? {
    func place(_ instant: Timestamp) -> TimeForms.Place {
      TimeForms.Place(
        line: line, text: String(decoding: trimmingBlanks(bytes), as: UTF8.self), instant: instant)
    }
    if let format = reading.format {
      return format.time(bytes).map { resolved($0) }
    }
    if let time = WrittenTime(bytes) {
      if inUniversalTime, time.offset == nil {
        let instant = time.instant(in: .utc)
        if forms.universal == nil { forms.universal = place(instant) }
        return instant
      }
      let instant = resolved(time)
      if time.offset == nil, !time.isDate, forms.local == nil { forms.local = place(instant) }
      return instant
    }
    let trimmed = trimmingBlanks(bytes)
    guard let number = EpochNumber(trimmed) else { return nil }
    if reading.unit == nil, number.readsAsDate { return nil }
    guard let unit = reading.unit ?? number.unit else { return .outOfRange }
    let instant = number.instant(in: unit)
    if forms.numbers[unit] == nil, Timestamp.accepted.contains(instant) {
      forms.numbers[unit] = place(instant)
    }
    return instant
  }

  /// The instant of a time, by the offset of its day where that is known.
  private mutating func resolved(_ time: WrittenTime) -> Timestamp {
    guard time.offset == nil else { return time.instant(in: reading.clock) }
    let day = floorDivide(time.wallMicroseconds, Timestamp.microsecondsPerDay)
    if let localDay, localDay.day == day {
      return Timestamp(microseconds: time.wallMicroseconds - localDay.offset)
    }
    guard let offset = reading.clock.offsetInMicroseconds(ofDay: Int(day)) else {
      return time.instant(in: reading.clock)
    }
    localDay = (day, offset)
    return Timestamp(microseconds: time.wallMicroseconds - offset)
  }
}
