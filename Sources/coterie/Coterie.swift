import ArgumentParser
import Foundation
import LinearAlgebra

@main
struct Coterie: ParsableCommand {
  /// The version of the toolkit, also written into models.
  static let version = "0.1.0"

  static let configuration = CommandConfiguration(
    commandName: "coterie",
    abstract: "Finds the groups in a community's history and keeps every member in the right one.",
    discussion: """
      Train segments on history, label members with the model file, compare learned segments with \
      written rules:

        coterie train events.csv --as-of last --algorithm kmeans --clusters auto \\
          --output m.safetensors
        coterie label events.csv --as-of last --model m.safetensors \\
          --config coterie.yaml --output labels.csv
        coterie compare events.csv --as-of last --model m.safetensors \\
          --config coterie.yaml

      Exit codes: 0 done, 1 a check found something, 2 bad input, 3 not converged under --strict, \
      4 engine or database, 64 usage, 70 a bug of coterie's.
      """,
    version: version,
    subcommands: [
      Cluster.self, Choose.self, Score.self, Features.self, Train.self, Label.self, Drift.self,
      Compare.self, Explain.self, Inspect.self, Rules.self, Lists.self, Simulate.self, Import.self,
      Doctor.self,
    ])

  static func main() {
    endLinearAlgebraThreads()
    do {
      let arguments = Array(CommandLine.arguments.dropFirst())
      try CommandLineOptions(of: arguments, in: Self.self)?.check(arguments)
      var command = try parseAsRoot()
      try command.run()
    } catch {
      exit(reporting: error)
    }
  }

  /// Ends the process with the exit code and the message of an error.
  private static func exit(reporting error: any Error) -> Never {
    guard let failure = Failure(error) else { exit(withError: error) }
    if !failure.message.isEmpty {
      Console.standardError(Console.isColored ? "\u{1B}[31merror:\u{1B}[0m " : "error: ")
      Console.standardError(failure.message + "\n")
    }
    Foundation.exit(failure.code)
  }
}
