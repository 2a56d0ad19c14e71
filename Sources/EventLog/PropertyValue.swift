/// The value of an event property: text, a number or a truth value.
public enum PropertyValue: Sendable, Hashable, CustomStringConvertible {
  /// Text, kept as its exact bytes.
  case string(String)
  /// A finite number.
  case number(Double)
  /// True or false.
  case boolean(Bool)

  /// The value as it would stand in a CSV cell.
  public var description: String {
    switch self {
    case .string(let text): text
    case .number(let number): formatted(number)
    case .boolean(let isTrue): isTrue ? "true" : "false"
    }
  }
}

/// The shortest text that reads back as the same Double; whole numbers without a fraction.
public func formatted(_ number: Double) -> String {
  if number == number.rounded(), abs(number) < 1e15 { return String(Int64(number)) }
  return number.description
}

/// One property of all events: a code per event into a table of distinct values.
public struct PropertyColumn: Sendable {
  /// The distinct values, in order of first appearance.
  public internal(set) var values: [PropertyValue] = []
  /// For each event, the position of its value in `values`, or -1 where it has none.
  public internal(set) var codes: [Int32] = []

  private var interner = Interner()

  /// The value at an event's index, or nil where the event has none.
  public subscript(event: Int) -> PropertyValue? {
    guard event < codes.count, codes[event] >= 0 else { return nil }
    return values[Int(codes[event])]
  }

  mutating func append(_ value: PropertyValue, at event: Int) {
    let tag =
      switch value {
      case .string: "s"
      case .number: "n"
      case .boolean: "b"
      }
    let code = interner.intern(tag + value.description)
    if code == values.count { values.append(value) }
    while codes.count < event { codes.append(-1) }
    codes.append(Int32(code))
  }

  mutating func appendText(_ bytes: UnsafeBufferPointer<UInt8>, at event: Int) {
    let code = interner.intern(bytes)
    if code == values.count { values.append(.string(String(decoding: bytes, as: UTF8.self))) }
    while codes.count < event { codes.append(-1) }
    codes.append(Int32(code))
  }

  /// Turns a column of text into numbers, or truth values, where every value reads as one.
  mutating func inferType() {
    let texts = values.compactMap { value -> String? in
      if case .string(let text) = value { return text }
      return nil
    }
    guard texts.count == values.count, !texts.isEmpty else { return }
    let numbers = texts.compactMap(decimal)
    if numbers.count == texts.count {
      replaceValues(numbers.map { .number($0) })
    } else if texts.allSatisfy({ $0 == "true" || $0 == "false" }) {
      replaceValues(texts.map { .boolean($0 == "true") })
    }
  }

  /// Gives each code a value, and one code to those that now are the same: `1` and `1.0`.
  private mutating func replaceValues(_ typed: [PropertyValue]) {
    var codeOfValue: [PropertyValue: Int32] = [:]
    var distinct: [PropertyValue] = []
    let merged = typed.map { value -> Int32 in
      if let code = codeOfValue[value] { return code }
      let code = Int32(distinct.count)
      codeOfValue[value] = code
      distinct.append(value)
      return code
    }
    values = distinct
    codes = codes.map { $0 < 0 ? -1 : merged[Int($0)] }
  }
}

/// The finite number that a text is, or nil.
package func decimal(_ text: String) -> Double? {
  var copy = text
  return copy.withUTF8 { parseDecimal($0) }.flatMap { $0.isFinite ? $0 : nil }
}
