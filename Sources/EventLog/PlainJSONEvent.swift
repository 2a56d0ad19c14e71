import Foundation

/// An event as most lines of JSON have it: a flat object of strings without escapes, short numbers, `true`,
/// `false` and `null`, in which no key that matters stands twice.
///
/// Lines that are anything else, bad ones included, are no such events; they are read again by a full
/// parser, which is the one to say what is wrong with them.
struct PlainJSONEvent {
  /// What the keys of a reader are looked up by.
  struct Keys {
    fileprivate let roles: [(name: [UInt8], role: EventReader.Role)]
    fileprivate let kept: EventReader.PropertySelection
    /// Names met on the way, in whatever order.
    fileprivate let names = NameList()

    /// Nil where one key has two roles, or the reader wants none of this.
    init?(_ reader: EventReader) {
      roles = EventReader.Role.allCases.map { (Array(reader.name(of: $0).utf8), $0) }
      guard reader.readsPlainJSON, reader.eventName == nil,
        Set(roles.map(\.name)).count == roles.count
      else { return nil }
      kept = reader.properties
    }

    func propertyName(_ property: Property) -> String { names[property.name] }
  }

  /// The names of properties, each held once.
  fileprivate final class NameList {
    private var interner = Interner()
    private var strings: [String] = []

    subscript(index: Int) -> String { strings[index] }

    func index(of name: UnsafeBufferPointer<UInt8>) -> Int {
      let index = interner.intern(name)
      if index == strings.count { strings.append(interner[index]) }
      return index
    }
  }

  /// A property that is kept.
  struct Property {
    enum Kind { case string, number, boolean }
    fileprivate let name: Int
    let kind: Kind
  }

  /// A place in the line, of strings without the quotes; of -1 bytes where there is none.
  struct Place {
    var start: Int32 = 0
    var count: Int32 = -1

    var isPresent: Bool { count >= 0 }
  }

  private(set) var member = Place()
  private(set) var timestamp = Place()
  private(set) var type = Place()
  private(set) var value = Place()
  private(set) var target = Place()
  private(set) var eventID = Place()
  private(set) var properties: [(property: Property, range: Range<Int>)] = []

  private enum Kind { case string, number, boolean, null }

  /// A value of a line: a string or a number that has a role, or none but may differ from line to line.
  struct Scalar {
    let range: Range<Int>
    let isString: Bool
    let role: EventReader.Role?
  }

  /// Nothing yet.
  init() {}

  /// Nil for lines of another form; adds the values that are not literals to `scalars`, where wanted.
  ///
  /// - Precondition: the line is valid UTF-8.
  init?(
    _ line: UnsafeBufferPointer<UInt8>, _ keys: Keys, scalars: inout [Scalar]?
  ) {
    var position = 0
    var seen: UInt8 = 0
    func skipBlanks() {
      while position < line.count, line[position] == 0x20 || line[position] == 0x09 {
        position += 1
      }
    }
    func take(_ byte: UInt8) -> Bool {
      skipBlanks()
      guard position < line.count, line[position] == byte else { return false }
      position += 1
      return true
    }
    guard take(ascii("{")) else { return nil }
    repeat {
      guard take(ascii("\"")), let key = Self.string(line, &position), take(ascii(":")) else {
        return nil
      }
      skipBlanks()
      guard let (kind, range) = Self.scalar(line, &position) else { return nil }
      let name = UnsafeBufferPointer(rebasing: line[key])
      let index = keys.roles.firstIndex(where: { name.elementsEqual($0.name) })
      if scalars != nil, kind == .string || kind == .number {
        scalars?.append(
          Scalar(
            range: range, isString: kind == .string, role: index.map { keys.roles[$0].role }))
      }
      if let index {
        // Twice, and a full parser is to say which one counts.
        guard seen & 1 << index == 0 else { return nil }
        seen |= 1 << index
        guard set(keys.roles[index].role, kind, range) else { return nil }
      } else if kind != .null {
        let isKept =
          switch keys.kept {
          case .all: true
          case .named(let names):
            !names.isEmpty && names.contains(String(decoding: name, as: UTF8.self))
          }
        guard isKept else { continue }
        let index = keys.names.index(of: name)
        guard !properties.contains(where: { $0.property.name == index }) else { return nil }
        let property = Property(
          name: index, kind: kind == .string ? .string : kind == .number ? .number : .boolean)
        properties.append((property, range))
      }
    } while take(ascii(","))
    guard take(ascii("}")) else { return nil }
    skipBlanks()
    guard position == line.count else { return nil }
  }

