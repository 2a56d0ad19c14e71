import Engagement
import EventLog
import Foundation
import Testing

@testable import Segmentation

/// A project's normal form means what the project says, and is its own normal form.
struct ProjectPrintingTests {
  static let repository = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

  static let examples = [
    "Tests/SegmentationTests/Vocabulary/community.yaml",
    "Tests/SegmentationTests/Vocabulary/whole.yaml",
    "Tests/SegmentationTests/Vocabulary/ranks.yaml", "notebooks-data/coterie.yaml",
  ]

  private func project(_ yaml: String) throws -> ProjectFile {
    try ProjectFile(parsing: yaml, file: "c.yaml") { _ in "member_id,added\nann,2024-01-01\nbob,\n"
    }
  }

  /// What does not hold of the text's normal form, in words.
  private func disagreements(_ yaml: String) throws -> [String] {
    let project = try project(yaml)
    let printed = project.normalized
    guard let again = try? self.project(printed) else { return ["not read:\n\(printed)"] }
    var found: [String] = []
    let lines = [project, again].map { content(of: $0).split(separator: "\n") }
    for (one, other) in zip(lines[0], lines[1]) where one != other {
      found.append("\(one)\n is read as \(other)\nfrom\n\(printed)")
    }
    if again.normalized != printed {
      found.append("\(printed)\n is printed as \(again.normalized)")
    }
    return found
  }

  @Test(arguments: examples)
  func examplesKeepTheirMeaning(path: String) throws {
    let yaml = try String(
      contentsOf: Self.repository.appendingPathComponent(path), encoding: .utf8)
    #expect(try disagreements(yaml) == [])
  }

  @Test(arguments: 0..<10)
  func randomTimelinesKeepTheirMeaning(batch: Int) throws {
    for index in 0..<100 {
      let seed = UInt64(3_000_000 + batch * 1_000 + index)
      var random = RandomTimelines(seed: seed)
      let yaml = random.project()
      #expect(try disagreements(yaml) == [], "seed \(seed)\n\(yaml)")
    }
  }

  @Test(arguments: 0..<10)
  func randomRulesKeepTheirMeaning(batch: Int) throws {
    let asOf = try instant("2024-03-31T06:00:00Z")
    for index in 0..<100 {
      let seed = UInt64(4_000_000 + batch * 1_000 + index)
      var random = RandomRules(asOf: asOf, generator: SeededGenerator(seed: seed))
      let segments = (0..<3).map { "- {id: s\($0), when: \(random.rule(depth: 4).yaml)}\n" }
      let yaml =
        "version: 1\naliases: {learning: [\"lesson_*\"]}\nsegments:\n" + segments.joined()
      #expect(try disagreements(yaml) == [], "seed \(seed)\n\(yaml)")
    }
  }

  /// Everything that the other examples leave out.
  static let rest = """
    version: 1
    clock: {zone: Europe/Vienna, week_starts: sunday, lateness: 90m}
    events:
      columns: {event: type, member_id: "user id"}
      weights: {zebra: 1e-7, "a: b": -0.5, ape: 123456789012345678}
      value: log
    aliases: {talk: [post]}
    features: [recency_days, frequency_h014, attr.trend, attr.events_talk, distinct_kind_30d]
    transform: {log: [automatic], scale: robust, reduce: {pca: 3}}
    privacy: {default: withdrawn}
    scores:
      empty: {sum: {}}
      points: {points: {post: 1}, half_life: 36h}
    lists:
      none: {members: []}
      filed: {file: lists/a.csv, expires: 2024-05-01, review_by: 2024-05-01T00:30:00+02:00, owner: eva}
    segments_of: {m: {names: {10: ten, c2: two}}, n: {names: {}}}
    stages: {s: {start: x, moves: [{from: "*", to: y, when: {all: [{did: a}]}}]}, t: {start: x, moves: []}}
    exclusive: [{group: g, order: []}]
    tests:
    - {name: "1", as_of: 2024-01-02, in: [a], joined_at: 2024-01-01T00:00:00Z, id: yes,
       attributes: {a: 1.50, b: true, c: 2024-01-01, d: x|y, e: [z], f: "p| |q", g: text},
       events: [{post: 2024-01-01}, {event: at, at: 2024-01-01, value: 2, by: bob, n: 3, s: "3", t: true,
       u: "true", target_id: x}, {event: post, at: 2024-01-01T12:00:00.5Z}], labels: {m: c1}}
    segments:
    - {id: a, when: {attr: x, is: a, in: [b], exists: true, missing: false, before: 2024-01-01, lt: 2023-01-01,
       gt: 3, after: 2024-01-01T01:00:00Z, is_not: 5, not_in: [yes], matches: "^a:#", has_all: [p, 007]}}
    - {id: b, when: {did: x, distinct: {property: day}, count: 1}, stay_while: {did: y, count: {gte: 0}}}
    - {id: c, when: {did: x, min: value, gte: 1, lt: 3.5, if_missing: unknown, since: 2024-03-31, until: 2024-04-01}}
    - {id: d, when: {did: [a, b], sum: {of: amount, between: [1, 2]}}, expect: {min: 7%, max: 100}}
    - {id: e, when: {segment: a, for: 3d}, review_by: 2024-10-27T03:00:00+01:00}
    - {id: f, when: {segment: a, member: true, entered_within: 0300h, ever: false}, expect: {max: 0.1%}}
    - {id: g, when: {segment: a, for: 120s, member: false}}
    - {id: h, list: filed, expires: 2024-06-01T12:00:00Z}
    - {id: i, when: {cluster: {model: m, is: [1, core], confidence: {gte: 0.5, lt: 0.75}}, if_missing: unknown}}
    - {id: j, when: {sequence: {steps: [[a, b], {did: c, where: {value: {gt: 1}}}], order: any, span: 2w, same: value}}}
    - {id: k, when: {trend: {of: a, current: 7d, previous: 168h, delta: 3}}}
    - {id: l, when: {near: {point: [-0.5, 1e2], km: 3, fields: [lat, lon]}}}
    - {id: m, when: {first: a, before: 2024-01-01, after: 2023-01-01, having: {event: {is: a}}, age: {gt: 1w}}}
    - {id: n, when: {feature: attr.share_talk, eq: 0.1}}
    - {id: o, when: {regular: {did: "*", where: {a: {is: b}}, unit: day, at_least: 2, of_last: 3, consecutive: true}}}
    """

