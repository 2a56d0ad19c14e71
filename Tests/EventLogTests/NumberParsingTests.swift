@testable import EventLog
import TestSupport
import Testing

struct NumberParsingTests {
  static func parse(_ text: String) -> Double? {
    var copy = text
    return copy.withUTF8 { parseDecimal($0) }
  }

  @Test(arguments: [
    ("0", 0.0), ("-0", -0.0), ("1", 1), ("+1.5", 1.5), (".5", 0.5), ("5.", 5), (" 7\t", 7),
    ("1e3", 1000), ("1.25E-2", 0.0125), ("0.1", 0.1),
    ("123456789012345678", 123_456_789_012_345_680),
    ("9007199254740993", 9_007_199_254_740_992), ("1e-400", 0),
    ("2.2250738585072011e-308", Double(bitPattern: 0x000f_ffff_ffff_ffff)),
    ("179769313486231570000000000000000000000e270", 1.7976931348623157e308), ("1e999", .infinity),
  ])
  func decimalsAreRead(text: String, expected: Double) {
    #expect(Self.parse(text)?.bitPattern == expected.bitPattern, "\(text)")
  }

  @Test(arguments: [
    "", " ", "-", "+", ".", "e5", "1e", "1e+", "nan", "inf", "0x10", "1,000", "1_000", "1 2", "--1",
    "1.2.3", "1e5.5", "١",
  ])
  func otherTextIsNot(text: String) {
    #expect(Self.parse(text) == nil, "\(text)")
  }

  @Test(arguments: Array(UInt64(1)...4))
  func randomDoublesReadBackExactly(seed: UInt64) {
    var generator = TestGenerator(seed: seed)
    for _ in 0..<5000 {
      let bits = Double(bitPattern: generator.next())
      let short = (Double.random(in: -1e6...1e6, using: &generator) * 1000).rounded() / 1000
      for number in [bits, short] where number.isFinite {
        #expect(
          Self.parse(number.description)?.bitPattern == number.bitPattern, "seed \(seed): \(number)"
        )
      }
    }
  }
}