  private mutating func set(_ role: EventReader.Role, _ kind: Kind, _ range: Range<Int>) -> Bool {
    switch (role, kind) {
    case (.value, .number), (.timestamp, .number), (.memberID, .string), (.timestamp, .string),
      (.event, .string),
      (.targetID, .string), (.eventID, .string):
      set(role, range)
    case (.value, .null), (.targetID, .null), (.eventID, .null): break
    default: return false
    }
    return true
  }

  /// Says where the value of a role is: a number for `value` and maybe `timestamp`, a string for all others.
  @inline(__always)
  mutating func set(_ role: EventReader.Role, _ range: Range<Int>) {
    let place = Place(
      start: Int32(truncatingIfNeeded: range.lowerBound),
      count: Int32(truncatingIfNeeded: range.count))
    switch role {
    case .memberID: member = place
    case .timestamp: timestamp = place
    case .event: type = place
    case .value: value = place
    case .targetID: target = place
    case .eventID: eventID = place
    }
  }

  /// The place of a string behind its opening quote; nil where it has escapes or control characters.
  private static func string(
    _ line: UnsafeBufferPointer<UInt8>, _ position: inout Int
  ) -> Range<Int>? {
    let start = position
    return skipString(line, &position) ? start..<position - 1 : nil
  }

  /// Moves behind the closing quote of a string; false where it has escapes or control characters.
  static func skipString(
    _ line: UnsafeBufferPointer<UInt8>, _ position: inout Int
  ) -> Bool {
    let raw = UnsafeRawBufferPointer(line)
    while position &+ 8 <= line.count {
      // The highest bit of each byte that is a quote, a backslash or under 0x20; those above the first
      // such byte may be wrong.
      let word = raw.loadUnaligned(fromByteOffset: position, as: UInt64.self)
      let (quote, backslash) = (word ^ 0x2222_2222_2222_2222, word ^ 0x5c5c_5c5c_5c5c_5c5c)
      let found =
        ((quote &- 0x0101_0101_0101_0101) & ~quote)
        | ((backslash &- 0x0101_0101_0101_0101) & ~backslash)
        | ((word &- 0x2020_2020_2020_2020) & ~word)
      if found & 0x8080_8080_8080_8080 != 0 {
        position &+= (found & 0x8080_8080_8080_8080).trailingZeroBitCount / 8
        break
      }
      position &+= 8
    }
    while position < line.count {
      let byte = line[position]
      position &+= 1
      if byte == ascii("\"") { return true }
      guard byte >= 0x20, byte != ascii("\\") else { return false }
    }
    return false
  }

  private static func scalar(
    _ line: UnsafeBufferPointer<UInt8>, _ position: inout Int
  ) -> (Kind, Range<Int>)? {
    guard position < line.count else { return nil }
    switch line[position] {
    case ascii("\""):
      position += 1
      return string(line, &position).map { (.string, $0) }
    case ascii("t"): return word("true", line, &position).map { (.boolean, $0) }
    case ascii("f"): return word("false", line, &position).map { (.boolean, $0) }
    case ascii("n"): return word("null", line, &position).map { (.null, $0) }
    default:
      let start = position
      return skipNumber(line, &position) ? (.number, start..<position) : nil
    }
  }

  private static func word(
    _ word: StaticString, _ line: UnsafeBufferPointer<UInt8>, _ position: inout Int
  ) -> Range<Int>? {
    let end = position + word.utf8CodeUnitCount
    guard end <= line.count else { return nil }
    let text = UnsafeBufferPointer(start: word.utf8Start, count: word.utf8CodeUnitCount)
    guard text.elementsEqual(line[position..<end]) else { return nil }
    defer { position = end }
    return position..<end
  }

  /// Moves behind `-?(0|[1-9][0-9]*)(\.[0-9]+)?` of at most 15 digits; false where something else
  /// stands there.
  static func skipNumber(
    _ line: UnsafeBufferPointer<UInt8>, _ position: inout Int
  ) -> Bool {
    let start = position
    func digits() -> Int {
      let first = position
      while position < line.count, line[position] &- 0x30 < 10 { position &+= 1 }
      return position &- first
    }
    if line[position] == ascii("-") { position &+= 1 }
    let first = position
    let whole = digits()
    guard whole > 0, whole == 1 || line[first] != ascii("0") else { return false }
    var all = whole
    if position < line.count, line[position] == ascii(".") {
      position &+= 1
      let fraction = digits()
      guard fraction > 0 else { return false }
      all &+= fraction
    }
    guard all <= 15 else { return false }
    if first > start {
      // What is less than nothing but 0 depends on who reads it.
      let isZero = line[first..<position].allSatisfy { $0 == ascii("0") || $0 == ascii(".") }
      guard !isZero else { return false }
    }
    return position < line.count && line[position] != ascii("e") && line[position] != ascii("E")
  }
}
