import ArgumentParser

@main
struct Coterie: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "coterie",
    abstract: "Finds the groups in a community's history and keeps every member in the right one.")
}