  @Test func everythingElseKeepsItsMeaning() throws {
    let found = try disagreements(Self.rest)
    #expect(found == [], "\(found.joined(separator: "\n"))")
  }

  @Test func ranksKeepTheirMeaning() throws {
    for share in [
      "5%", "0.05", "7.1%", "0.071", "33.333333%", "1e-9", "100%", "14.000000000000002%",
    ] {
      let yaml = """
        version: 1
        segments:
        - {id: a, when: {rank: {feature: events, bottom: \(share), as_of: 4w}}}
        - {id: b, when: {rank: {feature: events, top: \(share), as_of: 2024-01-01}}}
        - {id: c, when: {rank: {feature: events, top: \(share), as_of: 0s}}}
        """
      #expect(try disagreements(yaml) == [], "\(share)")
    }
  }

  @Test(arguments: [
    "yes", "No", "1e3", "0x1F", "1_000", "2024-01-01", "2024-01-01T00:00:00Z", "12:30:45", "#",
    "a #b",
    "a: b", "a:", "*", "*a", "&a", "!a", "- a", "?", "[", "{a}", "'", "\"", "\\", "%", "@", "`",
    "|", ">",
    "~", "null", "NULL", ".inf", ".NaN", "-", "--- a", "...", "a\nb", "\n", "\ta", " a ", "a\tb",
    "\r\n", "<<",
    "=", "Zürich", "\u{85}", "\u{2028}", "a\u{FEFF}", "👩‍👩‍👧", "e\u{301}", "\u{7F}", "\u{1B}[0m",
    "\u{FFFE}", "a,b",
    "true", "0", "-1.5", "1.", "+1", "c0", "2022q1", "007", "\u{A0}", "x y  z", "a]", "a}",
  ])
  func textsThatYAMLTakesForSomethingElseAreQuoted(text: String) throws {
    let literal = inYAML(text)
    let isBlank = text.trimmingASCIIBlanks.isEmpty
    let yaml = """
      version: 1
      events: {weights: {\(literal): 1}}
      segments:
      - id: a
        when:
          all: [{attr: a, in: [\(literal), b]}, {did: x, where: {\(literal): {is: \(literal)}}}]
        \(isBlank ? "" : "name: \(literal)")
      tests:
      - {name: t, as_of: 2024-01-01, in: [a], events: [{event: x, at: 2024-01-01, p: \(literal)}]}
      """
    #expect(try disagreements(yaml) == [])
    let again = try project(try project(yaml).normalized)
    #expect(again.settings.weights == [text: 1])
    #expect(again.tests.first?.events.first?.properties["p"] == .string(text))
  }

  /// Every character escaped.
  private func inYAML(_ text: String) -> String {
    "\"" + text.unicodeScalars.map { "\\U" + String(format: "%08X", $0.value) }.joined() + "\""
  }

  @Test func longKeysAndDeepLogicAreWritten() throws {
    let key = String(repeating: "k", count: 3_000)
    var rule = "{did: post}"
    for _ in 0..<40 { rule = "{any: [\(rule), {not: {did: post}}]}" }
    let yaml = """
      version: 1
      events: {weights: {? \(key) : 1}}
      segments:
      - {id: a, when: \(rule)}
      - id: b
        when: {did: x, where: {? \(key) : {is: 1}}}
      """
    #expect(try disagreements(yaml) == [])
    #expect(try project(yaml).normalized.utf8.count < 20_000)
  }

  @Test func theNormalFormIsThis() throws {
    let normalized = try project(
      """
      segments: [{when: {any: [{within: 168h, did: [post]}, {not: {none: [{attr: a, in: [yes]}]}}]}, id: a,
        tag: "x", min_stay: 1440m}, {id: b, list: l}]
      lists: {l: {members: [zoe, "1"]}}
      scores: {q: {points: {b: 2.0, a: 1}}, p: {linear: [60, 0], feature: recency_days}}
      clock: {zone: UTC, week_starts: monday}
      version: 1
      """
    ).normalized
    #expect(
      normalized == """
        version: 1
        scores:
          p: {feature: recency_days, linear: [60, 0]}
          q: {points: {a: 1, b: 2}}
        lists:
          l: {members: [zoe, "1"]}
        segments:
          - id: a
            when:
              any:
                - {did: post, within: 7d}
                - not:
                    none:
                      - {attr: a, is: "yes"}
            min_stay: 1d
            tag: x
          - id: b
            list: l

        """)
  }
}
