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
