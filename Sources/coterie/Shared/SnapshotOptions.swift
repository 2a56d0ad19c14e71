import ArgumentParser
import Engagement
import EventLog
import Foundation
import LinearAlgebra
import Membership
import Segmentation

/// A step such as `7d` or `1mo`.
struct SnapshotStepArgument: ExpressibleByArgument {
  let step: SnapshotStep

  init?(argument: String) {
    if argument.hasSuffix("mo") {
      let digits = argument.dropLast(2)
      guard digits.utf8.allSatisfy({ (48...57).contains($0) }), let months = Int(digits),
        (1...12_000).contains(months)
      else { return nil }
      step = .months(months)
    } else {
      guard let duration = ExactDuration(argument), duration.microseconds > 0 else { return nil }
      step = .exact(microseconds: duration.microseconds)
    }
  }
}

/// A series of as-of times.
struct SnapshotOptions: ParsableArguments {
  @Option(help: "With --every: the first time of a series that goes up to --as-of.")
  var since: WrittenTime?

  @Option(
    help: """
      With --since: the step from one time to the next, such as 7d, 12h, 2w, or 1mo for calendar \
      months of the project's zone.
      """)
  var every: SnapshotStepArgument?

  var isSeries: Bool { since != nil }

  func validate() throws {
    if (since == nil) != (every == nil) {
      throw ValidationError("--since and --every go together: say both, or neither")
    }
  }

  /// The times up to the last one.
  func times(through last: Timestamp, clock: Clock) throws -> [Timestamp] {
    guard let since = since?.instant(in: clock), let every else { return [last] }
    do {
      return try FeatureSnapshots.times(from: since, through: last, every: every.step, clock: clock)
    } catch {
      throw Failure.usage("--since \(since): \(error)")
    }
  }

  /// Writes the tables of all times, one below the other, each of those whom a scope holds at its time.
  func run(
    _ verb: Features, _ choice: FeatureChoice, among scope: MemberScope?, project: ProjectFile
  ) throws {
    let community = verb.community
    // A wrong series is told before the events are read, where that can be.
    if let last = community.asOf.known(in: project.settings.clock) {
      _ = try times(through: last, clock: project.settings.clock)
    }
    let loaded = try community.load(
      verb.events, project: project, features: choice.features, scopes: scope.map { [$0] } ?? [])
    choice.tellUnknownValues(in: loaded.community.history)
    let times = try times(through: loaded.asOf, clock: project.settings.clock)
    Console.progress("computing features of \(times.count) times")
    var snapshots = try choice.translating {
      try FeatureSnapshots(
        of: loaded.community, at: times, features: choice.features, settings: project.settings,
        threadCount: community.threads)
    }
    let names = choice.features.map(\.description)
    let file = try OutputFile(verb.output)
    try file.write((["as_of", "member_id"] + names).map(quotedCell).joined(separator: ",") + "\n")
    var missing = [Int](repeating: 0, count: names.count)
    var counts: [JSONValue] = []
    var (outside, inside) = (0, 0)
    while let whole = try snapshots.next() {
      let isInside = try scope?.isInside(
        whole.communityRows, of: loaded.community, asOf: whole.asOf,
        threadCount: community.threads)
      let table = isInside.map { whole.rows(where: $0) } ?? whole
      inside += table.memberIDs.count
      let left = whole.memberIDs.count - table.memberIDs.count
      outside += left
      try appendCSV(table.values, prefix: "\(table.asOf),", ids: table.memberIDs, to: file)
      for column in names.indices {
        missing[column] += (0..<table.values.rowCount).count { table.values[$0, column].isNaN }
      }
      var count: [String: JSONValue] = [
        "as_of": .string(table.asOf.description), "members": .integer(table.memberIDs.count),
      ]
      if let scope { count["among"] = scope.json(outside: left) }
      counts.append(.object(count))
    }
    if let scope {
      guard inside > 0 else {
        throw scope.nobody(
          of: loaded.community.memberIDs.count, asOf: "any of \(times.count) times")
      }
      Console.note(
        "\(outside) of \(inside + outside) rows are outside --among at their times and left out")
    }
    try file.commit()
    Console.endProgress()
    guard community.json else { return }
    var json = loaded.json
    json["features"] = .array(names.map { .string($0) })
    json["missing"] = .object(
      Dictionary(zip(names, missing.map { .integer($0) })) { first, _ in first })
    json["snapshots"] = .array(counts)
    try JSONValue.print(verb: "features", json)
  }
}
