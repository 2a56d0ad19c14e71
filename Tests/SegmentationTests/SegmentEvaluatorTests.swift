import Engagement
import EventLog
import Segmentation
import Testing

/// Segments of all kinds, together.
struct SegmentEvaluatorTests {
  private func community() throws -> Community {
    Community(
      history: EventHistory([
        try Event("ann", "post", "2024-03-30"), try Event("ann", "post", "2024-03-29"),
        try Event("bob", "post", "2024-01-01"), try Event("cat", "like", "2024-03-31"),
        try Event("late", "post", "2024-04-01"),
      ]))
  }

  private func evaluate(
    _ yaml: String, asOf: String = "2024-03-31", labels: [String: [LearnedLabel?]] = [:],
    distributions: [String: [FeatureDefinition: EmpiricalDistribution]] = [:]
  ) throws -> [String: String] {
    let community = try community()
    let project = try ProjectFile(parsing: "version: 1\n" + yaml, file: "c.yaml")
    let evaluator = try SegmentEvaluator(
      project, community: community, asOf: try instant(asOf), labels: labels,
      distributions: distributions, threadCount: 2)
    let found = evaluator.evaluate()
    #expect(found.map(\.id) == project.segments.map(\.id))
    #expect(found.map(\.kind) == project.segments.map(\.kind))
    return Dictionary(
      uniqueKeysWithValues: found.map { segment in
        (segment.id, segment.rows.map { community.memberIDs[$0] }.joined(separator: " "))
      })
  }

  @Test func segmentsMayStandBeforeThoseTheyReferTo() throws {
    let found = try evaluate(
      """
      segments:
      - {id: both, when: {all: [{segment: active}, {segment: hosts, member: false}]}}
      - {id: outside, when: {segment: both, member: false}}
      - {id: active, when: {did: "*", within: 7d}}
      - {id: hosts, list: hosts}
      lists: {hosts: {members: [cat, nobody, late, Ann]}}
      """)
    #expect(found == ["both": "ann", "outside": "bob cat", "active": "ann cat", "hosts": "cat"])
  }

  @Test(arguments: [
    ("2024-03-30T23:59:59.999999Z", "ann", "ann", "ann"), ("2024-03-31", "ann", "", "ann"),
    ("2024-04-01", "", "", ""), ("2024-03-30T22:59:59Z", "ann", "ann", "ann"),
  ])
  func listsEndAtTheirInstant(asOf: String, list: String, segment: String, leaf: String) throws {
    let found = try evaluate(
      """
      lists: {l: {members: [ann], expires: 2024-04-01}}
      segments:
      - {id: list, list: l}
      - {id: segment, list: l, expires: 2024-03-31}
      - {id: leaf, when: {list: l}}
      """, asOf: asOf)
    #expect(found == ["list": list, "segment": segment, "leaf": leaf])
  }

  @Test func idsAreComparedAsExactBytes() throws {
    let composed = "\u{e9}"
    let decomposed = "e\u{301}"
    let history = EventHistory([
      try Event(composed, "x", "2024-01-01"), try Event(decomposed, "x", "2024-01-01"),
    ])
    let project = try ProjectFile(
      parsing: "version: 1\nlists: {l: {members: [\(decomposed)]}}\nsegments: [{id: a, list: l}]",
      file: "c.yaml")
    let community = Community(history: history)
    let rows = try SegmentEvaluator(
      project, community: community, asOf: try instant("2024-02-01"), threadCount: 1
    ).evaluate().first?.rows
    #expect(rows?.map { Array(community.memberIDs[$0].utf8) } == [Array(decomposed.utf8)])
  }

