import Foundation
import Testing

@testable import EventLog

struct HMACTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let key: [UInt8]
    let data: [UInt8]
    let code: String

    static func bytes(_ byte: UInt8, _ count: Int) -> [UInt8] {
      [UInt8](repeating: byte, count: count)
    }

    /// RFC 4231, section 4; case 5 gives the first 128 bits only.
    static let all = [
      Case(
        testDescription: "1", key: bytes(0x0b, 20), data: Array("Hi There".utf8),
        code: "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"),
      Case(
        testDescription: "2: a key shorter than the code", key: Array("Jefe".utf8),
        data: Array("what do ya want for nothing?".utf8),
        code: "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"),
      Case(
        testDescription: "3", key: bytes(0xaa, 20), data: bytes(0xdd, 50),
        code: "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe"),
      Case(
        testDescription: "4", key: Array(1...25), data: bytes(0xcd, 50),
        code: "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b"),
      Case(
        testDescription: "5", key: bytes(0x0c, 20), data: Array("Test With Truncation".utf8),
        code: "a3b6167473100ee06e0c796c2955552b"),
      Case(
        testDescription: "6: a key longer than a block", key: bytes(0xaa, 131),
        data: Array("Test Using Larger Than Block-Size Key - Hash Key First".utf8),
        code: "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"),
      Case(
        testDescription: "7: key and data longer than a block", key: bytes(0xaa, 131),
        data: Array(
          ("This is a test using a larger than block-size key and a larger than block-size data. "
            + "The key needs to be hashed before being used by the HMAC algorithm.").utf8),
        code: "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2"),
    ]
  }

  @Test(arguments: Case.all) func codesOfTheStandard(_ example: Case) {
    let code = hexadecimal(HMAC(key: example.key).code(example.data))
    #expect(code.prefix(example.code.count) == example.code)
  }
}

struct PseudonymizerTests {
  static let key = Array("0123456789abcdef".utf8)

  /// Writes a key file and hands its path on.
  static func withKeyFile(_ bytes: [UInt8], _ body: (String) throws -> Void) throws {
    try OutputFileTests.withFolder { folder in
      let file = folder.appendingPathComponent("key")
      try Data(bytes).write(to: file)
      try body(file.path)
    }
  }

  @Test func pseudonymsAreTheFirstDigitsOfTheCode() {
    let code = hexadecimal(HMAC(key: Self.key).code("ada".utf8))
    #expect(Pseudonymizer(key: Self.key).pseudonym(of: "ada") == "m" + code.prefix(16))
    #expect(
      Pseudonymizer(key: Self.key, digitCount: 10).pseudonym(of: "ada") == "m" + code.prefix(10))
    #expect(Pseudonymizer(key: Self.key).pseudonym(of: "Ada") != "m" + code.prefix(16))
  }

  @Test(arguments: ["", "\n", "\r\n"]) func oneLineEndBehindAKeyIsNotOfIt(end: String) throws {
    try Self.withKeyFile(Self.key + Array(end.utf8)) { path in
      let read = try Pseudonymizer(keyFile: path)
      #expect(
        read.pseudonym(of: "ada") == Pseudonymizer(key: Self.key).pseudonym(of: "ada"))
    }
  }

  @Test func keysThatAreTooShortOrTooLongAreErrors() throws {
    try Self.withKeyFile(Array("0123456789abcde\n".utf8)) { path in
      #expect(
        throws: EventLogError.unusableKey(
          file: path, reason: "has 15 bytes, and a key needs 16 at least")
      ) { try Pseudonymizer(keyFile: path) }
    }
    try Self.withKeyFile([UInt8](repeating: 1, count: 4097)) { path in
      #expect(
        throws: EventLogError.unusableKey(
          file: path, reason: "has more than 4096 bytes, which is hardly a key")
      ) { try Pseudonymizer(keyFile: path) }
      #expect(
        throws: EventLogError.unusableKey(
          file: path + "x", reason: "cannot be read: No such file or directory")
      ) { try Pseudonymizer(keyFile: path + "x") }
    }
  }

  @Test func randomKeysDiffer() {
    #expect(
      Pseudonymizer.withRandomKey().pseudonym(of: "ada")
        != Pseudonymizer.withRandomKey().pseudonym(of: "ada"))
  }

  @Test func equalPseudonymsAreAnError() throws {
    let ids = (0..<40).map { "member \($0)" }
    #expect(throws: EventLogError.equalPseudonyms(digitCount: 1, idCount: 40)) {
      try Pseudonymizer(key: Self.key, digitCount: 1).pseudonyms(of: ids)
    }
    let sixteen = try Pseudonymizer(key: Self.key).pseudonyms(of: ids)
    #expect(Set(sixteen).count == 40)
  }

  @Test(arguments: [
    ("m0123456789abcdef", true), ("m0123456789abcdeg", false), ("m0123456789abcde", false),
    ("n0123456789abcdef", false), ("m0123456789ABCDEF", false), ("", false),
  ])
  func pseudonymsAreKnownByTheirForm(text: String, expected: Bool) {
    #expect(Pseudonymizer(key: Self.key).isPseudonym(text) == expected)
  }
}
