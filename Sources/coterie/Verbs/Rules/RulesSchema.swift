import ArgumentParser
import EventLog
import Segmentation

/// `coterie rules schema`: the JSON Schema of project files.
struct RulesSchema: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "schema",
    abstract: "Prints the JSON Schema of project files, for editors.",
    discussion: """
      Editors with yaml-language-server complete and check a project file that begins with

        # yaml-language-server: $schema=coterie.schema.json

      What refers to something that does not exist is found by the other verbs only.

      Exit codes: 0 done, 2 bad input, 64 usage.

      Example:
        coterie rules schema --output coterie.schema.json
      """)

  @Option(
    name: .shortAndLong, help: "Where the schema goes; - is the standard output.",
    completion: .file())
  var output = "-"

  func run() throws {
    let file = try OutputFile(output)
    try file.write(ProjectFile.schema)
    try file.commit()
  }
}
