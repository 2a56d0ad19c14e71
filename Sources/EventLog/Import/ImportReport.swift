/// What an importer read, refused and left out.
public struct ImportReport: Sendable {
  /// Records read and refused.
  public internal(set) var reading = ReadReport()
  /// Sound records that are no events, by the reason why.
  public internal(set) var leftOut: [String: Int] = [:]

  mutating func leaveOut(_ reason: String, count: Int = 1) { leftOut[reason, default: 0] += count }
}
