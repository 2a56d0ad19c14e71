import Foundation

extension Input {
  /// Whether a second reading gives the same bytes: true of regular files and of bytes in memory, not
  /// of the standard input, pipes and devices.
  public var canBeReadAgain: Bool {
    switch self {
    case .bytes: return true
    case .standardInput: return false
    case .file(let path):
      var status = stat()
      return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
    }
  }
}

extension EventReader {
  /// The instant of the newest event that ``read(_:threadCount:)`` would take, or nil where there is
  /// none; no event is kept.
  ///
  /// Rejected records are not told of, and however many there are is no error: a reading that follows
  /// counts them.
  ///
  /// - Throws: ``EventLogError`` for an input that cannot be read, is empty, lacks a column or is a
  ///   gzip stream cut short.
  /// - Complexity: O(bytes), in the memory of a few blocks and of the event ids.
  public func newestInstant(in inputs: [Input], threadCount: Int? = nil) throws -> Timestamp? {
    var reader = self
    reader.rejectionLimit = .share(1)
    reader.onRejection = { _ in }
    var newest: Int64?
    _ = try reader.scan(
      inputs, threadCount: threadCount ?? ProcessInfo.processInfo.activeProcessorCount
    ) { blocks in
      for block in blocks {
        block.withRows { rows in
          for row in rows { newest = max(newest ?? row.timestamp, row.timestamp) }
        }
      }
    }
    return newest.map { Timestamp(microseconds: $0) }
  }
}

extension EventBlock {
  fileprivate func withRows(_ body: (UnsafeBufferPointer<Row>) -> Void) {
    events.rows.withUnsafeBufferPointer(body)
  }
}
