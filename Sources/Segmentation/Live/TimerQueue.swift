/// The next instant of each of many members, the earliest first.
///
/// A heap of four branches that knows where each member is, so that an instant can be changed: J. W. J.
/// Williams, "Algorithm 232: Heapsort" (1964, doi 10.1145/512274.512284).
struct TimerQueue: Sendable {
  private var entries: [(instant: Int64, member: Int)] = []
  /// For each member its place in the heap, or -1.
  private var places: [Int] = []

  /// The earliest instant, and of several members at it the first.
  var first: (instant: Int64, member: Int)? { entries.first }

  /// Sets a member's instant; nil for none.
  ///
  /// - Complexity: O(log members).
  mutating func set(_ member: Int, to instant: Int64?) {
    while places.count <= member { places.append(-1) }
    let place = places[member]
    guard let instant else {
      if place >= 0 { remove(at: place) }
      return
    }
    if place < 0 {
      entries.append((instant, member))
      places[member] = entries.count - 1
      rise(from: entries.count - 1)
    } else {
      let before = entries[place].instant
      entries[place].instant = instant
      if instant < before { rise(from: place) } else if instant > before { sink(from: place) }
    }
  }

  private mutating func remove(at place: Int) {
    places[entries[place].member] = -1
    let last = entries.removeLast()
    guard place < entries.count else { return }
    entries[place] = last
    places[last.member] = place
    rise(from: place)
    sink(from: places[last.member])
  }

  private func precedes(_ left: Int, _ right: Int) -> Bool {
    (entries[left].instant, entries[left].member) < (entries[right].instant, entries[right].member)
  }

  private mutating func exchange(_ left: Int, _ right: Int) {
    entries.swapAt(left, right)
    places[entries[left].member] = left
    places[entries[right].member] = right
  }

  private mutating func rise(from start: Int) {
    var place = start
    while place > 0, precedes(place, (place - 1) / 4) {
      exchange(place, (place - 1) / 4)
      place = (place - 1) / 4
    }
  }

  private mutating func sink(from start: Int) {
    var place = start
    while true {
      var least = place
      for child in 4 * place + 1..<4 * place + 5
      where child < entries.count && precedes(child, least) {
        least = child
      }
      if least == place { return }
      exchange(place, least)
      place = least
    }
  }
}
