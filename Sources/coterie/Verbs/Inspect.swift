import ArgumentParser
import Models

/// `coterie inspect`: a model's card.
struct Inspect: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Shows what a model was trained on and what it found.",
    discussion: """
      Exit codes: 0 done, 2 bad input, 64 usage.

      Example:
        coterie inspect members.safetensors
      """)

  @Argument(help: "The model file.", completion: .file())
  var model: String

  @Flag(help: "Print one JSON object on the standard output.")
  var json = false

  func run() throws {
    let file = try ModelFile(path: model)
    let card = ModelCard(file.model, id: file.id, name: ModelFile.name(ofPath: model))
    if json {
      try JSONValue.print(verb: "inspect", card.json)
    } else {
      print(card.text)
    }
  }
}
