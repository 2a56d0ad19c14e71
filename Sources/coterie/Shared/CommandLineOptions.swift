import ArgumentParser
import EventLog
import Foundation

/// The options of a verb, by which a command line is looked through before it is parsed.
///
/// The parser keeps the last of several values without a word, and misses a needed option before it says
/// that there is none of the name that was given.
struct CommandLineOptions {
  private struct Option {
    let takesValue: Bool
    let repeats: Bool
  }

  private let verb: String
  private var options: [String: Option] = [:]

  /// The options of the verb that some arguments name; nil where they name none or ask for help.
  init?(of arguments: [String], in root: any ParsableCommand.Type) {
    let others = ["-h", "--help", "--help-hidden", "--generate-completion-script"]
    guard !arguments.contains(where: { others.contains($0) || $0.hasPrefix("---") }) else {
      return nil
    }
    var command = root
    var names = [root._commandName]
    for argument in arguments {
      let verbs = command.configuration.subcommands
      guard let verb = verbs.first(where: { $0._commandName == argument }) else { break }
      command = verb
      names.append(argument)
    }
    guard names.count > 1, command.configuration.subcommands.isEmpty,
      let help = try? JSONDecoder().decode(Help.self, from: Data(command._dumpHelp().utf8))
    else { return nil }
    verb = names.joined(separator: " ")
    for argument in help.command.arguments ?? [] where argument.kind != "positional" {
      for name in argument.names ?? [] {
        options[(name.kind == "long" ? "--" : "-") + name.name] = Option(
          takesValue: argument.kind == "option", repeats: argument.isRepeating)
      }
    }
  }

  /// Throws for an option that the verb does not have, and for one of a single value that is given twice.
  func check(_ arguments: [String]) throws {
    var given: Set<String> = []
    var isValue = false
    for argument in arguments {
      if argument == "--" { return }
      if isValue, argument == "-" || !argument.hasPrefix("-") {
        isValue = false
        continue
      }
      isValue = false
      guard argument.hasPrefix("-"), argument != "-" else { continue }
      let name = argument.prefix { $0 != "=" }
      guard let option = options[String(name)] else {
        // What has one dash may be a negative number.
        guard name.hasPrefix("--") else { continue }
        throw Failure.usage(
          "unknown option \(name)"
            + suggestion(for: String(name), among: options.keys.sorted(by: bytesPrecede))
            + "; see \(verb) --help")
      }
      guard option.takesValue else { continue }
      isValue = name.count == argument.count
      guard option.repeats || given.insert(String(name)).inserted else {
        throw Failure.usage("\(name) is given more than once: \(verb) takes one")
      }
    }
  }

  /// What the parser says of a verb.
  private struct Help: Decodable {
    struct Name: Decodable {
      let kind: String
      let name: String
    }

    struct Argument: Decodable {
      let kind: String
      let isRepeating: Bool
      let names: [Name]?
    }

    struct Command: Decodable {
      let arguments: [Argument]?
    }

    let command: Command
  }
}
