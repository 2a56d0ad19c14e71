import Foundation
import Testing

/// The forms of what `coterie label` writes, and lists without segments.
struct LabelTests {
  private static let sample =
    ["label"] + SampleCommunity.input + ["--model", SampleCommunity.model]

  private func rows(_ arguments: [String]) throws -> [[String]] {
    let result = try Tool.run(arguments + ["--output", "-"])
    #expect(result.code == 0, "\(result.error)")
    return result.output.split(separator: "\n").map {
      $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    }
  }

  @Test func wideSaysTheSameAsLong() throws {
    let long = try rows(Self.sample + ["--names"])
    let wide = try rows(Self.sample + ["--wide", "--names", "--attributes", "plan,joined_at"])
    #expect(long[0].prefix(5) == ["member_id", "kind", "source", "segment", "name"])
    let header = wide[0]
    #expect(header.prefix(3) == ["member_id", "sample", "sample:name"])
    #expect(header.suffix(2) == ["plan", "joined_at"])
    let names = header.dropFirst(3).dropLast(2)
    #expect(names.elementsEqual(names.sorted()))
    var memberships: Set<[String]> = []
    for row in wide.dropFirst() {
      memberships.insert([row[0], "sample", row[1], row[2]])
      for (name, cell) in zip(names, row.dropFirst(3)) where cell == "true" {
        memberships.insert([row[0], "", name, name])
      }
    }
    #expect(
      memberships == Set(long.dropFirst().map { [$0[0], $0[2], $0[3], $0[4]] }))
    #expect(wide.count - 1 == Set(long.dropFirst().map { $0[0] }).count)
  }

  @Test func explainAgreesWithTheProbabilities() throws {
    let rows = try rows(Self.sample + ["--probabilities", "--only", "c5"])
    let row = try #require(rows.last)
    #expect(rows.dropFirst().allSatisfy { $0[3] == "c5" })
    let explained = try Tool.run(
      ["explain", row[0]] + SampleCommunity.input + ["--model", SampleCommunity.model, "--json"])
    // As they are written: readers may round the last digit.
    func says(_ key: String, _ cell: String) -> Bool {
      explained.output.contains("\"\(key)\" : \(cell)")
    }
    #expect(says("confidence", row[4]) && says("distance", row[5]))
    let shares = Array(zip(rows[0], row).dropFirst(7))
    for (name, cell) in shares { #expect(says(String(name.dropFirst(7)), cell), "\(name)") }
    #expect(shares.map(\.0) == (0..<6).map { "sample:c\($0)" })
  }

  private static let wrong: [([String], Int32, String)] = [
    (["--only", "c55"], 64, "--only: no segment \"c55\"; did you mean \"c5\"?"),
    (["--attributes", "plam"], 2, "members.csv: no column \"plam\"; did you mean \"plan\"?"),
  ]

  @Test(arguments: wrong)
  func unknownNamesAreRefusedWithTheNearest(
    options: [String], code: Int32, message: String
  ) throws {
    try TemporaryFolder.with { folder in
      let result = try Tool.run(Self.sample + options + ["--output", folder.path("l.csv")])
      #expect(result.code == code)
      #expect(result.error.contains(message), "\(result.error)")
      #expect(try folder.names.isEmpty)
    }
  }

  @Test func attributesNeedMembersAndProbabilitiesAModel() throws {
    for option in [["--attributes", "plan"], ["--attributes", "plan,plan"], ["--probabilities"]] {
      let result = try Tool.run(
        ["label", SampleCommunity.events, "--config", SampleCommunity.project, "--as-of", "last"]
          + option + ["--output", "-"])
      #expect(result.code == 64 && result.output.isEmpty)
    }
  }

  private static let yaml = """
    version: 1
    lists:
      hosts: {members: [a, zoe, yan]}
      gone: {members: [a], expires: 2024-01-01}
    stages:
      life: {start: new, moves: [{from: new, to: old, when: {did: x, count: 2}}]}
    """
  private static let events = """
    member_id,timestamp,event
    a,2024-05-01T00:00:00Z,x
    a,2024-05-02T00:00:00Z,x
    b,2024-05-03T00:00:00Z,x

    """

  /// A list without a segment stands in every verb; ids that nobody has are told.
  @Test func listsNeedNoSegment() throws {
    try TemporaryFolder.with { folder in
      try folder.write("c.yaml", Self.yaml)
      try folder.write("e.csv", Self.events)
      let input = ["e.csv", "--config", "c.yaml", "--as-of", "2024-05-03"]
      let labelled = try Tool.run(["label"] + input + ["--output", "-"], in: folder.url)
      #expect(
        labelled.output == """
          member_id,kind,source,segment,confidence,distance,novel
          a,list,,hosts,,,
          a,stage,life,old,,,
          b,stage,life,new,,,

          """)
      #expect(
        labelled.error == "note: the list \"hosts\" has 2 ids that nobody has: yan, zoe\n")
      let told = try Tool.run(
        ["label"] + input + ["--output", folder.path("l.csv"), "--json"], in: folder.url)
      let counts = try #require(
        try JSONSerialization.jsonObject(with: Data(told.output.utf8)) as? [String: Any])
      #expect(counts["unknown_listed"] as? [String: [String]] == ["hosts": ["yan", "zoe"]])
      let checked = try Tool.run(["rules", "check"] + input, in: folder.url)
      #expect(checked.code == 1)
      #expect(
        checked.output.contains(
          "c.yaml:3:3: the list \"hosts\" has 2 ids that nobody has: yan, zoe (data)"),
        "\(checked.output)")
      let tested = try Tool.run(
        ["rules", "backtest"] + input + ["--since", "2024-05-01", "--every", "1d", "--json"],
        in: folder.url)
      let object = try #require(
        try JSONSerialization.jsonObject(with: Data(tested.output.utf8)) as? [String: Any])
      let series = try #require(
        (object["backtest"] as? [String: Any])?["segments"] as? [[String: Any]])
      #expect(
        series.map { "\($0["kind"] ?? "") \($0["source"] ?? "") \($0["segment"] ?? "")" } == [
          "list  gone", "list  hosts", "stage life new", "stage life old",
        ])
      #expect(
        series.map { $0["sizes"] as? [Int] } == [[0, 0, 0], [1, 1, 1], [1, 0, 1], [0, 1, 1]])
    }
  }

  /// Every member is in a state: states are compared, and claim nobody.
  @Test func comparisonsHaveListsAndStages() throws {
    try TemporaryFolder.with { folder in
      let yaml = """
        version: 1
        lists: {hosts: {members: [m0007, m0161]}}
        segments: [{id: away, when: {did_not: "*", within: 90d}}]
        stages:
          life: {start: new, moves: [{from: new, to: old, when: {did: post, count: 2}}]}
        """
      let config = try folder.write("c.yaml", yaml)
      func compare(_ config: String) throws -> [String: Any] {
        let result = try Tool.run(
          [
            "compare", SampleCommunity.events, "--members", SampleCommunity.members, "--as-of",
            "2025-07-01", "--model", SampleCommunity.model, "--json", "--config", config,
          ])
        #expect(result.code == 0, "\(result.error)")
        return try #require(
          try JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [String: Any])
      }
      let found = try compare(config)
      let written = try #require(found["written"] as? [[String: Any]])
      #expect(
        written.map { $0["segment"] as? String } == ["away", "hosts", "life=new", "life=old"])
      let sizes = written.compactMap { $0["members"] as? Int }
      #expect(sizes[1] == 2 && sizes[2] + sizes[3] == found["members"] as? Int)
      // Without the machine all that is said of claims is the same.
      let rest = yaml.split(separator: "\n").prefix(3).joined(separator: "\n")
      let without = try compare(try folder.write("d.yaml", rest))
      for key in ["uncovered", "overclaimed", "adjusted_rand", "adjusted_rand_interval", "omega"] {
        #expect(found[key] as? NSObject == without[key] as? NSObject, "\(key)")
      }
      #expect(found["omega"] != nil && found["adjusted_rand"] != nil)
    }
  }
}
