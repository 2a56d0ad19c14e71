import Engagement
import EventLog
import Segmentation
import Testing

/// Answers conditions about a member's own events, attributes and numbers at any instant, by direct evaluation
/// of a community of what is known then and a project of nothing but those conditions.
struct LeafOracle {
  /// The conditions as written, each once.
  let leaves: [String]
  private let project: ProjectFile
  private let facts: [RandomTimelines.Fact]
  private var communities: [Int: Community] = [:]
  private var answers: [Int64: [Truth]] = [:]

  // The preamble is what stands before stages and segments.
  init(_ leaves: [Leaf], preamble: String, facts: [RandomTimelines.Fact]) throws {
    var seen: Set<String> = []
    let leaves = leaves.filter { seen.insert($0.written).inserted }
    self.leaves = leaves.map(\.written)
    self.facts = facts.sorted { $0.time < $1.time }
    // What is neither true nor false is unknown.
    let segments = leaves.enumerated().map { index, leaf in
      "- {id: l\(index), when: \(leaf.written)}\n"
        + (leaf.isUnknownIfMissing ? "- {id: n\(index), when: {not: \(leaf.written)}}\n" : "")
    }
    let yaml = preamble + "segments:\(segments.isEmpty ? " []" : "")\n" + segments.joined()
    project = try ProjectFile(parsing: yaml, file: "leaves.yaml")
  }

  /// The value of each condition at an instant.
  mutating func truths(at instant: Int64) throws -> [Truth] {
    if let known = answers[instant] { return known }
    let community = community(at: instant)
    let row = try #require(community.row(of: "ann"))
    let found = try SegmentEvaluator(
      project, community: community, rows: [row], asOf: Timestamp(microseconds: instant),
      distributions: RandomTimelines.distributions, threadCount: 1
    ).evaluate()
    let isTrue = Dictionary(uniqueKeysWithValues: found.map { ($0.id, !$0.rows.isEmpty) })
    let truths = leaves.indices.map { index -> Truth in
      if isTrue["l\(index)"] == true { return .true }
      return isTrue["n\(index)"] == false ? .unknown : .false
    }
    answers[instant] = truths
    return truths
  }

  /// What is known at an instant: no later event, and attributes as they are then.
  mutating func community(at instant: Int64) -> Community {
    let count = facts.prefix { $0.time.microseconds <= instant }.count
    if let community = communities[count] { return community }
    let community = Community(knowing: facts.prefix(count))
    communities[count] = community
    return community
  }
}

extension Community {
  /// A table of two members, of whom the second one is ann; all attributes and properties have a column.
  init(knowing facts: some Sequence<RandomTimelines.Fact>) {
    var events = [
      Event(
        memberID: "bob", timestamp: RandomTimelines.beginning, type: "lesson_b",
        properties: [
          "kind": .string("quiz"), "amount": .number(1), "due": .string("2020-02-29"),
          "purpose": .string("mail"),
        ])
    ]
    var cells: [String: AttributeValue] = [:]
    for fact in facts {
      switch fact {
      case .event(let event), .received(let event): events.append(event)
      case .attribute(let name, let value, _): cells[name] = value
      case .list, .label: break
      }
    }
    var joined: Timestamp?
    if case .time(let time) = cells["joined_at"] { joined = time }
    cells["joined_at"] = nil
    var columns: [String: AttributeColumn] = ["level": .number([.nan, .nan])]
    for (name, value) in cells {
      columns[name] =
        switch value {
        case .number(let number): .number([.nan, number])
        case .boolean(let isTrue): .boolean([nil, isTrue])
        case .time(let time): .time([nil, time])
        case .list(let items): .list([nil, items])
        case .text(let text): .text([nil, text])
        }
    }
    self.init(
      history: EventHistory(events),
      members: MemberTable(ids: ["bob", "ann"], joinedAt: [nil, joined], attributes: columns))
  }
}
