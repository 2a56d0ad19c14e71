import ArgumentParser
import EventLog
import Segmentation

/// `coterie rules print`: a project file in its normal form.
struct RulesPrint: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "print",
    abstract: "Prints a project file in one normal form, so that files can be compared.",
    discussion: """
      Keys and names come in one order, segments in blocks and their leaves in one line, texts in \
      quotes where YAML needs them, durations and dates in one form; defaults are left out. The text \
      means the same as the file and is printed as itself. Comments are not kept.

      Exit codes: 0 done, 2 bad input, 64 usage.

      Example:
        coterie rules print --config coterie.yaml --output normal.yaml
      """)

  @Option(help: "The project file.", completion: .file())
  var config: String

  @Option(
    name: .shortAndLong, help: "Where the text goes; - is the standard output.", completion: .file()
  )
  var output = "-"

  func run() throws {
    let file = try OutputFile(output)
    try file.write(try ProjectFile(path: config).normalized)
    try file.commit()
  }
}
