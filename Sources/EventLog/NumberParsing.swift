/// Reads a decimal number from bytes, or nil where they are none; blanks around are ignored.
///
/// The grammar is `[+-]digits[.digits][e[+-]digits]`, with digits on one side of the point at
/// least: no hexadecimal, no separators, no `nan`, no `inf`. The nearest Double is returned, which
/// is infinite where the number overflows.
package func parseDecimal(_ untrimmed: UnsafeBufferPointer<UInt8>) -> Double? {
  let bytes = trimmingBlanks(untrimmed)
  var position = 0
  var isNegative = false
  if position < bytes.count, bytes[position] == ascii("-") || bytes[position] == ascii("+") {
    isNegative = bytes[position] == ascii("-")
    position += 1
  }
  var mantissa: UInt64 = 0
  var digitCount = 0
  var significantDigits = 0
  var pointExponent = 0
  var hasPoint = false
  while position < bytes.count {
    let byte = bytes[position]
    let digit = byte &- 0x30
    if digit < 10 {
      digitCount += 1
      if significantDigits > 0 || digit > 0 { significantDigits += 1 }
      if significantDigits <= 19 { mantissa = mantissa &* 10 &+ UInt64(digit) }
      if hasPoint { pointExponent -= 1 }
    } else if byte == ascii("."), !hasPoint {
      hasPoint = true
    } else {
      break
    }
    position += 1
  }
  guard digitCount > 0 else { return nil }
  var exponent = 0
  if position < bytes.count {
    guard bytes[position] == ascii("e") || bytes[position] == ascii("E") else { return nil }
    position += 1
    var exponentIsNegative = false
    if position < bytes.count, bytes[position] == ascii("-") || bytes[position] == ascii("+") {
      exponentIsNegative = bytes[position] == ascii("-")
      position += 1
    }
    guard position < bytes.count else { return nil }
    while position < bytes.count {
      let digit = bytes[position] &- 0x30
      guard digit < 10 else { return nil }
      exponent = min(exponent * 10 + Int(digit), 100_000)
      position += 1
    }
    if exponentIsNegative { exponent = -exponent }
  }
  // Exact where mantissa and power of ten both are (Clinger 1990, doi 10.1145/93548.93557).
  let power = exponent + pointExponent
  if significantDigits <= 15, abs(power) <= 22 {
    let magnitude =
      power < 0
      ? Double(mantissa) / exactPowersOfTen[-power] : Double(mantissa) * exactPowersOfTen[power]
    return isNegative ? -magnitude : magnitude
  }
  return Double(String(decoding: bytes, as: UTF8.self))
}

private let exactPowersOfTen: [Double] = (0...22).map { exponent in
  (0..<exponent).reduce(1.0) { power, _ in power * 10 }
}
