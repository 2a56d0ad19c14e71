import Engagement
import EventLog

extension SegmentEvaluator {
  /// The positions in the history of a row's events within bounds, oldest first.
  func events(in bounds: EventBounds, row: Int) -> ArraySlice<Int32> {
    let last = min(bounds.last, now.known.microseconds)
    guard bounds.first <= last else { return [] }
    let events = community.events(ofRow: row, asOf: Timestamp(microseconds: last))
    let timestamps = community.history.timestamps
    var low = events.startIndex
    var high = events.endIndex
    while low < high {
      let middle = (low + high) / 2
      if timestamps[Int(events[middle])] < bounds.first { low = middle + 1 } else { high = middle }
    }
    return events[low...]
  }

  /// The positions in the history of a row's matching events within bounds, oldest first.
  func matching(_ selection: CompiledSelection, in bounds: EventBounds, row: Int) -> [Int] {
    events(in: bounds, row: row).lazy.map { Int($0) }
      .filter { selection.matches($0, of: community.history, at: now) }
  }

  /// The bounds of a window now.
  func bounds(_ window: EventWindow) -> EventBounds {
    let (first, last) = window.bounds(asOf: now.asOf)
    return EventBounds(first: first, last: last)
  }

  /// True where a row has a matching event within bounds.
  func hasEvent(_ selection: CompiledSelection, in bounds: EventBounds, row: Int) -> Bool {
    events(in: bounds, row: row).contains {
      selection.matches(Int($0), of: community.history, at: now)
    }
  }

  /// The latest matching event within bounds, in words.
  func latest(_ selection: CompiledSelection, in bounds: EventBounds, row: Int) -> String {
    let event = events(in: bounds, row: row).last {
      selection.matches(Int($0), of: community.history, at: now)
    }
    guard let event else { return "never \(selection.names)" }
    let instant = Timestamp(microseconds: community.history.timestamps[Int(event)])
    return "last \(selection.names) \(described(instant))"
  }

  /// A measure of a row's matching events within bounds; nil where it is missing.
  ///
  /// - Complexity: O(events within bounds).
  func number(
    _ measure: CompiledMeasure, of selection: CompiledSelection, in bounds: EventBounds, row: Int
  ) -> Double? {
    let history = community.history
    let matching = events(in: bounds, row: row).lazy.map { Int($0) }
      .filter { selection.matches($0, of: history, at: now) }
    switch measure {
    case .count: return Double(matching.reduce(0) { count, _ in count + 1 })
    case .distinct(let key):
      var keys: Set<Int> = []
      for event in matching {
        if let key = key.key(of: event, in: history) { keys.insert(key) }
      }
      return Double(keys.count)
    case .aggregate(let aggregate, _, let source):
      var sum = ExactSum()
      var count = 0
      var least = Double.infinity
      var greatest = -Double.infinity
      for event in matching {
        guard let number = source.number(of: event, in: history) else { continue }
        sum.add(number)
        count += 1
        least = min(least, number)
        greatest = max(greatest, number)
      }
      if aggregate == .sum { return sum.value }
      guard count > 0 else { return nil }
      switch aggregate {
      case .sum: return sum.value
      case .average: return sum.value / Double(count)
      case .least: return least
      case .greatest: return greatest
      }
    }
  }

  /// A measure, what it needs, and the latest event it took in, in words.
  func fact(
    _ measure: CompiledMeasure, _ number: Double, needs comparisons: [Comparison<Double>],
    of selection: CompiledSelection, in bounds: EventBounds, row: Int
  ) -> String {
    let name =
      switch measure {
      case .count: "count"
      case .distinct: "distinct count"
      case .aggregate(let aggregate, let field, _): "\(aggregate.rawValue) of \(field)"
      }
    let text = "\(name) \(formatted(number)), needs \(needs(comparisons))"
    guard hasEvent(selection, in: bounds, row: row) else { return text }
    return text + "; " + latest(selection, in: bounds, row: row)
  }
}
