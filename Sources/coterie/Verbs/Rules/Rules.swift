import ArgumentParser

/// `coterie rules`: what written segments are worth.
struct Rules: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "rules",
    abstract: "Looks at the written segments of a project file.",
    discussion: """
      Exit codes: those of the subcommand.

      Example:
        coterie rules check events.csv --config coterie.yaml --as-of last
      """,
    subcommands: [
      RulesCheck.self, RulesBacktest.self, RulesForecast.self, RulesSuggest.self, RulesTest.self,
      RulesPrint.self, RulesSchema.self,
    ])
}
