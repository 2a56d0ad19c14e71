import Dispatch
import Foundation

/// The number of processors that this process may use, at least 1; looked up once, as the system
/// reads a file to tell.
public let availableProcessorCount = max(1, ProcessInfo.processInfo.activeProcessorCount)

/// Runs `body` for every block index in 0..<count, on at most `threadCount` threads at once.
///
/// Blocks are handed out in turn, so a slow one does not hold up the rest. What a block computes
/// must depend on its index alone; combine block results in index order afterwards and the outcome
/// is the same for any number of threads.
public func forEachBlock(
  count: Int, threadCount: Int, _ body: @Sendable (_ block: Int) -> Void
) {
  let workers = min(max(1, threadCount), count)
  guard workers > 1 else {
    for block in 0..<count { body(block) }
    return
  }
  let lock = NSLock()
  nonisolated(unsafe) var next = 0
  DispatchQueue.concurrentPerform(iterations: workers) { _ in
    while true {
      let block = lock.withLock { () -> Int in
        defer { next += 1 }
        return next
      }
      guard block < count else { return }
      body(block)
    }
  }
}
