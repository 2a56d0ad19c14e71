import Engagement

/// The sum of a field over the selected events of a window, kept up as the window moves on.
///
/// Sums are exact, so that what is taken away leaves no trace: it is the sum that adding up the window gives.
struct RolledSum: Sendable {
  /// The leaf that asks for it.
  let leaf: Int
  let selector: EventSelector
  let column: Int
  private(set) var places = 0..<0
  private(set) var sum = ExactSum()
  /// The events that have a number.
  private(set) var count = 0

  init(leaf: Int, _ selector: EventSelector, _ column: Int) {
    self.leaf = leaf
    self.selector = selector
    self.column = column
  }

  /// Moves the window on to some places; O(events that come in or leave).
  fileprivate mutating func roll(to next: Range<Int>, of events: MarkedEvents) {
    let isAhead =
      next.lowerBound >= places.lowerBound && next.upperBound >= places.upperBound
      && next.lowerBound <= places.upperBound
    if !isAhead {
      self = RolledSum(leaf: leaf, selector, column)
      places = next.lowerBound..<next.lowerBound
    }
    events.forEachNumber(column, selector, in: places.lowerBound..<next.lowerBound) { _, number in
      sum.add(-number)
      count -= 1
      return true
    }
    events.forEachNumber(column, selector, in: places.upperBound..<next.upperBound) { _, number in
      sum.add(number)
      count += 1
      return true
    }
    places = next
  }
}

extension MarkedEvents {
  /// Keeps up the sum of a field over some events that a leaf asks for.
  mutating func roll(
    leaf: Int, _ column: Int, of selector: EventSelector, to places: Range<Int>
  ) {
    let index = rolledSums.firstIndex { $0.leaf == leaf } ?? rolledSums.count
    var rolled = RolledSum(leaf: leaf, selector, column)
    if index == rolledSums.count {
      rolledSums.append(rolled)
    } else {
      swap(&rolled, &rolledSums[index])
    }
    rolled.roll(to: places, of: self)
    rolledSums[index] = rolled
  }

  /// The sum of a field over the selected events among some, and the number of those that have it.
  func sum(
    _ column: Int, of selector: EventSelector, in places: Range<Int>, at now: EvaluationInstant
  ) -> (sum: ExactSum, count: Int) {
    for rolled in rolledSums
    where rolled.column == column && rolled.selector.bit == selector.bit
      && rolled.places == places && !selector.isTimed
    {
      return (rolled.sum, rolled.count)
    }
    var (sum, count) = (ExactSum(), 0)
    for place in places where isSelected(place, selector, at: now) {
      let number = number(place, column)
      guard !number.isNaN else { continue }
      sum.add(number)
      count += 1
    }
    return (sum, count)
  }

  /// Gives the numbers of the events among some that a selector without tests of dates selects, and that
  /// have one, oldest first, until it returns false.
  func forEachNumber(
    _ column: Int, _ selector: EventSelector, in places: Range<Int>,
    _ body: (_ place: Int, _ number: Double) -> Bool
  ) {
    var place = places.lowerBound
    while let next = firstMarked(selector, from: place, before: places.upperBound) {
      place = next + 1
      let number = number(next, column)
      if !number.isNaN, !body(next, number) { return }
    }
  }
}
