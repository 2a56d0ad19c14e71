// Times written segments: a log of events in batch, and a community live, event by event.
//
//   rules-timing batch EVENTS.csv RULES.yaml THREADS
//   rules-timing live RULES.yaml MEMBERS EVENTS SECONDS THREADS
//   rules-timing wave RULES.yaml MEMBERS

import Engagement
import EventLog
import Foundation
import LinearAlgebra
import Segmentation
import Timing

let usage =
  "rules-timing batch EVENTS RULES THREADS | live RULES MEMBERS EVENTS SECONDS THREADS | wave RULES MEMBERS"
let arguments = Array(CommandLine.arguments.dropFirst())

struct Batch: Encodable {
  let events: Int
  let members: Int
  let segments: Int
  let memberships: Int
  /// The same for the same memberships.
  let digest: String
  let read: Double
  let group: Double
  let evaluate: Double
}

struct Live: Encodable {
  let members: Int
  let events: Int
  let segments: Int
  let threads: Int
  let seconds: Double
  let eventsPerSecond: Double
  let transitions: Int
  let bytesPerMember: Int
  let microsecondsOfTheSlowestThousandth: Double
}

struct Wave: Encodable {
  let members: Int
  let expiries: Int
  let seconds: Double
  let millisecondsOfTheLongestSlice: Double
  let millisecondsOfTheSecondLongestSlice: Double
}

func project(_ path: String) throws -> ProjectFile {
  try ProjectFile(parsing: String(contentsOfFile: path, encoding: .utf8), file: path)
}

/// A number that tells whether two runs found the same.
///
/// G. Fowler et al., FNV-1a of 64 bits (draft-eastlake-fnv), by number and not by byte.
func digest(_ evaluation: SegmentEvaluation) -> String {
  var hash: UInt64 = 0xcbf2_9ce4_8422_2325
  func add(_ number: Int) { hash = (hash ^ UInt64(bitPattern: Int64(number))) &* 0x100_0000_01b3 }
  for rows in evaluation.segments.map(\.rows) + evaluation.stages.flatMap(\.rows) {
    add(rows.count)
    for row in rows { add(row) }
  }
  return String(hash, radix: 16)
}

/// The memory that the process holds, in bytes.
func residentBytes() -> Int {
  let text = (try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8)) ?? ""
  let pages = text.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0
  return pages * sysconf(Int32(_SC_PAGESIZE))
}

func batch(_ path: String, _ rules: String, threads: Int) throws {
  let project = try project(rules)
  let input = Input(argument: path)
  let (read, (history, _)) = try timed {
    try EventReader(properties: .named(Set(project.eventProperties))).read(
      [input], threadCount: threads)
  }
  let (group, community) = timed { Community(history: history, threadCount: threads) }
  guard let newest = history.newest else { fail(usage) }
  let (evaluate, found) = try timed {
    try SegmentEvaluator(project, community: community, asOf: newest, threadCount: threads)
      .evaluation()
  }
  try printJSON(
    Batch(
      events: history.count, members: community.memberIDs.count, segments: project.segments.count,
      memberships: found.segments.reduce(0) { $0 + $1.rows.count },
      digest: digest(found), read: read, group: group, evaluate: evaluate))
}

/// Events of some seconds in order of time, by members of very unequal activity.
func madeEvents(members: Int, events: Int, seconds: Double) -> [Event] {
  var random = SplitMix(state: 1)
  // The member of rank r is as active as r^-0.5.
  var sums: [Double] = []
  var sum = 0.0
  for rank in 1...members {
    sum += pow(Double(rank), -0.5)
    sums.append(sum)
  }
  let types = ["view", "like", "comment", "post", "answer", "share", "event_attended", "invite"]
  let shares = [0.35, 0.6, 0.75, 0.85, 0.91, 0.95, 0.98, 1]
  let start: Int64 = 1_704_067_200_000_000
  let times = (0..<events).map { _ in start + Int64(random.uniform() * seconds * 1e6) }.sorted()
  return times.map { time in
    let target = random.uniform() * sum
    var (low, high) = (0, members - 1)
    while low < high {
      let middle = (low + high) / 2
      if sums[middle] < target { low = middle + 1 } else { high = middle }
    }
    let share = random.uniform()
    let type = shares.firstIndex { share < $0 } ?? 0
    return Event(
      memberID: "m\(low)", timestamp: Timestamp(microseconds: time), type: types[type],
      value: (-200 * log(1 - random.uniform())).rounded() / 100)
  }
}

/// One of some communities that share the members of a large one, each on a thread of its own.
actor Shard {
  private var community: LiveCommunity
  private let events: [Event]
  private(set) var transitions = 0
  /// Microseconds of each hundredth event.
  private(set) var samples: [Double] = []

  init(_ plan: TimelinePlan, events: [Event]) {
    community = LiveCommunity(plan: plan)
    self.events = events
  }

  var memberCount: Int { community.memberCount }

  /// Everybody did something in the two months before, so that members are known.
  func begin(_ members: StrideTo<Int>, at start: Timestamp) {
    for member in members {
      var random = SplitMix(state: UInt64(member))
      let age = Int64(random.uniform() * 60 * 86_400e6)
      let time = Timestamp(microseconds: start.microseconds - age)
      _ = community.add(Event(memberID: "m\(member)", timestamp: time, type: "view"))
    }
    while !community.advance(to: start, limit: 256).isDone {}
  }

  func run() {
    let clock = ContinuousClock()
    for (index, event) in events.enumerated() {
      let start = index % 100 == 0 ? clock.now : nil
      transitions += community.add(event).added.count
      transitions += community.advance(to: event.timestamp).transitions.count
      if let start {
        let (seconds, attoseconds) = (clock.now - start).components
        samples.append(1e6 * Double(seconds) + 1e-12 * Double(attoseconds))
      }
    }
  }
}

