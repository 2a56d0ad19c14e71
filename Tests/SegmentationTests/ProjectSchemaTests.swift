import EventLog
import Foundation
import Testing

@testable import Segmentation

/// The schema for editors accepts what the parser reads, knows its keys, and refuses nothing that it reads.
struct ProjectSchemaTests {
  private let validator: SchemaValidator

  init() throws { validator = try SchemaValidator(ProjectFile.schema) }

  private func node(_ yaml: String) throws -> SourceNode {
    try #require(try SourceNode.reading(yaml, file: "c.yaml"))
  }

  private func messages(_ root: SourceNode) -> [String] {
    var parser = ProjectParser(file: "c.yaml")
    parser.parse(root) { _ in "member_id,added\nann,2024-01-01\nbob,\n" }
    return parser.diagnostics.map(\.message)
  }

  /// The forms that no other example has.
  private static let forms = """
    version: 1
    clock: {zone: UTC}
    events: {columns: {timestamp: a, value: b, target_id: c, event_id: d}}
    transform: {log: none, reduce: whiten}
    tests: [{name: t, as_of: 2024-01-01, not_in: [a]}]
    scores: {s: {feature: a, linear: [0, 1]}}
    segments:
    - {id: a, name: A, description: All., when: {not: {at_least: {n: 1, of: [{did: x}]}}}}
    - id: tests
      when:
        all:
        - {attr: a, is: 1, is_not: 1, in: [1], not_in: [1], contains: a, not_contains: b, starts_with: c,
           ends_with: d, matches: e, gt: 1, gte: 1, lt: 2, lte: 2, between: [1, 2], exists: true,
           missing: false, has_any: [a], has_all: [a], has_none: [b], older_than: 1d, newer_than: 1d,
           before: 2024-01-01, after: 2024-01-01, anniversary_within: 1d, if_missing: unknown}
        - {did: x, where: {a: {is: 1, is_not: 1, in: [1], not_in: [1], contains: a, not_contains: b,
           starts_with: c, ends_with: d, matches: e, gt: 1, gte: 1, lt: 2, lte: 2, between: [1, 2],
           exists: true, missing: false, has_any: [a], has_all: [a], has_none: [b], older_than: 1d,
           newer_than: 1d, before: 2024-01-01, after: 2024-01-01, anniversary_within: 1d}},
           count: {eq: 1, gt: 1, gte: 1, lt: 1, lte: 1, between: [1, 2]}, ago: [3d, 1d], distinct: day}
        - {did: x, sum: {of: a, eq: 1, gt: 1, gte: 1, lt: 1, lte: 1, between: [1, 2]}}
        - {did: x, avg: a, eq: 1, gt: 1, gte: 1, lt: 1, lte: 1, between: [1, 2], within: 1d}
        - {did: x, max: a, gt: 1, ever: true}
        - {did_not: x, where: {a: {is: 1}}, ago: [3d, 1d]}
        - {did_not: x, since: 2024-01-01, until: 2024-01-02T10:00:00+02:00}
        - {did_not: x, ever: true}
        - {first: x, where: {a: {is: 1}}, if_missing: unknown, before: 2024-01-01}
        - {last: x, where: {a: {is: 1}}, if_missing: unknown, after: 2024-01-01,
           age: {eq: 1d, gt: 1d, gte: 1d, lt: 1d, lte: 1d, between: [1d, 2d]}}
        - {feature: x, eq: 1, gt: 1, gte: 1, lt: 1, lte: 1, between: [1, 2], if_missing: unknown}
        - {score: s, eq: 1, gt: 1, gte: 1, lt: 1, lte: 1, between: [1, 2], if_missing: unknown}
        - {segment: a, left_within: 3d}
        - {cluster: {model: m, is: c1,
           confidence: {eq: 1, gt: 1, gte: 1, lt: 1, lte: 1, between: [0, 1]}}}
        - {trend: {of: x, current: 1d, ratio: 2}, if_missing: unknown}
        - {trend: {of: x, current: 1d, delta: {gt: 2}}}
        - {share: {of: {did: x, where: {a: {is: 1}}}, where: {a: {is: 1}}, eq: 1, gt: 1, gte: 1, lt: 1,
           lte: 1, between: [0, 1], ago: [3d, 1d]}, if_missing: unknown}
        - {share: {of: x, where: {a: {is: 1}}, eq: 1, since: 2024-01-01, until: 2024-02-01}}
        - {share: {of: x, where: {a: {is: 1}}, eq: 1, ever: true}}
        - {near: {point: [1, 2], km: 3}, if_missing: unknown}
    """

