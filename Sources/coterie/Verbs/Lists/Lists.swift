import ArgumentParser

/// `coterie lists`: who is put into segments by hand.
struct Lists: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "lists",
    abstract: "Puts members on lists and takes them off, with who, when and why; shows them.",
    discussion: """
      A list's file keeps a row for each stay, and rows are never deleted: what they say of past times \
      stays true.

      Exit codes: those of the subcommand.

      Examples:
        coterie lists add ambassadors m0007 --config coterie.yaml --at 2025-07-01 \\
          --by eva
        coterie lists show --config coterie.yaml --as-of 2025-07-01 --json
      """,
    subcommands: [ListsAdd.self, ListsRemove.self, ListsShow.self])
}
