import Testing

@testable import EventLog

struct NoreplyAddressTests {
  @Test(
    arguments: [
      ("12+ada@users.noreply.github.com", "12", "ada"),
      ("ada@users.noreply.github.com", nil, "ada"),
      ("12-ada@users.noreply.github.com", nil, "12-ada"),
      ("12@users.noreply.github.com", nil, "12"),
      ("12+ada[bot]@users.noreply.github.com", "12", "ada[bot]"),
      ("12-ada-b@users.noreply.gitlab.com", "12", "ada-b"),
      ("12@users.noreply.gitlab.example.org", "12", nil),
      ("ada-12@users.noreply.gitlab.com", nil, "ada-12"),
      ("+ada@users.noreply.github.com", nil, "+ada"), ("12+@users.noreply.github.com", nil, "12+"),
    ] as [(String, String?, String?)])
  func numberAndNameAreRead(address: String, number: String?, name: String?) throws {
    let read = try #require(NoreplyAddress(address))
    #expect(read.number == number)
    #expect(read.name == name)
  }

  @Test(arguments: [
    "12+ada@example.org", "noreply@github.com", "ada", "", "@users.noreply.github.com",
  ])
  func otherAddressesAreNone(address: String) {
    #expect(NoreplyAddress(address) == nil)
  }

  static let github = "@users.noreply.github.com"

  struct Case: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let addresses: [String]
    let expected: [String]
  }

  static let cases = [
    Case(
      testDescription: "with and without the number",
      addresses: ["12+ada\(github)", "ada\(github)", "ada@example.org"],
      expected: ["ada\(github)", "ada\(github)", "ada@example.org"]),
    Case(
      testDescription: "an account that changed its name",
      addresses: ["12+lovelace\(github)", "12+ada\(github)", "lovelace\(github)"],
      expected: ["ada\(github)", "ada\(github)", "ada\(github)"]),
    Case(
      testDescription: "two accounts of one name, so that the bare name is nobody's",
      addresses: ["1+ada\(github)", "2+ada\(github)", "ada\(github)"],
      expected: ["1+ada\(github)", "2+ada\(github)", "ada\(github)"]),
    Case(
      testDescription: "one number at two forges",
      addresses: ["1+ada\(github)", "1-bob@users.noreply.gitlab.com"],
      expected: ["ada\(github)", "bob@users.noreply.gitlab.com"]),
    Case(
      testDescription: "a number alone",
      addresses: [
        "1@users.noreply.gitlab.com", "1-bob@users.noreply.gitlab.com",
        "2@users.noreply.gitlab.com",
      ],
      expected: [
        "bob@users.noreply.gitlab.com", "bob@users.noreply.gitlab.com",
        "2@users.noreply.gitlab.com",
      ]),
  ]

  @Test(arguments: cases) func addressesOfOneAccountAreOne(_ example: Case) {
    for addresses in [example.addresses, example.addresses.reversed()] {
      let accounts = AccountAddresses(addresses)
      #expect(example.addresses.map { accounts.address(standingFor: $0) } == example.expected)
    }
  }
}
