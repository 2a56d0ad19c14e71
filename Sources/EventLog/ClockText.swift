extension Clock {
  /// An instant for people, as RFC 3339 with the zone's offset then: `2024-05-01T02:00:00+02:00`; in UTC as
  /// `2024-05-01T00:00:00Z`.
  public func text(_ instant: Timestamp) -> String {
    guard !isUniversal else { return instant.description }
    let offset = offsetInMicroseconds(at: instant)
    let local = Timestamp(microseconds: instant.microseconds + offset).description
    // RFC 3339 has offsets of whole minutes; local mean times of long ago have seconds, too.
    guard offset % 60_000_000 == 0 else { return instant.description }
    let minutes = abs(offset / 60_000_000)
    func digits(_ value: Int64) -> String { value < 10 ? "0\(value)" : "\(value)" }
    return local.dropLast() + (offset < 0 ? "-" : "+")
      + "\(digits(minutes / 60)):\(digits(minutes % 60))"
  }
}
