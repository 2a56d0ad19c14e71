import Engagement
import EventLog
import Segmentation
import Testing

/// A project file's values arrive as they are written.
struct ProjectFileTests {
  static let full = """
    version: 1
    clock: {zone: Europe/Vienna, week_starts: sunday, lateness: 10m}
    events:
      columns: {member_id: user_id, timestamp: created_at, event: type, value: amount}
      weights: {post: 3, comment: 2, like: 0.5}
      value: log
    segments:                       # before what it refers to: the order of sections is free
      - id: mentees-2022q1
        list: mentees
        expires: 2022-04-30
      - {id: rising, name: Rising, description: New and busy, tag: up, review_by: 2027-02-01,
         expect: {min: 1%, max: 250}, when: {all: [{score: engagement, gte: 4}, {did: contribution}]}}
    lists:
      mentees: {members: [007, "b b", c], expires: 2023-01-01T00:00:00Z}
      ambassadors: {file: ambassadors.csv}
    aliases:
      contribution: [post, "answer_*"]
    features: [recency_days, events_contribution_30d, attr.events, share_contribution]
    transform: {log: [recency_days], scale: robust, reduce: {pca: 3}}
    scores:
      recency: {feature: recency_days, linear: [60, 0]}
      loyalty: {feature: frequency_h56, percentile: members}
      lead: {points: {quiz: 30, "deal_*": 50}, half_life: 45d}
      engagement: {sum: {recency: 1, loyalty: 0.5}}
    segments_of: {members: {names: {0: champions, c2: "at risk"}}}
    """

