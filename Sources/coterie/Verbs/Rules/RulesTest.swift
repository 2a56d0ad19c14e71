import ArgumentParser
import EventLog
import Foundation
import Segmentation

/// `coterie rules test`: the tests that stand in a project file.
struct RulesTest: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "test",
    abstract: "Runs the tests of a project file: a member's little history, and where it belongs.",
    discussion: """
      A project file can hold tests:

        tests:
          - name: quiet for a month
            as_of: 2024-06-01
            joined_at: 2024-01-01
            attributes: {plan: pro}
            events: [{post: 2024-04-20}, {event: visit, at: 2024-04-25, area: forum}]
            in: [at-risk]
            not_in: [active]

      The exit code is 1 where one fails.

      Exit codes: 0 all tests pass, 1 one fails, 2 bad input, 64 usage.

      Example:
        coterie rules test --config coterie.yaml
      """)

  @Option(help: "The project file.", completion: .file())
  var config: String

  @Flag(help: "Print one JSON object on the standard output.")
  var json = false

  func run() throws {
    let project = try ProjectFile(path: config)
    var results: [(test: RuleTest, failures: [String])] = []
    for test in project.tests {
      do {
        results.append((test, try test.failures(in: project)))
      } catch {
        results.append((test, [error.description]))
      }
    }
    let failed = results.filter { !$0.failures.isEmpty }
    if json {
      try JSONValue.print(
        verb: "rules test",
        [
          "tests": .array(
            results.map { result in
              .object([
                "name": .string(result.test.name), "line": .integer(result.test.position.line),
                "passed": .boolean(result.failures.isEmpty),
                "failures": .array(result.failures.map { .string($0) }),
              ])
            })
        ])
    } else {
      for (test, failures) in failed {
        print("\(config):\(test.position.line): \"\(test.name)\" fails")
        for failure in failures { print("  \(failure)") }
      }
      print(
        results.isEmpty
          ? "\(config) holds no tests; see coterie rules test --help"
          : "\(results.count - failed.count) of \(results.count) tests pass")
    }
    if !failed.isEmpty { throw ExitCode(Failure.Code.foundSomething) }
  }
}
