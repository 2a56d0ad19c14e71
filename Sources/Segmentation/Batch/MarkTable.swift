import Engagement
import EventLog

/// Which selections take events of each type, in plain memory.
struct MarkTable: Sendable {
  /// A selection that asks for more than a type.
  struct Test: BitwiseCopyable, Sendable {
    let bit: Int
    /// What the value must be, where that is all that is asked; else the place among the others.
    let values: Interval<Double>
    let holdsWhereMissing: Bool
    let other: Int
  }

  let selectionCount: Int
  /// By type, where its bits begin.
  let bitStarts: PlainArray<Int32>
  let bits: PlainArray<Int32>
  /// By type, where its tests begin.
  let testStarts: PlainArray<Int32>
  let tests: PlainArray<Test>
  private let others: [[CompiledEventTest]]

  /// - Parameters:
  ///   - bits: for each type, the selections that take all of its events.
  ///   - tests: for each type, the selections that take those that pass.
  ///   - selectionCount: the number of selections.
  init(
    bits: [[Int]], tests: [[(bit: Int, tests: [CompiledEventTest])]], selectionCount: Int
  ) {
    var (flatBits, bitStarts) = ([Int32](), [0 as Int32])
    for bits in bits {
      flatBits += bits.map { Int32($0) }
      bitStarts.append(Int32(flatBits.count))
    }
    var (flatTests, testStarts) = ([Test](), [0 as Int32])
    var others: [[CompiledEventTest]] = []
    for tests in tests {
      for (bit, tests) in tests {
        if tests.count == 1, let values = tests[0].values {
          flatTests.append(
            Test(
              bit: bit, values: values, holdsWhereMissing: tests[0].holdsWhereMissing, other: -1))
        } else {
          flatTests.append(
            Test(bit: bit, values: Interval([]), holdsWhereMissing: false, other: others.count))
          others.append(tests)
        }
      }
      testStarts.append(Int32(flatTests.count))
    }
    self.selectionCount = selectionCount
    self.bits = PlainArray(flatBits)
    self.bitStarts = PlainArray(bitStarts)
    self.tests = PlainArray(flatTests)
    self.testStarts = PlainArray(testStarts)
    self.others = others
  }

  /// Whether an event passes a test of more than its value.
  func holds(_ test: Test, for event: Int, of history: EventHistory) -> Bool {
    others[test.other].allSatisfy { $0.holds(for: event, of: history) }
  }
}

extension CompiledEventTest {
  /// The values for which the test holds, where it is one of the value's size.
  fileprivate var values: Interval<Double>? {
    guard case .value(let tests, _) = reading else { return nil }
    var comparisons: [Comparison<Double>] = []
    for test in tests {
      guard case .number(let comparison) = test else { return nil }
      comparisons.append(comparison)
    }
    return Interval(comparisons)
  }
}
