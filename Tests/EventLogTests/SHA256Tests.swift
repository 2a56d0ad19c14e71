import EventLog
import Testing

@Suite struct SHA256Tests {
  struct Case: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let message: [UInt8]
    let digest: String

    /// The examples of FIPS 180-2, appendix B, and the empty message.
    static let all = [
      Case(
        testDescription: "empty", message: [],
        digest: "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
      Case(
        testDescription: "abc", message: Array("abc".utf8),
        digest: "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
      Case(
        testDescription: "448 bits",
        message: Array("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq".utf8),
        digest: "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"),
      Case(
        testDescription: "a million a", message: [UInt8](repeating: 0x61, count: 1_000_000),
        digest: "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"),
    ]
  }

  @Test(arguments: Case.all) func digestsOfTheStandard(_ example: Case) {
    #expect(sha256(example.message) == example.digest)
  }
}
