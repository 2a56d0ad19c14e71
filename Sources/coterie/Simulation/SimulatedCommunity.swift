import Clustering
import EventLog
import Foundation

/// A community that was never there: members of known archetypes and a year of their events.
struct SimulatedCommunity {
  struct Member {
    let id: String
    let archetype: Archetype
    let joinedAt: Timestamp
    let country: String
    let plan: String
    let topics: [String]
  }

  /// What kind of community it is.
  struct Traits {
    /// Whether a few members do much of it all, and a few events have large values: intensities are
    /// log-normal with σ = 1.5 instead of 0.5, values Pareto with index 1.5 instead of exponential, of
    /// the same mean.
    var hasHeavyTails = false
    /// How many event types there are: ``Archetype/plainTypeCount`` to ``Archetype/mostTypeCount``.
    var eventTypeCount = Archetype.plainTypeCount
    /// The part of the members who are silent, from 0 to below 1; at least one member is not.
    var silentShare = 0.0
  }

  /// The end of the simulation: no event is at or after it.
  static let end = Timestamp(microseconds: 1_751_328_000_000_000)  // 2025-07-01T00:00:00Z
  /// The length of the log in days.
  static let horizon = 365.0

  let members: [Member]
  /// The events, from oldest to newest.
  let events: [Event]

  /// Simulates a community; the same numbers give the same community.
  ///
  /// - Parameters:
  ///   - memberCount: how many members, at least one.
  ///   - eventCount: how many events in all, at least none.
  ///   - seed: the seed of all draws.
  ///   - traits: what kind of community it is.
  init(memberCount: Int, eventCount: Int, seed: UInt64, traits: Traits = Traits()) {
    var generator = SeededGenerator(seed: seed)
    var archetypes = Self.archetypes(memberCount, silentShare: traits.silentShare)
    generator.shuffle(&archetypes)
    let width = max(4, String(memberCount).count)
    var ages: [(joined: Double, first: Double, last: Double)] = []
    var cumulative: [Double] = []
    var total = 0.0
    var members: [Member] = []
    for (number, archetype) in archetypes.enumerated() {
      let age = archetype.drawAges(horizon: Self.horizon, using: &generator)
      ages.append(age)
      total += archetype.intensity * exp((traits.hasHeavyTails ? 1.5 : 0.5) * generator.normal())
      cumulative.append(total)
      let digits = String(number + 1)
      members.append(
        Member(
          id: "m" + String(repeating: "0", count: width - digits.count) + digits,
          archetype: archetype, joinedAt: Self.instant(age: age.joined),
          country: Self.draw(Self.countries, using: &generator),
          plan: generator.uniform() < 0.2 ? "pro" : "free",
          topics: Self.areas.filter { _ in generator.uniform() < 0.4 }))
    }
    func drawMember() -> Int {
      let target = generator.uniform() * total
      var (low, high) = (0, cumulative.count - 1)
      while low < high {
        let middle = (low + high) / 2
        if cumulative[middle] <= target { low = middle + 1 } else { high = middle }
      }
      return low
    }
    // Who is silent does one thing at most, and is drawn for no more.
    let once = members.indices.filter {
      members[$0].archetype == .silent && generator.uniform() < 0.5
    }.prefix(eventCount)
    let kinds = Dictionary(
      uniqueKeysWithValues: Archetype.allCases.map {
        ($0, $0.kinds(eventTypeCount: traits.eventTypeCount))
      })
    var drawn: [Event] = []
    drawn.reserveCapacity(eventCount)
    for number in 0..<eventCount {
      let doer = number < once.count ? once[number] : drawMember()
      let member = members[doer]
      let age = ages[doer]
      let instant = Self.instant(
        age: member.archetype.drawAge(first: age.first, last: age.last, using: &generator))
      let type = Self.draw(kinds[member.archetype] ?? [], using: &generator)
      var event = Event(
        memberID: member.id, timestamp: max(instant, member.joinedAt), type: type)
      if type == "visit" {
        let rest = 1 - generator.uniform()
        event.value =
          (traits.hasHeavyTails ? 20 * pow(rest, -1 / 1.5) : -60 * log(rest)).rounded() / 10
      }
      if ["like", "comment", "answer"].contains(type) {
        let other = drawMember()
        if other != doer, members[other].joinedAt <= event.timestamp {
          event.targetID = members[other].id
        }
      }
      let area =
        member.topics.isEmpty || generator.uniform() < 0.3
        ? Self.areas[generator.below(Self.areas.count)]
        : member.topics[generator.below(member.topics.count)]
      event.properties["area"] = .string(area)
      drawn.append(event)
    }
    self.members = members
    // Ties keep the order in which they were drawn, whatever sort does with equal elements.
    events = drawn.enumerated().sorted { left, right in
      left.element.timestamp != right.element.timestamp
        ? left.element.timestamp < right.element.timestamp : left.offset < right.offset
    }.map(\.element)
  }

  private static let areas = ["help", "ideas", "introductions", "product", "showcase"]
  private static let countries = [
    ("AT", 0.1), ("BR", 0.15), ("DE", 0.2), ("IN", 0.2), ("NG", 0.1), ("US", 0.25),
  ].map { (type: $0.0, share: $0.1) }

  /// The archetypes of all members, in numbers as near to their shares as whole numbers can be.
  private static func archetypes(_ memberCount: Int, silentShare: Double) -> [Archetype] {
    let silent = min(memberCount - 1, Int((silentShare * Double(memberCount)).rounded()))
    let count = memberCount - silent
    var result: [Archetype] = []
    var share = 0.0
    for archetype in Archetype.active {
      share += archetype.share
      let end =
        archetype == Archetype.active.last ? count : Int((share * Double(count)).rounded())
      while result.count < end { result.append(archetype) }
    }
    return result + [Archetype](repeating: .silent, count: silent)
  }

  private static func draw(
    _ choices: [(type: String, share: Double)], using generator: inout SeededGenerator
  ) -> String {
    var rest = generator.uniform()
    for choice in choices {
      rest -= choice.share
      if rest < 0 { return choice.type }
    }
    return choices[choices.count - 1].type
  }

  /// The whole second that lies an age in days before the end.
  private static func instant(age: Double) -> Timestamp {
    let seconds = Int64((age * 86_400).rounded(.up))
    return Timestamp(microseconds: end.microseconds - max(1, seconds) * 1_000_000)
  }
}

extension SimulatedCommunity {
  /// The event log as CSV.
  var eventsCSV: String {
    var text = "member_id,timestamp,event,value,target_id,area\n"
    for event in events {
      text += "\(event.memberID),\(event.timestamp),\(event.type),"
      text += "\(event.value.map(formatted) ?? ""),\(event.targetID ?? ""),"
      text += "\(event.properties["area"]?.description ?? "")\n"
    }
    return text
  }

  /// The members file as CSV.
  var membersCSV: String {
    members.reduce(into: "member_id,joined_at,country,plan,topics\n") { text, member in
      text += "\(member.id),\(member.joinedAt),\(member.country),\(member.plan),"
      text += member.topics.joined(separator: "|") + "\n"
    }
  }

  /// The archetype of each member as CSV.
  var truthCSV: String {
    members.reduce(into: "member_id,archetype\n") { text, member in
      text += "\(member.id),\(member.archetype.rawValue)\n"
    }
  }
}
