import ArgumentParser

/// `coterie import`: events and members from the places where communities live.
struct Import: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "import",
    abstract: "Makes events and members of a git history or another product's export.",
    discussion: """
      Each source writes NAME-events.csv and NAME-members.csv, which every other verb reads. Members \
      are called by pseudonyms unless --plain-ids is said. What is left out, and what events lack, is \
      counted and printed. Every source has --json.

      Exit codes: those of the subcommand.

      Example:
        coterie import git ~/project --key community.key --output data
        coterie train data/project-events.csv --members data/project-members.csv \\
          --as-of last --algorithm kmeans --clusters auto \\
          --output project.safetensors
      """,
    subcommands: [
      ImportGit.self, ImportDiscourse.self, ImportSlack.self, ImportGitHub.self,
    ])
}
