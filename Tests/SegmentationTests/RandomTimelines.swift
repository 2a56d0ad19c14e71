import Engagement
import EventLog
import Segmentation

/// Writes random projects with memory and all conditions of the vocabulary that one member's facts decide.
struct RandomTimelines {
  var generator: SeededGenerator
  /// The beginning of the days in which facts lie.
  let start: Timestamp
  /// The zone of the project's calendar.
  let zone: String
  /// Whether attributes, lists and labels are what they are from the beginning, as a table has them.
  let isTabular: Bool

  static let hour: Int64 = 3_600_000_000
  static let day: Int64 = 24 * hour
  static let durations = ["1h", "6h", "1d", "36h", "3d"]
  /// An ordinary Monday, a leap day, none, clocks that go forward and back in Vienna, and a turn of the year.
  private static let starts = [
    "2024-01-01", "2024-02-25", "2023-02-26", "2024-03-27", "2024-10-23", "2024-12-27",
  ]

  init(seed: UInt64) {
    generator = SeededGenerator(seed: seed)
    start = Timestamp(generator.pick(Self.starts)) ?? Timestamp(microseconds: 0)
    zone = generator.pick(["UTC", "Europe/Vienna", "America/Los_Angeles"])
    isTabular = Bool.random(using: &generator)
  }

  mutating func pick<Element>(_ elements: [Element]) -> Element { generator.pick(elements) }

  mutating func chance(_ one: Int) -> Bool { Int.random(in: 0..<one, using: &generator) == 0 }

  mutating func duration() -> String { pick(Self.durations) }

  /// A project of some segments, a machine or two, and perhaps an exclusive group.
  ///
  /// What refers to others refers to those before, so that there are no circles.
  mutating func project() -> String {
    var known: [String] = []
    var machines: [String] = []
    var segments: [String] = []
    var stages: [String] = []
    for index in 0..<Int.random(in: 2...4, using: &generator) {
      if index > 0, chance(3) {
        let moves = (0..<Int.random(in: 1...4, using: &generator)).map { _ -> String in
          let target = pick(["x", "y", "z"])
          let source = pick(["\"*\"", "x", "y", "z"].filter { $0 != target })
          return "{from: \(source), to: \(target), when: \(condition(1, known, machines))}"
        }
        // Every state can be reached, so that the machine is accepted.
        let ways = ["x", "y", "z"].dropFirst().map {
          "{from: x, to: \($0), when: \(condition(0, known, machines))}"
        }
        stages.append("  m\(index): {start: x, moves: [\((moves + ways).joined(separator: ", "))]}")
        machines.append("m\(index)")
      }
      let id = "s\(index)"
      if chance(8) {
        let end = start.shifted(by: Int64.random(in: 0..<20, using: &generator) * Self.day)
        segments.append("- {id: \(id), list: l, expires: \(end)}")
      } else {
        var text = "- {id: \(id), when: \(condition(2, known, machines))"
        if chance(3) { text += ", stay_while: \(condition(1, known, machines))" }
        if chance(3) { text += ", min_stay: \(duration())" }
        if chance(3) { text += ", cooldown: \(duration())" }
        if chance(5) { text += ", purpose: mail" }
        segments.append(text + "}")
      }
      known.append(id)
    }
    var yaml = preamble
    if !stages.isEmpty { yaml += "stages:\n" + stages.joined(separator: "\n") + "\n" }
    if chance(2) { yaml += "exclusive: [{group: g, order: [\(known.joined(separator: ", "))]}]\n" }
    return yaml + "segments:\n" + segments.joined(separator: "\n") + "\n"
  }

  /// What leaves are written with.
  private var preamble: String {
    mutating get {
      """
      version: 1
      clock: {zone: \(zone), week_starts: \(pick(["monday", "sunday"]))}
      privacy: {default: \(pick(["granted", "withdrawn"]))}
      aliases: {learning: ["lesson_*"], talk: [post, like]}
      events: {weights: {post: 2, like: 1, lesson_a: -1}, value: \(pick(["none", "linear", "log"]))}
      lists: {l: {members: [ann]}, k: {members: [], expires: \(start.shifted(by: 5 * Self.day))}}
      scores:
        fresh: {feature: recency_days, linear: [6, 0]}
        rate: {feature: frequency_h2, linear: [0, 1]}
        pace: {feature: velocity_h1_h4, linear: [-1, 2]}
        place: {feature: recency_days, percentile: members}
        above: {feature: impact_2d, percentile: members}
        p: {points: {post: 8, like: 3, lesson_b: -2}, half_life: 2d}
        q: {points: {post: 2, learning: 1}}
        blend: {sum: {fresh: 1, rate: -2, q: 0.25}}
        mix: {sum: {blend: 0.5, p: 0.25, above: 1}}

      """
    }
  }

  /// The distributions that percentile scores of the projects need.
  static let distributions: [String: [FeatureDefinition: EmpiricalDistribution]] = {
    let days = EmpiricalDistribution(of: (0...8).map { Double($0) })
    let points = EmpiricalDistribution(of: [0, 0, 1, 2, 2, 4, 6])
    guard let days, let points else { return [:] }
    return ["members": [.recencyDays: days, .impact(windowInDays: 2): points]]
  }()

  private mutating func condition(_ depth: Int, _ known: [String], _ machines: [String]) -> String {
    guard depth > 0, chance(2) else { return leaf(known, machines) }
    let parts = (0..<Int.random(in: 1...3, using: &generator)).map { _ in
      condition(depth - 1, known, machines)
    }
    let list = "[" + parts.joined(separator: ", ") + "]"
    switch Int.random(in: 0..<5, using: &generator) {
    case 0: return "{all: \(list)}"
    case 1: return "{none: \(list)}"
    case 2: return "{not: \(parts[0])}"
    case 3:
      return "{at_least: {n: \(Int.random(in: 1...parts.count, using: &generator)), of: \(list)}}"
    default: return "{any: \(list)}"
    }
  }

  private mutating func leaf(_ known: [String], _ machines: [String]) -> String {
    if !known.isEmpty, chance(4) {
      let id = pick(known)
      switch Int.random(in: 0..<6, using: &generator) {
      case 0: return "{segment: \(id), member: \(chance(2)), for: \(duration())}"
      case 1: return "{segment: \(id), entered_within: \(duration())}"
      case 2: return "{segment: \(id), left_within: \(duration())}"
      case 3: return "{segment: \(id), ever: \(chance(2))}"
      default: return "{segment: \(id), member: \(chance(2))}"
      }
    }
    if !machines.isEmpty, chance(5) {
      return "{stage: {machine: \(pick(machines)), is: \(pick(["x", "y", "[x, z]"]))}}"
    }
    return ownLeaf()
  }
}
