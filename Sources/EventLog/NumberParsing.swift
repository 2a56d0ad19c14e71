internal import CKernels

/// Reads a decimal number from bytes, or nil where they are none; blanks around are ignored.
///
/// The grammar is `[+-]digits[.digits][e[+-]digits]`, with digits on one side of the point at
/// least: no hexadecimal, no separators, no `nan`, no `inf`. The nearest Double is returned, which
/// is infinite where the number overflows.
@inline(__always)
package func parseDecimal(_ untrimmed: UnsafeBufferPointer<UInt8>) -> Double? {
  shortDecimal(untrimmed) ?? anyDecimal(untrimmed)
}

/// Reads up to fifteen digits with a point among them or none, as most numbers are; nil for all others.
private func shortDecimal(_ bytes: UnsafeBufferPointer<UInt8>) -> Double? {
  guard bytes.count > 0, bytes.count <= 16 else { return nil }
  var mantissa: UInt64 = 0
  var fractionCount = -1
  for byte in bytes {
    let digit = byte &- 0x30
    if digit < 10 {
      mantissa = mantissa &* 10 &+ UInt64(digit)
      if fractionCount >= 0 { fractionCount &+= 1 }
    } else if byte == ascii("."), fractionCount < 0 {
      fractionCount = 0
    } else {
      return nil
    }
  }
  let digitCount = fractionCount < 0 ? bytes.count : bytes.count &- 1
  guard digitCount > 0, digitCount <= 15 else { return nil }
  // Exact where mantissa and power of ten both are (Clinger 1990, doi 10.1145/93548.93557).
  return Double(mantissa) / coterie_power_of_ten(Int32(truncatingIfNeeded: max(0, fractionCount)))
}

private func anyDecimal(_ untrimmed: UnsafeBufferPointer<UInt8>) -> Double? {
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
  // As above.
  let power = exponent + pointExponent
  if significantDigits <= 15, abs(power) <= 22 {
    let magnitude =
      power < 0
      ? Double(mantissa) / coterie_power_of_ten(Int32(-power))
      : Double(mantissa) * coterie_power_of_ten(Int32(power))
    return isNegative ? -magnitude : magnitude
  }
  return Double(String(decoding: bytes, as: UTF8.self))
}