  private static let ranks = """
    version: 1
    scores: {s: {feature: a, linear: [0, 1]}}
    segments:
    - {id: a, when: {rank: {score: s, bottom: 0.05, as_of: 2024-01-01}, if_missing: unknown}}
    """

  private static func examples() throws -> [String] {
    try ProjectPrintingTests.examples.map {
      try String(
        contentsOf: ProjectPrintingTests.repository.appendingPathComponent($0), encoding: .utf8)
    } + [ProjectPrintingTests.rest, forms, ranks]
  }

  @Test func examplesAreAccepted() throws {
    for yaml in try Self.examples() {
      let node = try node(yaml)
      #expect(messages(node) == [])
      #expect(validator.accepts(node), "\(yaml.prefix(200))")
    }
  }

  /// At every mapping of every example: what the parser says that it knows there, and the schema's keys;
  /// and the examples have every key of the schema.
  @Test func schemaAndParserKnowTheSameKeys() throws {
    var used: [String: Set<String>] = [:]
    var checkedCount = 0
    for yaml in try Self.examples() {
      let root = try node(yaml)
      var checked: Set<String> = []
      for visit in try #require(validator.visits(of: root)) {
        let keys = Set(root.at(visit.path).entries?.map(\.key) ?? [])
        used[visit.definition, default: []].formUnion(keys.intersection(visit.properties))
        // Once for each mapping with the same keys.
        guard !visit.isOpen, checked.insert("\(visit.definition) \(keys.sorted())").inserted else {
          continue
        }
        let unknown = root.replacing(visit.path) { $0.adding("zzqqxx") }
        let message = try #require(
          messages(unknown).first { $0.hasPrefix("unknown key \"zzqqxx\"") }, "\(visit)")
        let listed = try #require(message.components(separatedBy: "; known are ").last)
        let known = listed.replacingOccurrences(of: " and ", with: ", ")
          .components(separatedBy: ", ")
        #expect(Set(known) == visit.properties, "\(visit.definition): \(message)")
        #expect(!validator.accepts(unknown), "\(visit)")
        checkedCount += 1
      }
    }
    #expect(checkedCount > 200)
    for mapping in VocabularyTable.mappings {
      let missing = Set(mapping.keys.map(\.name)).subtracting(used[mapping.name] ?? [])
      #expect(missing == [], "no example has these keys of \(mapping.name)")
    }
  }

  @Test(arguments: 0..<10)
  func randomProjectsAreAccepted(batch: Int) throws {
    let asOf = try instant("2024-03-31T06:00:00Z")
    for index in 0..<30 {
      let seed = UInt64(5_000_000 + batch * 1_000 + index)
      var timelines = RandomTimelines(seed: seed)
      let yaml = timelines.project()
      #expect(validator.accepts(try node(yaml)), "seed \(seed)\n\(yaml)")
      var rules = RandomRules(asOf: asOf, generator: SeededGenerator(seed: seed))
      let rule = "version: 1\nsegments:\n- {id: a, when: \(rules.rule(depth: 4).yaml)}\n"
      #expect(validator.accepts(try node(rule)), "seed \(seed)\n\(rule)")
    }
  }

  /// What the schema refuses, the parser does, too: every part of an example is replaced by others.
  @Test(arguments: [ProjectPrintingTests.rest, forms, ranks])
  func whatTheSchemaRefusesIsRefused(yaml: String) throws {
    let root = try node(yaml)
    let others = try ["~", "x", "3", "true", "[x]", "{x: y}", "30d"]
      .map { try node($0) }
    var (refused, both) = (0, 0)
    for path in root.paths {
      for other in others {
        let changed = root.replacing(path) { _ in other }
        let isRefused = !messages(changed).isEmpty
        refused += isRefused ? 1 : 0
        guard !validator.accepts(changed) else { continue }
        both += 1
        #expect(isRefused, "\(root.at(path).written) replaced by \(other.written)")
      }
    }
    // Most of what is wrong is the shape of things.
    #expect(Double(both) > 0.75 * Double(refused), "\(both) of \(refused)")
  }

  @Test(arguments: structure + leaves.map { "version: 1\nsegments: [{id: a, when: \($0)}]" })
  func structureIsRefusedByBoth(yaml: String) throws {
    let node = try node(yaml)
    #expect(messages(node) != [])
    #expect(!validator.accepts(node))
  }

  /// What only the parser finds: references, circles, order, and what does not go together.
  @Test(arguments: [
    "segments: [{id: a, when: {segment: b}}]", "segments: [{id: a, when: {segment: a}}]",
    "segments: [{id: a, when: {did: x, ago: [1d, 2d]}}]",
    "segments: [{id: a, when: {attr: x, between: [2, 1]}}]",
    "segments: [{id: a, when: {did: x, within: 3d, ever: true}}]",
    "segments: [{id: a, when: {did: x}}, {id: a, when: {did: x}}]",
    "segments: [{id: a, when: {attr: x, matches: \"(\"}}]", "clock: {lateness: 99999999w}",
    "clock: {zone: Mars}",
  ])
  func whatASchemaCannotSayIsLeftToTheParser(yaml: String) throws {
    let node = try node("version: 1\n" + yaml)
    #expect(messages(node) != [])
    #expect(validator.accepts(node))
  }

  private static let structure = [
    "clock: {}", "version: 2", "version: \"1\"", "[version]", "version: 1\nsegmnts: []",
    "version: 1\nclock: UTC", "version: 1\nclock: {week_starts: tuesday}",
    "version: 1\nclock: {lateness: 10}", "version: 1\nclock: {zone: [UTC]}",
    "version: 1\nevents: {columns: {member: a}}", "version: 1\nevents: {weights: {a: \"1\"}}",
    "version: 1\nevents: {value: logg}", "version: 1\naliases: {a: b}",
    "version: 1\naliases: {a: []}",
    "version: 1\naliases: {h14: [a]}", "version: 1\naliases: {a-b: [a]}",
    "version: 1\nfeatures: recency_days", "version: 1\ntransform: {log: all}",
    "version: 1\ntransform: {scale: max}", "version: 1\ntransform: {reduce: {pca: 0}}",
    "version: 1\ntransform: {reduce: {}}", "version: 1\nscores: {a: {feature: b}}",
    "version: 1\nscores: {a: {feature: b, linear: [1]}}",
    "version: 1\nscores: {a: {points: {x: many}}}", "version: 1\nscores: {a: {points: {}}}",
    "version: 1\nscores: {a: {points: {x: 1}, sum: {b: 1}}}", "version: 1\nlists: {a: {}}",
    "version: 1\nlists: {a: {members: ann}}", "version: 1\nlists: {a: {members: [], file: b}}",
    "version: 1\nlists: {a: {members: [], expires: soon}}", "version: 1\nprivacy: {default: no}",
    "version: 1\nstages: {a: {start: x}}",
    "version: 1\nstages: {a: {start: x, moves: [{from: x}]}}",
    "version: 1\nexclusive: [{group: g}]", "version: 1\nexclusive: {group: g, order: []}",
    "version: 1\nsegments: {a: {did: x}}", "version: 1\nsegments: [{when: {did: x}}]",
    "version: 1\nsegments: [{id: a}]", "version: 1\nsegments: [{id: a, list: l, when: {did: x}}]",
    "version: 1\nsegments: [{id: a, when: {did: x}, expect: {}}]",
    "version: 1\nsegments: [{id: a, when: {did: x}, expect: {min: few}}]",
    "version: 1\nsegments: [{id: a, when: {did: x}, min_stay: 7}]",
    "version: 1\nsegments: [{id: a, when: {did: x}, on_enter: [{mail: x}]}]",
    "version: 1\nsegments: [{id: a, when: {did: x}, on_enter: {webhook: x}}]",
    "version: 1\nsegments: [{id: a, when: {did: x}, review_by: never}]",
    "version: 1\nsegments_of: {m: {names: {core: x}}}",
    "version: 1\nsegments_of: {m: {name: {c0: x}}}",
    "version: 1\ntests: [{name: a}]", "version: 1\ntests: [{name: a, as_of: 2024-01-01}]",
    "version: 1\ntests: [{name: a, as_of: 2024-01-01, in: [], evnts: []}]",
    "version: 1\ntests: [{name: a, as_of: 2024-01-01, in: [x], events: {post: 2024-01-01}}]",
  ]

  private static let leaves = [
    "[]", "{}", "post", "{dd: post}", "{all: {did: x}}", "{all: []}", "{not: [{did: x}]}",
    "{at_least: {n: 0, of: [{did: x}]}}", "{at_least: {of: [{did: x}]}}",
    "{any: [{did: x}], all: []}",
    "{attr: a}", "{attr: a, equals: 3}", "{attr: a, is: [b]}", "{attr: a, is: ~}",
    "{attr: a, in: b}",
    "{attr: a, in: []}", "{attr: a, gt: old}", "{attr: a, between: [1]}", "{attr: a, exists: yes}",
    "{attr: a, newer_than: 30}", "{attr: a, newer_than: 30 days}", "{attr: a, before: 30d}",
    "{attr: a, is: 1, if_missing: maybe}", "{attr: a, is: 1, for: 3d}", "{attr: [a], is: 1}",
    "{did: []}", "{did: {a: b}}", "{did: x, count: -1}", "{did: x, count: 2.5}",
    "{did: x, count: {ge: 2}}", "{did: x, count: {gte: \"2\"}}", "{did: x, within: 30}",
    "{did: x, ago: 30d}", "{did: x, ago: [30d]}", "{did: x, ever: false}",
    "{did: x, where: {a: b}}",
    "{did: x, where: {}}", "{did: x, where: {a: {equals: b}}}", "{did: x, sum: {gte: 2}}",
    "{did: x, since: 3d}", "{did_not: x, count: 3}", "{did_not: x, after_ever: 1}", "{last: x}",
    "{last: x, age: 60d}", "{first: x, age: {gt: 60}}", "{feature: x}", "{feature: x, gt: many}",
    "{score: x, ge: 1}", "{segment: a, for: 3}", "{segment: a, member: 1}", "{cluster: m}",
    "{cluster: {model: m}}", "{cluster: {model: m, is: []}}", "{list: [a]}", "{consent: {}}",
    "{regular: {unit: year, at_least: 1, of_last: 2}}", "{regular: {unit: day, at_least: 1}}",
    "{sequence: {steps: []}}", "{sequence: {steps: [a], order: some}}", "{sequence: {step: [a]}}",
    "{trend: {of: x, current: 3d}}", "{trend: {of: x, current: 3, ratio: 2}}",
    "{share: {of: x, gte: 1}}", "{share: {of: x, where: {a: {is: 1}}}}", "{rank: {score: s}}",
    "{rank: {score: s, top: half}}", "{rank: {score: s, top: 0}}", "{near: {point: [1], km: 2}}",
    "{near: {point: [1, 2], miles: 2}}", "{bucket: {salt: a, from: 0}}", "{stage: {machine: m}}",
  ]
}

