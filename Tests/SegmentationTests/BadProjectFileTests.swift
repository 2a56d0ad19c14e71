import Foundation
import Testing

@testable import Segmentation

/// Files that are broken, huge or hostile are refused early, with the place marked.
struct BadProjectFileTests {
  private func errors(_ yaml: String) throws -> ProjectFileError {
    try #require(throws: ProjectFileError.self) {
      try ProjectFile(parsing: yaml, file: "c.yaml")
    }
  }

  struct Marked: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let yaml: String
    let expected: String

    init(_ name: String, _ yaml: String, _ expected: String) {
      (testDescription, self.yaml, self.expected) = (name, yaml, expected)
    }
  }

  @Test(arguments: [
    Marked(
      "key", "version: 1\nsegmnts: []",
      """
      c.yaml:2:1: unknown key "segmnts" in the project; did you mean "segments"?
          segmnts: []
          ^
      """),
    Marked(
      "value", "version: 1\nclock: {week_starts: sundy}",
      """
      c.yaml:2:22: unknown week_starts "sundy"; did you mean "sunday"?
          clock: {week_starts: sundy}
                               ^
      """),
    Marked(
      "condition", "version: 1\nsegments:\n- id: a\n  when: {did_nt: x}",
      """
      c.yaml:4:10: unknown condition "did_nt"; did you mean "did_not"?
            when: {did_nt: x}
                   ^
      """),
    Marked(
      "operator", "version: 1\nsegments: [{id: a, when: {did: x, where: {a: {iss: 1}}}}]",
      """
      c.yaml:2:47: unknown key "iss" in where a; did you mean "is"?
          segments: [{id: a, when: {did: x, where: {a: {iss: 1}}}}]
                                                        ^
      """),
    Marked(
      "severalAtOnce", "version: 2\nclock: UTC\nprivacy: {defalt: granted}",
      """
      c.yaml:1:10: this version reads "version: 1", not "2"
          version: 2
                   ^
      c.yaml:2:8: clock needs a mapping with zone, week_starts and lateness, not "UTC"
          clock: UTC
                 ^
      c.yaml:3:11: unknown key "defalt" in privacy; did you mean "default"?
          privacy: {defalt: granted}
                    ^
      """),
    Marked(
      "tab", "version: 1\nclock:\t{zone: Mars}",
      """
      c.yaml:2:15: unknown time zone "Mars"; give its IANA name, such as Europe/Vienna
          clock:\t{zone: Mars}
                \t       ^
      """),
    Marked(
      "carriageReturns", "version: 1\r\nclock: UTC\r\n",
      """
      c.yaml:2:8: clock needs a mapping with zone, week_starts and lateness, not "UTC"
          clock: UTC
                 ^
      """),
    Marked(
      "combiningMarks", "version: 1\naliases: {\"e\u{301}\": b}",
      """
      c.yaml:2:11: an alias is named by letters, digits and _, a letter first, and not as a window (30d) \
      or a half-life (h14); "e\u{301}" is not
          aliases: {"e\u{301}": b}
                    ^
      c.yaml:2:17: alias e\u{301} needs a list of texts in [ ], not "b"
          aliases: {"e\u{301}": b}
                         ^
      """),
    Marked(
      "controlCharacters", "version: 1\nclock: {zone: \"\u{200B}2J\"}",
      """
      c.yaml:2:15: unknown time zone "\u{200B}2J"; give its IANA name, such as Europe/Vienna
          clock: {zone: "\u{FFFD}2J"}
                        ^
      """),
    Marked(
      "empty", "",
      "c.yaml:1:1: the file is empty; it needs \"version: 1\"\n    \n    ^"),
    Marked(
      "duplicateKey", "version: 1\nclock: {zone: UTC, zone: UTC}",
      """
      c.yaml:2:9: key "zone" stands twice in one mapping; keep one of them
          clock: {zone: UTC, zone: UTC}
                  ^
      """),
    Marked(
      "duration", "version: 1\nclock: {lateness: 9999999999999999999d}",
      """
      c.yaml:2:19: lateness needs a duration such as 30d, 12h, 45m, 10s or 2w, up to 365250d, not \
      "9999999999999999999d"
          clock: {lateness: 9999999999999999999d}
                            ^
      """),
    Marked(
      "sameSegment", "version: 1\nsegments:\n- {id: a, when: {did: x}}\n- {id: a, when: {did: x}}",
      """
      c.yaml:4:8: segment "a" is already defined in line 3
          - {id: a, when: {did: x}}
                 ^
      """),
  ])
  func errorsShowTheLineAndACaret(example: Marked) throws {
    #expect(try errors(example.yaml).description == example.expected)
  }

  @Test func longLinesAreCutAroundTheColumn() throws {
    let padding = String(repeating: "ä", count: 5_000)
    let error = try errors(
      "version: 1\naliases: {x: [\"\(padding)\"], y-z: [\"\(padding)\"]}")
    let lines = error.description.split(separator: "\n")
    let excerpt = lines[lines.count - 2]
    #expect(lines.count == 3 && excerpt.hasPrefix("    …ä") && excerpt.hasSuffix("ä…"))
    #expect(excerpt.count <= 4 + 2 + 2 * SourceExcerpt.reach)
    let column = try #require(lines.last).count - 1
    #expect(excerpt.dropFirst(column).hasPrefix("y-z:"))
  }

  /// Each is refused within a second or two, whatever it would grow to.
  @Test func bombsAreRefusedEarly() throws {
    var aliases = "a0: &a0 [x]\n"
    for level in 1...10 {
      let parts = Array(repeating: "*a\(level - 1)", count: 10).joined(separator: ", ")
      aliases += "a\(level): &a\(level) [\(parts)]\n"
    }
    let open = String(repeating: "[", count: 10_000)
    let deep = "version: 1\nsegments: \(open)\(open.replacingOccurrences(of: "[", with: "]"))"
    let maps = String(repeating: "{a: ", count: 10_000) + String(repeating: "}", count: 10_000)
    var blocks = ""
    for level in 0..<2_000 { blocks += String(repeating: " ", count: level) + "a:\n" }
    let cases: [(String, String)] = [
      (aliases, "anchors and aliases are not read"), (deep, "nested deeper than 100 levels"),
      ("a: " + maps, "nested deeper than 100 levels"),
      (blocks, "nested deeper than 100 levels"),
      ("a: [" + String(repeating: "x, ", count: 100_001) + "x]", "more than 100000 nodes"),
      (String(repeating: "#", count: 8_000_001), "larger than 8000000 bytes"),
    ]
    for (yaml, message) in cases {
      let clock = ContinuousClock()
      var text = ""
      let time = try clock.measure { text = try errors(yaml).description }
      #expect(text.contains(message) && text.utf8.count < 1_000, "\(text.prefix(300))")
      #expect(time < .seconds(10), "\(message)")
    }
  }

  /// Patterns that take other engines for ever are matched in linear time, or refused as too large.
  @Test(arguments: ["(a+)+$", "(a|aa)+$", "(.*)*x", "((a*)*)*b", "(a?){30}a{30}$"])
  func patternsThatBlowUpElsewhereDoNot(pattern: String) throws {
    let expression = try RegularExpression(pattern, foldsCase: true)
    let text = String(repeating: "a", count: 2_000) + "!"
    let clock = ContinuousClock()
    var isFound = true
    let time = clock.measure { isFound = expression.matches(text) }
    #expect(!isFound && time < .seconds(20))
  }

  @Test func patternsThatGrowAreRefused() throws {
    let error = try errors(
      "version: 1\nsegments: [{id: a, when: {attr: a, matches: \"((a{1,90}){1,90}){1,90}\"}}]")
    #expect(error.diagnostics.map(\.position.column) == [45])
    #expect(error.description.contains("matches: "))
  }

  @Test(arguments: [
    ("segments: [{id: a, when: {segment: b}}, {id: b, when: {segment: a}}]", "a → b → a"),
    (
      "segments: [{id: a, when: {stage: {machine: m, is: x}}}]\nstages: {m: {start: x, moves: "
        + "[{from: x, to: y, when: {segment: a}}]}}", "circle: a → stage m → a"
    ),
    ("scores: {a: {sum: {b: 1}}, b: {sum: {a: 1}}}", "a → b → a"),
    ("segments: [{id: a, list: l, when: {segment: a}}]\nlists: {l: {members: []}}", "either when"),
  ])
  func circlesAreRefused(yaml: String, message: String) throws {
    #expect(try errors("version: 1\n" + yaml).description.contains(message))
  }

  @Test(arguments: [
    "version: 1\nsegments: [{id: \"a\\0\", when: {did: x}}]",
    "version: 1\nclock: {zone: \"U\u{0}TC\"}",
    "\u{0}", "version: 1\nclock:\n\tzone: UTC", "- version: 1", "version: 1\u{7}",
  ])
  func strangeBytesAndShapesAreRefused(yaml: String) throws {
    let error = try errors(yaml)
    #expect(error.diagnostics.allSatisfy { $0.excerpt != nil }, "\(error)")
  }

  @Test func bytesThatAreNoTextAreRefusedWithTheirPlace() throws {
    let bytes = Array("version: 1\nclock: {zone: ü".utf8) + [0xFF, 0x7D]
    let error = try #require(throws: ProjectFileError.self) {
      try ProjectFile(parsing: bytes, file: "c.yaml")
    }
    #expect(
      error.description == """
        c.yaml:2:16: not UTF-8 text; save the file as UTF-8
            clock: {zone: ü\u{FFFD}}
                           ^
        """)
    let plain = try ProjectFile(parsing: Array("version: 1".utf8), file: "c.yaml")
    #expect(plain.file == "c.yaml")
    let long = [UInt8](repeating: 0x23, count: ProjectFile.largestByteCount + 1)
    #expect(throws: ProjectFileError.self) { try ProjectFile(parsing: long, file: "c.yaml") }
  }

  @Test func byteOrderMarkAndCarriageReturnsAreRead() throws {
    let plain = try ProjectFile(parsing: "version: 1\nclock: {lateness: 3d}\n", file: "c.yaml")
    for yaml in [
      "\u{FEFF}version: 1\nclock: {lateness: 3d}\n", "version: 1\r\nclock: {lateness: 3d}\r\n",
      "\r\n\r\nversion: 1\r\nclock:\r\n  lateness: 3d\r\n",
    ] {
      #expect(content(of: try ProjectFile(parsing: yaml, file: "c.yaml")) == content(of: plain))
    }
  }

  /// Misspelt words at every level: each is found, with the nearest known word.
  @Test func everyMisspeltKeyIsFound() throws {
    let yaml = """
      version: 1
      clok: {}
      events: {columns: {membr_id: a}, weigths: {}}
      scores: {a: {featur: b, linear: [0, 1]}}
      lists: {l: {membrs: []}}
      stages: {s: {start: x, moves: [{from: x, too: y, when: {did: x}}]}}
      exclusive: [{grup: g, order: []}]
      privacy: {defaultt: granted}
      segments:
      - {id: a, when: {did: x, withn: 3d}}
      - {id: b, when: {attr: x, starts_wit: y}, min_stayy: 3d}
      - {id: c, when: {sequence: {stepps: [a]}}}
      - {id: e, when: {did: x}, expect: {maxx: 3}}
      - {id: d, when: {all: [{nott: {did: x}}]}}
      tests: [{name: t, as_off: 2024-01-01}]
      """
    let found = try errors(yaml).diagnostics.map(\.message)
    for (wrong, right) in [
      ("clok", "clock"), ("membr_id", "member_id"), ("weigths", "weights"), ("featur", "feature"),
      ("membrs", "members"), ("too", "to"), ("grup", "group"), ("defaultt", "default"),
      ("withn", "within"), ("starts_wit", "starts_with"), ("min_stayy", "min_stay"),
      ("stepps", "steps"), ("maxx", "max"), ("nott", "not"), ("as_off", "as_of"),
    ] {
      #expect(
        found.contains { $0.contains("\"\(wrong)\"") && $0.hasSuffix("mean \"\(right)\"?") },
        "\(wrong): \(found.filter { $0.contains(wrong) })")
    }
  }
}
