import Engagement
import EventLog

/// What looks at events refer to by number.
struct BatchTables: Sendable {
  /// The first and the last microsecond of some time.
  struct Window: BitwiseCopyable, Hashable, Sendable {
    let first: Int64
    let last: Int64
  }

  let windows: PlainArray<Window>
  let instants: PlainArray<Int64>
  let bits: PlainArray<Int>
}

/// Puts questions about events into numbers.
struct BatchLookCompiler {
  private let marker: HistoryMarker
  private let now: EvaluationInstant
  private var windows: [BatchTables.Window] = []
  private var instants: [Int64] = []
  private var bits: [Int] = []

  init(_ marker: HistoryMarker, at now: EvaluationInstant) {
    self.marker = marker
    self.now = now
  }

  var tables: BatchTables {
    BatchTables(
      windows: PlainArray(windows), instants: PlainArray(instants), bits: PlainArray(bits))
  }

  /// What a question looks at; nil for the rare ones that are answered as one member's are.
  mutating func look(_ question: EventQuestion) -> BatchLook? {
    guard !question.hasTimedTests else { return nil }
    switch question {
    case .did(let selector, let window, let measure, let comparisons):
      let (bit, window) = (selector.bit, place(of: window))
      let interval = Interval(comparisons)
      switch measure {
      case .count: return .count(bit: bit, window: window, interval)
      case .distinctPeriods(let unit):
        return now.clock.isUniversal ? .periods(unit, bit: bit, window: window, interval) : nil
      case .distinctKeys: return nil
      case .aggregate(let aggregate, _, let column):
        return marker.isValue(column)
          ? .aggregate(aggregate, bit: bit, window: window, interval) : nil
      }
    case .didNot(let selector, let window, let afterEver):
      return .absence(bit: selector.bit, window: place(of: window), afterEver: afterEver)
    case .occurrence(let occurrence, let selector, let having):
      return .occurrence(
        BatchLook.Occurrence(
          isLast: occurrence.order == .last, bit: selector.bit,
          ages: Interval(occurrence.age.map { $0.map(\.microseconds) }),
          instants: Interval(occurrence.instant.map { $0.map(\.microseconds) }),
          having: having?.bit))
    case .regular(let regular, let selector):
      return now.clock.isUniversal ? look(regular, selector.bit) : nil
    case .sequence(let sequence, let parts):
      return sequence.isOrdered && parts.same == nil ? look(sequence, parts) : nil
    case .trend(let trend, let selector): return look(trend, selector.bit)
    case .share(let share, let selector, let part):
      return .share(
        BatchLook.Share(
          bit: selector.bit, part: part.bit, window: place(of: share.window),
          leastCount: share.leastCount, shares: Interval(share.comparisons)))
    }
  }

  private mutating func place(of window: EventWindow) -> Int {
    let (first, last) = window.bounds(asOf: now.asOf)
    return place(first, last)
  }

  private mutating func place(_ first: Int64, _ last: Int64) -> Int {
    let window = BatchTables.Window(first: first, last: min(last, now.known.microseconds))
    if let place = windows.firstIndex(of: window) { return place }
    windows.append(window)
    return windows.count - 1
  }

  private mutating func look(_ regular: RegularActivity, _ bit: Int) -> BatchLook {
    let firstStart = instants.count
    let newest = now.clock.period(of: now.asOf, regular.unit)
    for age in 0..<regular.periodCount {
      instants.append(now.clock.start(ofPeriod: newest - age, regular.unit).microseconds)
    }
    return .regular(
      BatchLook.Regular(
        bit: bit, firstStart: firstStart, periodCount: regular.periodCount,
        leastActive: regular.leastActive, isConsecutive: regular.isConsecutive))
  }

  private mutating func look(
    _ sequence: EventSequence, _ parts: EventQuestion.Sequence
  ) -> BatchLook {
    let firstStep = bits.count
    bits += parts.steps.map(\.bit)
    let asOf = now.asOf.microseconds
    return .sequence(
      BatchLook.Sequence(
        firstStep: firstStep, stepCount: parts.steps.count, without: parts.without?.bit,
        window: place(
          sequence.within.map { asOf - $0.microseconds + 1 } ?? .min,
          asOf - (sequence.after?.microseconds ?? 0)),
        longest: sequence.span?.microseconds ?? .max))
  }

  private mutating func look(_ trend: EventTrend, _ bit: Int) -> BatchLook {
    let middle = now.asOf.microseconds - trend.current.microseconds
    let (current, previous) = trend.factors
    return .trend(
      BatchLook.Trend(
        bit: bit, current: place(middle + 1, now.asOf.microseconds),
        previous: place(middle - trend.previous.microseconds + 1, middle),
        leastCount: trend.leastCount, isRatio: trend.measure == .ratio, currentFactor: current,
        previousFactor: previous, values: Interval(trend.comparisons)))
  }
}
