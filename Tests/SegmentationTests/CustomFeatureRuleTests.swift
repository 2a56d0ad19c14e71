import Engagement
import EventLog
import Segmentation
import Testing

/// A feature of one's own is named in a project file as a built-in one is.
struct CustomFeatureRuleTests {
  @Test func rulesScoresAndFeaturesNameIt() throws {
    let yaml = """
      version: 1
      features: [recency_days, topics]
      scores:
        breadth: {feature: topics, linear: [0, 3]}
      segments:
        - {id: broad, when: {feature: topics, gte: 2}}
        - {id: scored, when: {score: breadth, lt: 1.5}}
      """
    var project = try ProjectFile(parsing: yaml, file: "coterie.yaml")
    try project.add(
      CustomFeature(
        name: "topics", formula: "distinct topics", unit: "count", source: "this test",
        properties: ["topic"]
      ) { member in Double(Set(member.events.compactMap { $0.properties["topic"] }).count) })
    #expect(project.eventProperties == ["topic"])
    let community = Community(
      history: EventHistory([
        try Event("a", "post", "2024-01-01", ["topic": .string("x")]),
        try Event("a", "post", "2024-01-02", ["topic": .string("y")]),
        try Event("b", "post", "2024-01-02", ["topic": .string("y")]),
      ]))
    #expect(project.check(against: community).isEmpty)
    let asOf = try instant("2024-02-01")
    let segments = try SegmentEvaluator(project, community: community, asOf: asOf).evaluate()
    #expect(segments.map(\.rows) == [[0], [1]])
    let table = try FeatureTable(
      of: community, asOf: asOf, features: #require(project.features), settings: project.settings)
    #expect(table.column(.attribute("topics")) == [2, 1])
  }
}
