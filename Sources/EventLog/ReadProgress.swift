import Synchronization

/// How far a reader is, to be looked at from anywhere while it reads.
///
/// Counts are added to by the reader, some blocks at a time, and never fall.
public final class ReadProgress: Sendable {
  private let bytes = Atomic(0)
  private let events = Atomic(0)

  /// Starts at nothing.
  public init() {}

  /// The bytes read from all inputs so far, as they are stored: those of gzip compressed.
  public var byteCount: Int { bytes.load(ordering: .relaxed) }

  /// The events taken so far.
  public var eventCount: Int { events.load(ordering: .relaxed) }

  func add(bytes count: Int) { bytes.add(count, ordering: .relaxed) }
  func add(events count: Int) { events.add(count, ordering: .relaxed) }
}
