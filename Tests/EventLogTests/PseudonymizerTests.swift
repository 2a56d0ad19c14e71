import Foundation
import Testing

@testable import EventLog

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