extension SourceNode {
  /// The nodes within, in order.
  private var children: [SourceNode] { items ?? entries?.map(\.value) ?? [] }

  /// The ways to all nodes but the root.
  var paths: [[Int]] {
    children.enumerated().flatMap { index, child in
      [[index]] + child.paths.map { [index] + $0 }
    }
  }

  func at(_ path: [Int]) -> SourceNode { path.reduce(self) { $0.children[$1] } }

  func replacing(_ path: [Int], by change: (SourceNode) -> SourceNode) -> SourceNode {
    guard let first = path.first else { return change(self) }
    let rest = Array(path.dropFirst())
    switch content {
    case .scalar: return self
    case .sequence(var items):
      items[first] = items[first].replacing(rest, by: change)
      return SourceNode(position: position, content: .sequence(items))
    case .mapping(var entries):
      let entry = entries[first]
      entries[first] = Entry(
        key: entry.key, keyPosition: entry.keyPosition,
        value: entry.value.replacing(rest, by: change))
      return SourceNode(position: position, content: .mapping(entries))
    }
  }

  func adding(_ key: String) -> SourceNode {
    let entry = Entry(
      key: key, keyPosition: position,
      value: SourceNode(position: position, content: .scalar("1", isPlain: true)))
    return SourceNode(position: position, content: .mapping((entries ?? []) + [entry]))
  }
}
