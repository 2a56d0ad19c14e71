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
  if number == number.rounded(), abs(number) <= 0x1p53 { return String(Int64(number)) }
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
    if bytes.count == 2, bytes[0] == ascii("\\"), bytes[1] == ascii("N") { return }
    let code = interner.intern(bytes)
    if code == values.count { values.append(.string(String(decoding: bytes, as: UTF8.self))) }
    while codes.count < event { codes.append(-1) }
    codes.append(Int32(code))
  }

  /// The type of the column's values; text where they have several.
  public var type: ColumnType {
    let types = Set(values.map(\.type))
    return types.count == 1 ? types.first ?? .text : .text
  }

  /// Gives a column of text the type that its values have by themselves.
  mutating func inferType() {
    guard !values.isEmpty, values.allSatisfy({ $0.type == .text }) else { return }
    let type = ColumnType(inferredFrom: values.map(\.description), clock: nil)
    if type != .text { _ = setType(type) }
  }

  /// Gives all values a type.
  ///
  /// - Returns: how many events had a value that is not of this type, which they lose, and the first such
  ///   value; nil where none had.
  mutating func setType(_ type: ColumnType) -> (count: Int, first: String)? {
    var codeOfValue: [PropertyValue: Int32] = [:]
    var distinct: [PropertyValue] = []
    var mistyped: Set<Int32> = []
    let merged = values.enumerated().map { code, value -> Int32 in
      guard let typed = value.converted(to: type) else {
        if !isAbsent(value.description, inNumbers: type == .number) { mistyped.insert(Int32(code)) }
        return -1
      }
      // Text is the same where its bytes are, as it was before.
      if let known = codeOfValue[typed], type != .text { return known }
      codeOfValue[typed] = Int32(distinct.count)
      distinct.append(typed)
      return Int32(distinct.count - 1)
    }
    let first = values.indices.first { mistyped.contains(Int32($0)) }.map { values[$0].description }
    let count = mistyped.isEmpty ? 0 : codes.count(where: mistyped.contains)
    values = distinct
    codes = codes.map { $0 < 0 ? -1 : merged[Int($0)] }
    return first.map { (count, $0) }
  }
}

extension PropertyValue {
  /// The value's type.
  var type: ColumnType {
    switch self {
    case .string: .text
    case .number: .number
    case .boolean: .boolean
    }
  }

  /// The value as one of another type; nil where it is none.
  func converted(to type: ColumnType) -> PropertyValue? {
    switch (type, self) {
    case (.number, .string(let text)): decimal(text).map { .number($0) }
    case (.boolean, .string("true")): .boolean(true)
    case (.boolean, .string("false")): .boolean(false)
    case (.text, _): .string(description)
    default: self.type == type ? self : nil
    }
  }
}

/// The finite number that a text is, or nil.
package func decimal(_ text: String) -> Double? {
  var copy = text
  return copy.withUTF8 { parseDecimal($0) }.flatMap { $0.isFinite ? $0 : nil }
}
