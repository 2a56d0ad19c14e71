import Foundation
import TestSupport
import Testing

@testable import EventLog

/// JSON is read as RFC 8259 has it.
struct JSONParserTests {
  private static func object(_ text: String) -> [String: JSONValue]? {
    var copy = text
    return copy.withUTF8 { JSONParser.object($0)?.object }
  }

  @Test func valuesAreReadAsTheyAreWritten() {
    let found = Self.object(
      #" { "a" : "x\"\\\/\b\f\n\r\t\u00e9\ud83d\ude00" , "b":[1,-2.50e+3,[],{}],"c":null,"d":true,"e":false,"f":{"g":0} } "#
    )
    #expect(
      found == [
        "a": .string("x\"\\/\u{8}\u{c}\n\r\té😀"),
        "b": .list([.number("1"), .number("-2.50e+3"), .list([]), .object([:])]),
        "c": .null, "d": .boolean(true), "e": .boolean(false), "f": .object(["g": .number("0")]),
      ])
  }

  @Test(arguments: [
    "", "[]", "1", "\"a\"", "{", "}", "{}}", "{} {}", #"{"a":1,}"#, #"{"a":[1,]}"#, #"{a:1}"#,
    #"{'a':1}"#, #"{"a":01}"#, #"{"a":1.}"#, #"{"a":.5}"#, #"{"a":+1}"#, #"{"a":1e}"#,
    #"{"a":-}"#, #"{"a":NaN}"#, #"{"a":tru}"#, #"{"a":"b}"#, #"{"a" 1}"#, #"{"a":1 "b":2}"#,
    "{\"a\":\"\t\"}", #"{"a":"\x"}"#, #"{"a":"\u12"}"#, #"{"a":"\ud83d"}"#, #"{"a":"\ud83dx"}"#,
    #"{"a":"\ude00"}"#, #"{"a":/**/1}"#, #"{"a":1}//"#, #"{,}"#, #"{"a":1,,"b":2}"#,
  ])
  func whatIsNotJSONIsRefused(text: String) { #expect(Self.object(text) == nil) }

  @Test func depthIsLimited() {
    func nested(_ depth: Int) -> String {
      "{\"a\":" + String(repeating: "[", count: depth) + String(repeating: "]", count: depth) + "}"
    }
    #expect(Self.object(nested(JSONParser.maximumDepth - 2)) != nil)
    #expect(Self.object(nested(JSONParser.maximumDepth)) == nil)
    #expect(Self.object(nested(500_000)) == nil)
  }

  @Test func aKeyTwiceIsTold() {
    var text = #"{"a":1,"b":{"c":1,"c":2},"a":3}"#
    let found = text.withUTF8 { JSONParser.object($0) }
    #expect(found?.repeatedKey == "c")
    #expect(found?.object["a"] == .number("3"))
  }

  @Test(arguments: [
    ("123", "123"), ("123.0", "123"), ("1.10", "1.1"), ("9007199254740992", "9007199254740992"),
    ("9007199254740993", "9007199254740993"), ("123456789012345678", "123456789012345678"),
    ("12345678901234567890123", "12345678901234567890123"), ("-0", "0"), ("1e3", "1000"),
    ("1e999", "1e999"),
  ])
  func numbersKeepTheirDigits(number: String, cell: String) {
    #expect(JSONValue.number(number).cell == cell)
  }

  /// Texts made at random, damaged or not, are read as Foundation reads them, which is less strict.
  @Test(arguments: Array(UInt64(1)...4))
  func whatIsReadIsWhatTheSystemReads(seed: UInt64) throws {
    var generator = TestGenerator(seed: seed)
    func value(_ depth: Int) -> String {
      let space = ["", " ", "\t"].randomElement(using: &generator) ?? ""
      switch Int.random(in: 0..<(depth > 3 ? 5 : 7), using: &generator) {
      case 0: return space + "null"
      case 1: return "true" + space
      case 2: return String(Int.random(in: -1000...1000, using: &generator))
      case 3: return String(Double.random(in: -10...10, using: &generator))
      case 4: return #""é\n\u0041\\""#
      case 5:
        let count = Int.random(in: 0..<4, using: &generator)
        return "[" + (0..<count).map { _ in value(depth + 1) }.joined(separator: ",") + "]"
      default:
        let count = Int.random(in: 0..<4, using: &generator)
        return "{" + (0..<count).map { "\"k\($0)\":" + value(depth + 1) }.joined(separator: ",")
          + "}"
      }
    }
    for _ in 0..<500 {
      var bytes = Array(#"{"a":\#(value(0)),"b":\#(value(0))}"#.utf8)
      if Bool.random(using: &generator) {
        bytes[Int.random(in: 0..<bytes.count, using: &generator)] =
          Array("{}[]\",:0x ".utf8).randomElement(using: &generator) ?? 0
      }
      let text = String(decoding: bytes, as: UTF8.self)
      let own = Self.object(text)
      let system = try? JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any]
      if let own {
        #expect(system != nil, "seed \(seed): \(text)")
        #expect(Set(own.keys) == system.map { Set($0.keys) }, "seed \(seed): \(text)")
      }
    }
  }
}
