import ArgumentParser
import Engagement
import EventLog
import LinearAlgebra
import Membership
import Models
import Segmentation

/// `--among`: which members a verb is about.
struct AmongOptions: ParsableArguments {
  @Option(
    help: """
      A condition as in the project file, such as '{did: "*", within: 90d}': members for whom it is not \
      true at the as-of time are left out.
      """)
  var among: String?

  /// Whom the condition is about; nil without one.
  func scope(in project: ProjectFile) throws -> MemberScope? {
    try among.map { try MemberScope(option: $0, project: project) }
  }
}

extension MemberScope {
  /// The condition of `--among`; what is wrong with it is wrong usage.
  init(option text: String, project: ProjectFile) throws {
    do {
      try self.init(parsing: text, source: "--among", project: project)
    } catch {
      throw Failure.usage(error.description)
    }
  }

  /// Says how many of some members are outside.
  ///
  /// - Throws: `Failure` where all are.
  func tell(_ isInside: [Bool], asOf: Timestamp) throws {
    let outside = isInside.count { !$0 }
    guard outside < isInside.count else { throw nobody(of: isInside.count, asOf: "\(asOf)") }
    Console.note(
      "\(outside) of \(isInside.count) members \(outside == 1 ? "is" : "are") outside "
        + "\(project.file) and left out")
  }

  /// The error that the condition is true of nobody.
  func nobody(of count: Int, asOf: String) -> Failure {
    .badInput(
      "\(project.file): nobody is left: \(text) is true of none of \(count) members as of \(asOf); "
        + "choose a wider condition, or another --as-of")
  }

  /// The condition and how many members are outside, for `--json`.
  func json(outside: Int) -> JSONValue {
    .object(["condition": .string(text), "outside": .integer(outside)])
  }
}

extension [NamedModel] {
  /// Whom the models are about that are not about everybody.
  func scopes() throws -> [MemberScope] { try compactMap { try MemberScope(of: $0) } }
}

extension MembershipTable {
  /// For each model that is not about everybody, how many members it is not about, as sentences.
  var outsideLines: [String] {
    models.compactMap { model in
      model.model.among.map { among in
        let outside = outsideCount(of: model.name)
        return
          "\(outside) of \(memberIDs.count) members \(outside == 1 ? "is" : "are") outside "
          + "what \(model.name) is about, and "
          + "\(outside == 1 ? "has" : "have") no label of it: \(among)"
      }
    }
  }

  /// For each model that is not about everybody, how many members it is not about.
  var outsideJSON: JSONValue {
    .object(
      Dictionary(
        uniqueKeysWithValues: models.filter { $0.model.among != nil }.map {
          ($0.name, .integer(outsideCount(of: $0.name)))
        }))
  }
}
