import Foundation
import Testing

/// What `--help` promises: examples that can be pasted, exit codes, and completions of files.
struct HelpTests {
  /// Every command, by its words.
  static let commands = [
    "", "cluster", "choose", "score", "features", "train", "label", "drift", "compare", "explain",
    "inspect", "rules", "rules check", "rules backtest", "rules forecast", "rules suggest",
    "rules test", "rules print", "rules schema", "lists", "lists add", "lists remove",
    "lists show", "simulate", "import", "import git", "import discourse", "import slack",
    "import github", "doctor",
  ]

  private static func words(_ command: String) -> [String] {
    command.split(separator: " ").map(String.init)
  }

  /// The examples of a help text, as a shell reads them: a line that ends in a backslash goes on.
  private static func examples(_ help: String) -> [String] {
    help.replacingOccurrences(of: "\\\n", with: " ").split(separator: "\n").map(String.init)
      .filter { $0.hasPrefix("  coterie ") }
  }

  /// The example runs in an empty folder, where it finds no files, and is no wrong usage.
  @Test(arguments: commands)
  func examplesCanBePasted(command: String) throws {
    let help = try Tool.run(Self.words(command) + ["--help"]).output
    let examples = Self.examples(help)
    #expect(!examples.isEmpty)
    for line in help.prefix(upTo: help.range(of: "USAGE:")?.lowerBound ?? help.endIndex)
      .split(separator: "\n")
    {
      #expect(line.count <= 80, "\(line)")
    }
    // Making a community or checking the machine takes its time; that they parse is tested elsewhere.
    for example in examples where !example.contains("simulate") && !example.contains("doctor") {
      try TemporaryFolder.with { folder in
        let script = "coterie() { '\(Tool.path)' \"$@\"; }\n\(example)\n"
        let result = try Tool.run("/bin/sh", ["-c", script], in: folder.url)
        #expect([0, 2].contains(result.code), "\(example): \(result.code) \(result.error)")
        #expect(!result.error.contains("Usage:"), "\(example): \(result.error)")
      }
    }
  }

  @Test(arguments: commands)
  func helpSaysTheExitCodes(command: String) throws {
    let help = try Tool.run(Self.words(command) + ["--help"]).output
    #expect(help.contains("Exit codes: "))
  }

  /// Files and groups of commands have no JSON: what they write is for programs already.
  private static let withoutJSON: Set = [
    "", "rules", "lists", "import", "rules print", "rules schema",
  ]

  @Test(arguments: commands)
  func everyVerbThatReportsHasJSON(command: String) throws {
    let help = try Tool.run(Self.words(command) + ["--help"]).output
    let options = help.components(separatedBy: "USAGE:").last ?? ""
    #expect(options.contains("--json") != Self.withoutJSON.contains(command))
  }

  @Test(arguments: ["bash", "zsh", "fish"])
  func completionsOfferFiles(shell: String) throws {
    let script = try Tool.run(["--generate-completion-script", shell]).output
    let lines = script.split(separator: "\n").map(String.init)
    switch shell {
    case "zsh":
      for option in ["--model", "--members", "--config", "--output", "--rejects"] {
        let own = lines.filter { $0.contains("'\(option)[") || $0.contains("'*\(option)[") }
        #expect(own.contains { $0.contains("_files") }, "\(option)")
      }
      #expect(lines.contains { $0.contains(":events:_files") })
    case "fish":
      for option in ["model", "members", "config", "output", "rejects"] {
        #expect(lines.contains { $0.contains("-l '\(option)'") && $0.contains("-rF") }, "\(option)")
      }
    default:
      for option in ["--model", "--members", "--config", "--output", "--rejects"] {
        let places = lines.indices.filter { lines[$0].hasSuffix("'\(option)')") }
        #expect(
          places.contains { lines[$0 + 1].hasSuffix("__coterie_add_completions -f") }, "\(option)")
      }
    }
  }
}
