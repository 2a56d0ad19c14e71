import Foundation

/// Reads the lines of a log whose lines look alike: same keys in the same order, with the same blanks.
///
/// The first line of a shape is read key by key; in those that follow, all that stands between the
/// values is compared as it is. What does not fit is read key by key again, and gives a new shape.
struct JSONLineShapes: ~Copyable {
  private let keys: PlainJSONEvent.Keys?
  /// The last one that fitted comes first.
  private var shapes: [JSONLineShape] = []
  /// How many more lines are looked at for theirs.
  private var budget = 64

  private static let mostShapes = 4

  init(_ keys: PlainJSONEvent.Keys?) { self.keys = keys }

  deinit { for shape in shapes { shape.deallocate() } }

  /// The event of a line in the plain form; nil for all others.
  mutating func event(_ line: UnsafeBufferPointer<UInt8>) -> PlainJSONEvent? {
    var event = PlainJSONEvent()
    for place in shapes.indices where shapes[place].read(line, into: &event) {
      if place > 0 { shapes.swapAt(place, 0) }
      return event
    }
    guard let keys else { return nil }
    var scalars: [PlainJSONEvent.Scalar]? = budget > 0 ? [] : nil
    guard let event = PlainJSONEvent(line, keys, scalars: &scalars) else { return nil }
    budget -= 1
    if let scalars, event.properties.isEmpty {
      if shapes.count == Self.mostShapes { shapes.removeLast().deallocate() }
      shapes.insert(JSONLineShape(line, scalars), at: 0)
    }
    return event
  }
}

/// What stands between the values of a line, and what these are; its memory belongs to whoever made it.
private struct JSONLineShape {
  private struct Step {
    /// How many bytes stand before a value, or behind the last.
    var literalLength: Int
    /// Nil behind the last value.
    var isString: Bool?
    var role: EventReader.Role?
  }

  /// All bytes but the values.
  private let literals: UnsafeMutableBufferPointer<UInt8>
  private let steps: UnsafeMutableBufferPointer<Step>

  /// Of a line in the plain form, from which no property is kept.
  init(_ line: UnsafeBufferPointer<UInt8>, _ scalars: [PlainJSONEvent.Scalar]) {
    var (bytes, steps, start) = ([UInt8](), [Step](), 0)
    for scalar in scalars {
      let literal = line[start..<scalar.range.lowerBound]
      bytes += literal
      steps.append(
        Step(literalLength: literal.count, isString: scalar.isString, role: scalar.role))
      start = scalar.range.upperBound
    }
    bytes += line[start...]
    steps.append(Step(literalLength: line.count - start, isString: nil, role: nil))
    literals = .allocate(capacity: bytes.count)
    _ = literals.initialize(from: bytes)
    self.steps = .allocate(capacity: steps.count)
    _ = self.steps.initialize(from: steps)
  }

  func deallocate() {
    literals.deallocate()
    steps.deallocate()
  }

  /// Reads a line into an event that is still empty; false where the line has another shape.
  func read(_ line: UnsafeBufferPointer<UInt8>, into event: inout PlainJSONEvent) -> Bool {
    guard let base = line.baseAddress, var literal = UnsafePointer(literals.baseAddress),
      line.count >= literals.count
    else { return false }
    var position = 0
    for step in steps {
      guard position &+ step.literalLength <= line.count,
        memcmp(literal, base + position, step.literalLength) == 0
      else { return false }
      position &+= step.literalLength
      literal += step.literalLength
      guard let isString = step.isString else { break }
      let start = position
      if isString {
        guard PlainJSONEvent.skipString(line, &position) else { return false }
        // The quote begins what follows.
        position &-= 1
      } else {
        guard position < line.count, PlainJSONEvent.skipNumber(line, &position) else {
          return false
        }
      }
      if let role = step.role { event.set(role, start..<position) }
    }
    return position == line.count
  }
}
