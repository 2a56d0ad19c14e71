import Foundation

/// Reads the lines of a log whose lines look alike: same keys in the same order, with the same blanks.
///
/// The first line of a shape is read key by key; in those that follow, all that stands between the
/// values is compared as it is. What does not fit is read key by key again, and gives a new shape.
struct JSONLineShapes {
  let keys: PlainJSONEvent.Keys
  /// The last one that fitted comes first.
  private var shapes: [JSONLineShape] = []
  /// How many more lines are looked at for theirs.
  private var budget = 64

  private static let mostShapes = 4

  init(_ keys: PlainJSONEvent.Keys) { self.keys = keys }

  /// The event of a line in the plain form; nil for all others.
  mutating func event(_ line: UnsafeBufferPointer<UInt8>) -> PlainJSONEvent? {
    for place in shapes.indices {
      if let event = shapes[place].event(line) {
        if place > 0 { shapes.swapAt(place, 0) }
        return event
      }
    }
    var scalars: [PlainJSONEvent.Scalar]? = budget > 0 ? [] : nil
    guard let event = PlainJSONEvent(line, keys, scalars: &scalars) else { return nil }
    budget -= 1
    if let scalars, event.properties.isEmpty {
      if shapes.count == Self.mostShapes { shapes.removeLast() }
      shapes.insert(JSONLineShape(line, scalars), at: 0)
    }
    return event
  }
}

/// What stands between the values of a line, and what these are.
struct JSONLineShape {
  /// All bytes but the values.
  private let literals: [UInt8]
  /// Where the bytes before each value end, and those behind the last.
  private let ends: [Int]
  private let values: [(isString: Bool, role: EventReader.Role?)]

  /// Of a line in the plain form, from which no property is kept.
  init(_ line: UnsafeBufferPointer<UInt8>, _ scalars: [PlainJSONEvent.Scalar]) {
    var (literals, ends, start) = ([UInt8](), [Int](), 0)
    for scalar in scalars {
      literals += line[start..<scalar.range.lowerBound]
      ends.append(literals.count)
      start = scalar.range.upperBound
    }
    literals += line[start...]
    self.literals = literals
    self.ends = ends + [literals.count]
    values = scalars.map { ($0.isString, $0.role) }
  }

  /// The event of a line of this shape; nil for all others.
  func event(_ line: UnsafeBufferPointer<UInt8>) -> PlainJSONEvent? {
    guard let base = line.baseAddress, line.count >= literals.count else { return nil }
    return literals.withUnsafeBufferPointer { literals in
      var event = PlainJSONEvent()
      var (position, start) = (0, 0)
      for place in ends.indices {
        let length = ends[place] &- start
        guard position &+ length <= line.count,
          memcmp(literals.baseAddress.unsafelyUnwrapped + start, base + position, length) == 0
        else { return nil }
        position &+= length
        start = ends[place]
        guard place < values.count else { break }
        let value = values[place]
        let range: Range<Int>?
        if value.isString {
          range = PlainJSONEvent.string(line, &position)
          // The quote begins what follows.
          position &-= 1
        } else {
          range = position < line.count ? PlainJSONEvent.number(line, &position) : nil
        }
        guard let range else { return nil }
        if let role = value.role { event.set(role, range) }
      }
      return position == line.count ? event : nil
    }
  }
}