  @Test func learnedLabelsAreFoundByIDAndName() throws {
    let labels: [LearnedLabel?] = [
      LearnedLabel(segment: "c0", name: "champions", confidence: 0.9),
      LearnedLabel(segment: "c1", confidence: 0.7), nil,
    ]
    let found = try evaluate(
      """
      segments_of: {m: {names: {1: quiet ones}}}
      segments:
      - {id: byID, when: {cluster: {model: m, is: c1}}}
      - {id: byNumber, when: {cluster: {model: m, is: 0}}}
      - {id: byName, when: {cluster: {model: m, is: champions}}}
      - {id: byGivenName, when: {cluster: {model: m, is: quiet ones}}}
      - {id: either, when: {cluster: {model: m, is: [c0, c1]}}}
      - {id: sure, when: {cluster: {model: m, is: [c0, c1], confidence: {gt: 0.7}}}}
      - {id: outside, when: {not: {cluster: {model: m, is: c0}}}}
      - {id: unknown, when: {not: {cluster: {model: m, is: c0}, if_missing: unknown}}}
      """, labels: ["m": labels])
    #expect(
      found == [
        "byID": "bob", "byNumber": "ann", "byName": "ann", "byGivenName": "bob",
        "either": "ann bob",
        "sure": "ann", "outside": "bob cat", "unknown": "bob",
      ])
  }

  @Test func modelsThatAreNotGivenAreNamedWithTheirPlace() throws {
    let error = try #require(throws: SegmentationError.self) {
      try evaluate(
        "segments: [{id: a, when: {cluster: {model: membrs, is: c0}}}]",
        labels: ["members": [nil, nil, nil]])
    }
    #expect(
      error.description
        == "c.yaml:2:36: the rule needs the labels of model \"membrs\"; did you mean \"members\"?; "
        + "give it with --model membrs.safetensors")
  }

  @Test func scoresAndFeaturesAreComputedFromTheProject() throws {
    let knots = try #require(
      EmpiricalDistribution(knots: (0...256).map { Double($0) / 256 * 100 }))
    let found = try evaluate(
      """
      aliases: {writing: [post]}
      scores:
        recency: {feature: recency_days, linear: [60, 0]}
        percentile: {feature: recency_days, percentile: m}
        both: {sum: {recency: 1, points: 2}}
        points: {points: {writing: 1, like: 0.5}}
      segments:
      - {id: fresh, when: {score: recency, gt: 2.9}}
      - {id: clamped, when: {score: recency, eq: 0}}
      - {id: ranked, when: {score: percentile, between: [2.9, 3]}}
      - {id: points, when: {score: both, gte: 4}}
      - {id: two, when: {feature: events_writing_30d, eq: 2}}
      - {id: none, when: {feature: median_gap_days, gte: 0}}
      - {id: noneNegated, when: {not: {feature: median_gap_days, gte: 0}}}
      """, distributions: ["m": [.recencyDays: knots]])
    #expect(
      found == [
        "fresh": "ann cat", "clamped": "bob", "ranked": "ann cat", "points": "ann cat",
        "two": "ann",
        "none": "ann", "noneNegated": "bob cat",
      ])
  }

  @Test func unknownFeaturesAreNamedWithTheirPlaces() throws {
    let error = try #require(throws: SegmentationError.self) {
      try evaluate(
        """
        scores: {s: {feature: recency_dayz, linear: [0, 1]}, p: {feature: events, percentile: m}}
        segments:
        - {id: a, when: {feature: evnts_30d, gt: 1}}
        - {id: b, when: {feature: events_30d, gt: 1}}
        - {id: c, when: {any: [{score: s, gt: 1}, {score: p, gt: 1}]}}
        """)
    }
    guard case .project(let projectError) = error else {
      Issue.record("expected places, found \(error)")
      return
    }
    #expect(
      projectError.diagnostics.map { "\($0.position.line):\($0.position.column)" } == [
        "4:27", "6:32", "6:51",
      ])
    #expect(error.description.contains("\"events_30d\""))
    #expect(error.description.contains("\"recency_days\""))
    #expect(error.description.contains("m.safetensors"))
  }

  @Test func anEmptyCommunityHasEmptySegments() throws {
    let found = try evaluate(
      "segments: [{id: a, when: {not: {feature: events, gt: 0}}}]", asOf: "2020-01-01")
    #expect(found == ["a": ""])
  }

  @Test func explanationsSayWhatWasObserved() throws {
    let community = try community()
    let project = try ProjectFile(
      parsing: """
        version: 1
        lists: {l: {members: [ann], expires: 2024-03-01}}
        segments:
        - id: main
          when:
            all:
              - {did: post, count: 3, within: 30d}
              - {not: {segment: quiet}}
              - {any: [{attr: city, is: Rome, if_missing: unknown}, {list: l}]}
              - {last: "*", age: {lt: 2d}}
              - {did: post, avg: value, gt: 1}
        - {id: quiet, when: {did_not: post, within: 7d, after_ever: true}}
        """, file: "c.yaml")
    let evaluator = try SegmentEvaluator(
      project, community: community, asOf: try instant("2024-03-31T12:00:00Z"), threadCount: 1)
    func text(_ explanation: Explanation, indent: String = "") -> String {
      let fact = explanation.fact.map { " (\($0))" } ?? ""
      return "\(indent)\(explanation.truth) \(explanation.rule)\(fact)\n"
        + explanation.parts.map { text($0, indent: indent + "  ") }.joined()
    }
    let row = try #require(community.row(of: "ann"))
    #expect(
      text(try evaluator.explain("main", row: row)) == """
        false main
          false all
            false {did: post, count: 3, within: 30d} (count 2, needs at least 3; last post \
        2024-03-30T00:00:00Z, 1.5 days ago)
            true not
              false {segment: quiet} (not in quiet)
                false quiet
                  false {did_not: post, within: 7d, after_ever: true} (last post \
        2024-03-30T00:00:00Z, 1.5 days ago)
            unknown any
              unknown {attr: city, is: Rome, if_missing: unknown} (city is missing)
              false {list: l} (not on the list, which ended 2024-03-01T00:00:00Z)
            true {last: "*", age: {lt: 2d}} (last event 2024-03-30T00:00:00Z, 1.5 days ago)
            false {did: post, avg: value, gt: 1} (no post with a number to measure)

        """)
    let error = try #require(throws: SegmentationError.self) {
      try evaluator.explain("quit", row: row)
    }
    #expect(
      error.description == "the project file has no segment \"quit\"; did you mean \"quiet\"?")
  }
}
