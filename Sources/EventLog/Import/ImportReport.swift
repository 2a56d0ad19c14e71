/// What an importer read, refused and left out.
public struct ImportReport: Sendable {
  /// Records read, refused and read before.
  public internal(set) var reading = ReadReport()
  /// Sound records that are no events, by what they are: `private messages`.
  public internal(set) var leftOut: [String: Int] = [:]
  /// Events that lack something, by what they lack and why: `no target_id: …`.
  public internal(set) var incomplete: [String: Int] = [:]

  mutating func leaveOut(_ reason: String) { leftOut[reason, default: 0] += 1 }

  mutating func miss(_ reason: String) { incomplete[reason, default: 0] += 1 }
}
