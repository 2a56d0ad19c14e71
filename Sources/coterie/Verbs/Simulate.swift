import ArgumentParser
import EventLog
import Foundation

/// `coterie simulate`: a community with known archetypes.
struct Simulate: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Makes a simulated community, with the truth beside it.",
    discussion: """
      Writes events.csv.gz, members.csv and truth.csv (the archetype of each member). The log covers \
      the year before 2025-07-01. The same options give the same bytes.

      Exit codes: 0 done, 2 bad input, 64 usage.

      Examples:
        coterie simulate --members 2000 --events 60000 --seed 1 --output community
        coterie simulate --members 2000 --events 60000 --heavy-tails \\
          --event-types 10 --zero-inflation 0.2 --output hard
      """)

  @Option(help: "How many members.")
  var members: Int

  @Option(help: "How many events.")
  var events: Int

  @Option(help: "The seed of all random draws.")
  var seed: UInt64 = 0

  @Flag(help: "A few members do much of it all, and a few events have very large values.")
  var heavyTails = false

  @Option(help: "How many event types there are: 6 to 12.")
  var eventTypes = Archetype.plainTypeCount

  @Option(
    help: """
      The share of members who join and do one thing or nothing, 0 to below 1: the archetype silent.
      """)
  var zeroInflation = 0.0

  @Option(help: "The folder to write to; it is made if it is not there.", completion: .directory)
  var output: String

  @Flag(help: "Print one JSON object on the standard output.")
  var json = false

  func validate() throws {
    guard (1...10_000_000).contains(members) else {
      throw ValidationError("--members must be between 1 and 10000000")
    }
    guard (0...40_000_000).contains(events) else {
      throw ValidationError("--events must be between 0 and 40000000")
    }
    guard (Archetype.plainTypeCount...Archetype.mostTypeCount).contains(eventTypes) else {
      throw ValidationError(
        "--event-types must be \(Archetype.plainTypeCount) to \(Archetype.mostTypeCount)")
    }
    guard zeroInflation >= 0, zeroInflation < 1 else {
      throw ValidationError("--zero-inflation must be a share from 0 to below 1, such as 0.2")
    }
  }

  func run() throws {
    let folder = URL(fileURLWithPath: output, isDirectory: true)
    do {
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    } catch {
      throw EventLogError.unwritable(file: output, reason: "the folder cannot be made")
    }
    Console.progress("simulating")
    let community = SimulatedCommunity(
      memberCount: members, eventCount: events, seed: seed,
      traits: SimulatedCommunity.Traits(
        hasHeavyTails: heavyTails, eventTypeCount: eventTypes, silentShare: zeroInflation))
    func path(_ name: String) -> String { folder.appendingPathComponent(name).path }
    try OutputFile.write(gzipped(Array(community.eventsCSV.utf8)), to: path("events.csv.gz"))
    try OutputFile.write(community.membersCSV.utf8, to: path("members.csv"))
    try OutputFile.write(community.truthCSV.utf8, to: path("truth.csv"))
    Console.endProgress()
    let counts = Dictionary(grouping: community.members, by: \.archetype).mapValues(\.count)
    let archetypes = zeroInflation > 0 ? Archetype.allCases : Archetype.active
    if json {
      try JSONValue.print(
        verb: "simulate",
        [
          "members": .integer(members), "events": .integer(events),
          "seed": .string(String(seed)), "end": .string(SimulatedCommunity.end.description),
          "archetypes": .object(
            Dictionary(
              uniqueKeysWithValues: archetypes.map {
                ($0.rawValue, .integer(counts[$0] ?? 0))
              })),
        ])
      return
    }
    print("\(members) simulated members and \(events) events in \(output)")
    for archetype in archetypes {
      print("  \(archetype.rawValue): \(counts[archetype] ?? 0)")
    }
  }
}
