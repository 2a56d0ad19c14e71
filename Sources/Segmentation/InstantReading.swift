public import Engagement
public import EventLog

extension Timestamp {
  /// Reads an RFC 3339 instant, or a plain date as the instant at which it begins in a clock's zone.
  public init?(_ text: String, in clock: Clock) {
    guard let instant = Timestamp(text) else { return nil }
    let isPlainDate = text.trimmingASCIIBlanks.utf8.count == 10
    guard isPlainDate else {
      self = instant
      return
    }
    self = clock.start(
      ofDay: Int(floorDivide(instant.microseconds, Timestamp.microsecondsPerDay)))
  }
}

extension String {
  /// The text without spaces and tabs at either end.
  var trimmingASCIIBlanks: String {
    let isBlank: (UInt8) -> Bool = { $0 == 0x20 || $0 == 0x09 }
    let utf8 = self.utf8
    guard let first = utf8.firstIndex(where: { !isBlank($0) }),
      let last = utf8.lastIndex(where: { !isBlank($0) })
    else { return "" }
    return String(self[first...last])
  }
}