func live(
  _ rules: String, members: Int, events count: Int, span: Double, threads: Int
) async throws {
  let project = try project(rules)
  let events = madeEvents(members: members, events: count, seconds: span)
  var parts = [[Event]](repeating: [], count: threads)
  for event in events { parts[(Int(event.memberID.dropFirst()) ?? 0) % threads].append(event) }
  let before = residentBytes()
  // Threads that share a plan wait for each other to count who refers to it.
  let shards = try parts.map { Shard(try TimelinePlan(project), events: $0) }
  await withTaskGroup { group in
    for (thread, shard) in shards.enumerated() {
      group.addTask {
        await shard.begin(
          stride(from: thread, to: members, by: threads), at: events[0].timestamp)
      }
    }
  }
  let clock = ContinuousClock()
  let begin = clock.now
  await withTaskGroup { group in
    for shard in shards { group.addTask { await shard.run() } }
  }
  let elapsed = (clock.now - begin).components
  let seconds = Double(elapsed.seconds) + 1e-18 * Double(elapsed.attoseconds)
  var (known, transitions, samples) = (0, 0, [Double]())
  for shard in shards {
    known += await shard.memberCount
    transitions += await shard.transitions
    samples += await shard.samples
  }
  samples.sort()
  try printJSON(
    Live(
      members: known, events: count, segments: project.segments.count, threads: threads,
      seconds: seconds, eventsPerSecond: Double(count) / seconds, transitions: transitions,
      bytesPerMember: (residentBytes() - before) / max(1, known),
      microsecondsOfTheSlowestThousandth: samples[samples.count - 1 - samples.count / 1000]))
}

/// All members do one thing in one second, and all leave a segment as it falls out of the window.
func wave(_ rules: String, members: Int) throws {
  let project = try project(rules)
  var community = LiveCommunity(plan: try TimelinePlan(project))
  let start = Timestamp(microseconds: 1_704_067_200_000_000)
  for member in 0..<members {
    let time = Timestamp(microseconds: start.microseconds + Int64(member) * 10)
    _ = community.add(Event(memberID: "m\(member)", timestamp: time, type: "post"))
  }
  let day = Timestamp.microsecondsPerDay
  func moved(_ microseconds: Int64) -> Timestamp {
    Timestamp(microseconds: start.microseconds + microseconds)
  }
  // Up to shortly before the wave, at which `did: post, within: 7d` ends and others do.
  while !community.advance(to: moved(7 * day - 1), limit: 256).isDone {}
  let clock = ContinuousClock()
  var slices: [Double] = []
  var expiries = 0
  let (seconds, _) = timed {
    while true {
      let begin = clock.now
      let (transitions, isDone) = community.advance(
        to: moved(7 * day + Int64(members) * 10), limit: 256)
      expiries += transitions.count
      let (seconds, attoseconds) = (clock.now - begin).components
      slices.append(1e3 * Double(seconds) + 1e-15 * Double(attoseconds))
      if isDone { break }
    }
  }
  slices.sort(by: >)
  try printJSON(
    Wave(
      members: members, expiries: expiries, seconds: seconds,
      millisecondsOfTheLongestSlice: slices[0],
      millisecondsOfTheSecondLongestSlice: slices.count > 1 ? slices[1] : 0))
}

/// Random numbers.
///
/// G. L. Steele et al., "Fast Splittable Pseudorandom Number Generators" (2014, doi 10.1145/2660193.2660195).
struct SplitMix {
  var state: UInt64

  /// A number from 0 to 1.
  mutating func uniform() -> Double {
    state &+= 0x9E37_79B9_7F4A_7C15
    var bits = state
    bits = (bits ^ bits >> 30) &* 0xBF58_476D_1CE4_E5B9
    bits = (bits ^ bits >> 27) &* 0x94D0_49BB_1331_11EB
    return Double((bits ^ bits >> 31) >> 11) * 0x1p-53
  }
}

switch (arguments.first, arguments.count) {
case ("batch", 4):
  guard let threads = Int(arguments[3]) else { fail(usage) }
  try batch(arguments[1], arguments[2], threads: threads)
case ("live", 6):
  guard let members = Int(arguments[2]), let events = Int(arguments[3]),
    let seconds = Double(arguments[4]), let threads = Int(arguments[5])
  else { fail(usage) }
  try await live(
    arguments[1], members: members, events: events, span: seconds, threads: threads)
case ("wave", 3):
  guard let members = Int(arguments[2]) else { fail(usage) }
  try wave(arguments[1], members: members)
default: fail(usage)
}
