import EventLog
import Foundation
import Segmentation
import Testing

/// Batch evaluation, live states and an oracle that looks everywhere agree about random projects of the
/// whole vocabulary, whatever the order of facts and the steps of the clock.
struct TimelineOracleTests {
  /// How many random cases there are, in as many batches as can tell what they did.
  private static let caseCount =
    ProcessInfo.processInfo.environment["COTERIE_CASES"].flatMap { Int($0) } ?? 60
  private static let batchCount = 10
  /// The first case, where not all are wanted.
  private static let firstSeed =
    ProcessInfo.processInfo.environment["COTERIE_SEED"].flatMap { Int($0) } ?? 0

  @Test(arguments: 0..<batchCount)
  func batchIsLiveIsTheOracle(batch: Int) throws {
    let count = Self.caseCount / Self.batchCount
    var transitionCount = 0
    var withdrawnCount = 0
    var disagreements = 0
    let seeds = Self.firstSeed + batch * count..<Self.firstSeed + (batch + 1) * count
    for seed in seeds {
      var comparison = try TimelineComparison(seed: UInt64(seed))
      let found = try comparison.disagreements()
      transitionCount += comparison.transitionCount
      withdrawnCount += comparison.withdrawnCount
      guard !found.isEmpty else { continue }
      disagreements += 1
      Issue.record(
        "seed \(seed): \(found.joined(separator: "\n"))\n\(comparison.yaml)\n\(comparison.facts)")
    }
    print(
      "batch = live = oracle: seeds \(seeds), "
        + "\(transitionCount) transitions, \(withdrawnCount) withdrawn, "
        + "\(disagreements) disagreements")
    // Rules must do something, or the test would say nothing.
    #expect(transitionCount > count && withdrawnCount > count / 10)
  }
}

extension Transition {
  /// Instant, direction and subject alone.
  var bare: String {
    switch subject {
    case .segment(let id): "\(time.microseconds) \(direction.rawValue) \(id)"
    case .stage(let machine, let state):
      "\(time.microseconds) \(direction.rawValue) \(machine)=\(state)"
    }
  }
}