  @Test func everySectionIsRead() throws {
    let project = try ProjectFile(parsing: Self.full, file: "coterie.yaml") { path in
      #expect(path == "ambassadors.csv")
      return "name;member_id\nAda;a1\n\"Bo; the second\";\"b\"\"2\"\n;\n"
    }
    #expect(
      project.columns == [
        "member_id": "user_id", "timestamp": "created_at", "event": "type", "value": "amount",
      ])
    #expect(project.settings.clock == Clock(zoneName: "Europe/Vienna", weekStart: .sunday))
    #expect(project.settings.weights == ["post": 3, "comment": 2, "like": 0.5])
    #expect(project.settings.valueUse == .log)
    #expect(project.settings.aliases == ["contribution": ["post", "answer_*"]])
    #expect(project.lateness?.microseconds == 600_000_000)
    #expect(
      project.features == [
        .recencyDays, .eventCount(of: "contribution", windowInDays: 30), .attribute("events"),
        .share(of: "contribution", windowInDays: nil),
      ])
    #expect(
      project.transform
        == TransformChoices(
          logarithm: .columns(["recency_days"]), scale: .robust, reduction: .principalComponents(3))
    )
    #expect(
      project.scores == [
        "recency": .linear(feature: .recencyDays, zeroAt: 60, threeAt: 0),
        "loyalty": .percentile(feature: .frequency(halfLifeInDays: 56), model: "members"),
        "lead": .points(
          ["quiz": 30, "deal_*": 50], halfLifeInMicroseconds: 45 * Timestamp.microsecondsPerDay),
        "engagement": .weightedSum(["recency": 1, "loyalty": 0.5]),
      ])
    #expect(project.lists["mentees"]?.members == ["007", "b b", "c"])
    #expect(project.lists["mentees"]?.expires == Timestamp("2023-01-01"))
    #expect(project.lists["ambassadors"]?.members == ["a1", "b\"2"])
    #expect(project.segments.map(\.id) == ["mentees-2022q1", "rising"])
    #expect(
      project.segments.first?.membership
        == .list(name: "mentees", expires: Timestamp("2022-04-29T22:00:00Z")))
    let rising = try #require(project.segment("rising"))
    #expect(rising.name == "Rising" && rising.description == "New and busy" && rising.tag == "up")
    #expect(rising.reviewBy == Timestamp("2027-01-31T23:00:00Z"))
    #expect(rising.expectedSize?.least == .share(0.01))
    #expect(rising.expectedSize?.greatest == .count(250))
    #expect(rising.kind == .rule && project.segments.first?.kind == .list)
    #expect(project.segmentNames == ["members": ["c0": "champions", "c2": "at risk"]])
  }

  @Test func defaultsAreThoseOfAProjectWithoutAFile() throws {
    let project = try ProjectFile(parsing: "version: 1", file: "coterie.yaml")
    #expect(project.settings == EngagementSettings())
    #expect(project.features == nil && project.transform == nil && project.lateness == nil)
    #expect(project.segments.isEmpty && project.columns.isEmpty && project.scores.isEmpty)
  }

  @Test(arguments: [
    ("none", TransformChoices.Reduction.none), ("whiten", .whiten),
    ("{pca: 2}", .principalComponents(2)),
  ])
  func reductionsAreRead(text: String, reduction: TransformChoices.Reduction) throws {
    let project = try ProjectFile(
      parsing: "version: 1\ntransform: {reduce: \(text), log: none}", file: "c.yaml")
    #expect(project.transform?.reduction == reduction)
    #expect(project.transform?.logarithm == .columns([]))
    #expect(project.transform?.scale == .standardize)
  }

  @Test func allErrorsAreReportedAtOnceInOrder() throws {
    let yaml = """
      version: 1
      clock: {zone: Nowhere}
      segments:
        - id: a
          when: {all: [{did: x, whitin: 3d}, {attr: y, gt: z}]}
          owner: me
      alias: {}
      """
    let error = try #require(throws: ProjectFileError.self) {
      try ProjectFile(parsing: yaml, file: "p/c.yaml")
    }
    #expect(
      error.diagnostics.map(\.description).joined(separator: "\n") == """
        p/c.yaml:2:15: unknown time zone "Nowhere"; give its IANA name, such as Europe/Vienna
        p/c.yaml:5:27: unknown key "whitin" in did; did you mean "within"?
        p/c.yaml:5:54: gt needs a number or a date, not "z"
        p/c.yaml:6:5: unknown key "owner" in a segment; known are id, name, description, when, \
        list, expires, tag, expect, review_by, stay_while, min_stay, cooldown, purpose, on_enter and \
        on_exit
        p/c.yaml:7:1: unknown key "alias" in the project; did you mean "aliases"?
        """)
  }

  @Test func aliasBombsAreRefusedAtOnce() throws {
    var yaml = "version: 1\na: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
    for level in 1..<12 {
      let parts = Array(repeating: "*a\(level - 1)", count: 10).joined(separator: ", ")
      yaml += "? &a\(level) [\(parts)]\n: 1\n"
    }
    let error = try #require(throws: ProjectFileError.self) {
      try ProjectFile(parsing: yaml, file: "c.yaml")
    }
    #expect(error.diagnostics.first?.position == SourcePosition(line: 2, column: 4))
  }

  @Test func sizeAndDepthAreBounded() throws {
    let deep =
      String(repeating: "{not: ", count: 300) + "{did: x}" + String(repeating: "}", count: 300)
    let many = String(repeating: "x,", count: 100_001)
    for (yaml, message) in [
      ("version: 1\nsegments: [{id: a, when: \(deep)}]", "nested deeper than 100 levels"),
      ("version: 1\nlists: {a: {members: [\(many)]}}", "the file has more than 100000 nodes"),
    ] {
      let error = try #require(throws: ProjectFileError.self) {
        try ProjectFile(parsing: yaml, file: "c.yaml")
      }
      #expect(error.diagnostics.map(\.message) == [message])
    }
  }

  @Test func ampersandsAndStarsInsideTextAreText() throws {
    let yaml = """
      version: 1
      # a comment with &anchor and *alias, it's fine
      aliases: {x: ["*_a", 'b*'], y: [c&d, R&D]}
      segments:
        - id: b
          description: |
            These are
            * new, and
              &co
          when: {"did":"*"}
        - description: >-
           * folded
          id: c
          when: {'did':'*'}
        - {id: a, name: Research & Development, description: 'it''s *new* &co', when: {did: "*"}}
      """
    let project = try ProjectFile(parsing: yaml, file: "c.yaml")
    #expect(project.settings.aliases == ["x": ["*_a", "b*"], "y": ["c&d", "R&D"]])
    #expect(project.segment("a")?.description == "it's *new* &co")
    #expect(project.segment("b")?.description == "These are\n* new, and\n  &co\n")
    #expect(project.segment("c")?.description == "* folded")
  }

  @Test(arguments: [
    ("30d", 2_592_000), ("12h", 43_200), ("45m", 2_700), ("10s", 10), ("2w", 1_209_600), ("0d", 0),
    ("365250d", 31_557_600_000),
  ])
  func durationsAreExact(text: String, seconds: Int64) {
    #expect(ExactDuration(text)?.microseconds == seconds * 1_000_000)
  }

  @Test(arguments: [
    "", "d", "30", "30D", "3 d", "-3d", "+3d", "1.5d", "3dd", "365251d", "99999999999999999999d",
    "9223372036854775807w", "３d",
  ])
  func otherDurationsAreRefused(text: String) {
    #expect(ExactDuration(text) == nil)
  }

  @Test func listFilesThatDoNotEndAreRefused() throws {
    for (text, reason) in [
      ("member_id\n\"a", "the quote that opens in line 2 does not close"),
      ("", "the file is empty; it needs a header line, then a member a line"),
    ] {
      let error = try #require(throws: ProjectFileError.self) {
        try ProjectFile(parsing: "version: 1\nlists: {l: {file: f.csv}}", file: "c.yaml") { _ in
          text
        }
      }
      #expect(
        error.diagnostics.map(\.description) == [
          "c.yaml:2:19: list l: \"f.csv\" cannot be read: \(reason)"
        ])
    }
  }
}
