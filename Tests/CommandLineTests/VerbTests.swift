import Foundation
import Testing

/// What holds for every verb.
struct VerbTests {
  static let verbs = [
    "cluster", "choose", "score", "features", "train", "label", "drift", "compare", "explain",
    "inspect", "simulate",
    "simulate",
    "import", "lists", "doctor",
  ]

  static let subverbs = [
    "lists add", "lists remove", "lists show", "rules check", "rules backtest", "rules forecast",
    "rules test",
  ]

  @Test(arguments: subverbs)
  func helpOfASubverbHasAnExampleOfIt(subverb: String) throws {
    let result = try Tool.run(subverb.split(separator: " ").map(String.init) + ["--help"])
    #expect(result.code == 0 && result.error == "")
    #expect(result.output.contains("coterie \(subverb) "))
    #expect(result.output.contains("--json"))
  }

  @Test(arguments: verbs)
  func helpHasAnExampleOfTheVerb(verb: String) throws {
    let result = try Tool.run([verb, "--help"])
    #expect(result.code == 0)
    #expect(result.error == "")
    #expect(result.output.contains("Example"))
    #expect(result.output.contains("coterie \(verb) "))
    #expect(result.output.contains("--json"))
  }

  @Test(arguments: verbs)
  func unknownOptionsAreUsageErrors(verb: String) throws {
    let result = try Tool.run([verb, "--no-such-option"])
    #expect(result.code == 64)
    #expect(result.output == "")
    #expect(!result.error.isEmpty)
  }

  @Test(arguments: ["bash", "zsh", "fish"])
  func completionsAreGenerated(shell: String) throws {
    let result = try Tool.run(["--generate-completion-script", shell])
    #expect(result.code == 0)
    for verb in Self.verbs { #expect(result.output.contains(verb)) }
  }

  @Test func versionIsPrinted() throws {
    let result = try Tool.run(["--version"])
    #expect(result.code == 0)
    #expect(result.output == "0.1.0\n")
  }

  @Test func doctorFindsThisMachineSound() throws {
    let result = try Tool.run(["doctor", "--json"])
    #expect(result.code == 0, "\(result.output)")
    let object = try #require(
      JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [String: Any])
    #expect(object["sound"] as? Bool == true)
    #expect((object["checks"] as? [Any])?.count == 5)
    #expect(object["version"] as? Int == 1)
    #expect(object["coterie"] as? String == "doctor")
  }

  @Test func everyJSONObjectIsVersionedAndAloneOnTheStandardOutput() throws {
    try TemporaryFolder.with { folder in
      let commands = [
        ["features"] + SampleCommunity.input + ["--json", "--output", folder.path("f.npy")],
        ["label"] + SampleCommunity.input + [
          "--model", SampleCommunity.model, "--json", "--output", folder.path("l.csv"),
        ],
        ["explain", "m0007"] + SampleCommunity.input + [
          "--model", SampleCommunity.model, "--json",
        ],
        ["inspect", SampleCommunity.model, "--json"],
        ["drift"] + SampleCommunity.input + ["--model", SampleCommunity.model, "--json"],
      ]
      for command in commands {
        let result = try Tool.run(command)
        #expect(result.code == 0, "\(result.error)")
        let object = try #require(
          JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [String: Any],
          "\(command[0])")
        #expect(object["coterie"] as? String == command[0])
        #expect(object["version"] as? Int == 1)
      }
    }
  }
}
