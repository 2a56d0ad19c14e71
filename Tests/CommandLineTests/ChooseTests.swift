import Foundation
import TestSupport
import Testing

struct ChooseTests {
  struct Report: Decodable {
    struct Choice: Decodable {
      let clusters: Int
      let clear: Bool
      let reason: String
      let sampled: Bool
      let sampled_rows: Int
      let clusters_by_rule: [String: Int?]
      let candidates: [[String: Value]]
    }

    /// A number, numbers, or null.
    enum Value: Decodable {
      case number(Double)
      case numbers([Double])
      case null

      init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if container.decodeNil() {
          self = .null
        } else if let number = try? container.decode(Double.self) {
          self = .number(number)
        } else {
          self = .numbers(try container.decode([Double].self))
        }
      }

      var number: Double? {
        if case .number(let number) = self { number } else { nil }
      }
    }

    let coterie: String
    let version: Int
    let samples: Int
    let choice: Choice
    let seconds: [String: Double]
  }

  static func report(_ arguments: [String]) throws -> Report {
    let result = try Tool.run(["choose"] + arguments + ["--json"])
    try #require(result.code == 0, "\(result.error)")
    return try JSONDecoder().decode(Report.self, from: Data(result.output.utf8))
  }

  /// Three groups of 20 rows.
  static let rows = (0..<60).map { row in
    let group = row % 3
    return
      "m\(row),\(Double(20 * group) + Double(row * 7 % 13) / 13),\(10 * group * group + row * 5 % 4)"
  }
  static let table = (["id,x,y"] + rows).joined(separator: "\n") + "\n"

  @Test func tableRecommendsAndExplains() throws {
    try TemporaryFolder.with { folder in
      let data = try folder.write("d.csv", Self.table)
      let result = try Tool.run(["choose", data, "--columns", "x,y", "--clusters", "2..5"])
      #expect(result.code == 0)
      #expect(result.error == "")
      let lines = result.output.split(separator: "\n", omittingEmptySubsequences: false)
      #expect(lines[0].hasPrefix("3 clusters: 3 groups stand apart"))
      #expect(
        lines[2].split(separator: " ") == [
          "clusters", "inertia", "silhouette", "squared", "c.-harabasz", "d.-bouldin", "gap",
          "s.e.",
        ])
      #expect(lines[3...6].map { $0.split(separator: " ")[0] } == ["2", "3", "4", "5"])
      // What does not fit 80 columns follows below, with the counts again.
      #expect(
        lines[8].split(separator: " ") == ["clusters", "strength", "stability", "least"])
      #expect(lines.filter { $0.contains("*") } == [lines[4], lines[10]])
      for head in ["inertia", "silhouette", "squared", "strength", "stability", "gap, s.e."] {
        #expect(lines.dropFirst(13).contains { $0.hasPrefix("  \(head) ") })
      }
    }
  }

  @Test(arguments: ["kmeans", "hierarchical"])
  func everyIndexIsInJSONAndInCSV(algorithm: String) throws {
    try TemporaryFolder.with { folder in
      let data = try folder.write("d.csv", Self.table)
      let output = folder.path("t.csv")
      let report = try Self.report([
        data, "--id", "id", "--standardize", "--clusters", "2..4", "--algorithm", algorithm,
        "--sample", "50", "--output", output,
      ])
      #expect(report.coterie == "choose")
      #expect(report.version == 1)
      #expect(report.samples == 60)
      let choice = report.choice
      #expect(choice.clusters == 3)
      #expect(choice.clear)
      #expect(choice.sampled)
      #expect(choice.sampled_rows == 50)
      #expect(choice.clusters_by_rule["prediction_strength"] == 3)
      #expect(choice.candidates.map { $0["clusters"]?.number } == [2, 3, 4])
      let three = choice.candidates[1]
      let isTree = algorithm == "hierarchical"
      for name in [
        "inertia", "silhouette", "silhouette_margin", "calinski_harabasz", "davies_bouldin", "gap",
        "gap_standard_error", "prediction_strength", "prediction_strength_standard_error",
        "stability", "stability_least",
      ]
        + (isTree
          ? ["height_from", "height_to"] : ["squared_euclidean_silhouette", "total_inertia"])
      {
        #expect(three[name]?.number != nil, "\(name)")
      }
      guard case .numbers(let stability) = try #require(three["stability_by_cluster"]) else {
        Issue.record("stability by cluster is no list")
        return
      }
      #expect(stability == [1, 1, 1])
      let written = try String(contentsOfFile: output, encoding: .utf8)
      let lines = written.split(separator: "\n").map {
        $0.split(separator: ",", omittingEmptySubsequences: false)
      }
      #expect(lines.count == 4)
      #expect(lines[0][0...2] == ["clusters", "inertia", "silhouette"])
      #expect(Double(lines[2][1]) == three["inertia"]?.number)
      #expect(lines.allSatisfy { $0.count == lines[0].count })
      #expect(
        try Self.report([
          data, "--id", "id", "--standardize", "--clusters", "2..4", "--algorithm", algorithm,
          "--sample", "50", "--threads", "1",
        ]).choice.reason == choice.reason)
    }
  }

  @Test func aRangeIsChosenFromInCluster() throws {
    try TemporaryFolder.with { folder in
      let data = try folder.write("d.csv", Self.table)
      let result = try Tool.run([
        "cluster", data, "--algorithm", "kmeans", "--clusters", "2..4", "--columns", "x",
      ])
      #expect(result.code == 0)
      #expect(result.output.hasPrefix("3 clusters: 3 groups stand apart"))
      #expect(result.output.contains("the best of 2 to 4 groups"))
    }
  }

  @Test func dataThatLeaveNoChoiceGetAPlainAnswer() throws {
    try TemporaryFolder.with { folder in
      let constant = try folder.write("c.csv", "x\n1\n1\n1\n")
      let same = try Tool.run(["choose", constant])
      #expect(same.code == 0)
      #expect(same.output == "All rows are the same, so there is a single group.\n")
      let one = try Tool.run(["choose", try folder.write("o.csv", "x\n1\n")])
      #expect(one.output == "There is a single row.\n")
      let few = try Tool.run(["choose", try folder.write("f.csv", "x\n1\n2\n4\n")])
      #expect(few.code == 0)
      #expect(
        few.output.hasPrefix("There are no clear groups: 3 rows are too few for two groups of 10."))
      #expect(few.error.hasPrefix("note: no more than 2 clusters can be tried"))
    }
  }

  struct BadInput: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let options: [String]
    let code: Int32
    let message: String
  }

  @Test(arguments: [
    BadInput(
      testDescription: "upside down", options: ["--clusters", "5..2"], code: 64,
      message: "say 2..5"),
    BadInput(
      testDescription: "one number", options: ["--clusters", "4"], code: 64,
      message: "leaves no choice"),
    BadInput(
      testDescription: "a single cluster", options: ["--clusters", "1..1"], code: 64,
      message: "must reach 2"),
    BadInput(
      testDescription: "no range", options: ["--clusters", "2..x"], code: 64, message: "2..x"),
    BadInput(
      testDescription: "none", options: ["--clusters", "0..3"], code: 64, message: "0..3"),
    BadInput(
      testDescription: "too many", options: ["--clusters", "61..70"], code: 2,
      message: "distinct rows cannot make 61 clusters"),
    BadInput(
      testDescription: "sample too small", options: ["--sample", "2"], code: 64,
      message: "--sample must be at least 10"),
    BadInput(
      testDescription: "no such column", options: ["--columns", "z"], code: 64,
      message: "no column \"z\""),
    BadInput(
      testDescription: "metric of k-means", options: ["--metric", "cosine"], code: 64,
      message: "--metric euclidean only"),
    BadInput(
      testDescription: "metric of Ward",
      options: ["--metric", "cosine", "--algorithm", "hierarchical"], code: 64,
      message: "--linkage ward goes with --metric euclidean only"),
  ])
  func badInputIsRefused(bad: BadInput) throws {
    try TemporaryFolder.with { folder in
      let data = try folder.write("d.csv", Self.table)
      let result = try Tool.run(["choose", data] + bad.options)
      #expect(result.code == bad.code)
      #expect(result.error.contains(bad.message), "\(result.error)")
      #expect(result.output == "")
    }
  }
}
