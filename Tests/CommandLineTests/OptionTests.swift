import Foundation
import TestSupport
import Testing

/// Options that are given twice, that no verb has, or that do not go together.
struct OptionTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let line: String
    let says: [String]

    var testDescription: String { line }
  }

  static let refused = [
    Case(
      line: "features e.csv --as-of last --as-of now --output o",
      says: ["--as-of is given more than once"]),
    Case(
      line: "features e.csv --as-of last --output=o --output p",
      says: ["--output is given more than once"]),
    Case(
      line: "rules print --config c.yaml -o a -o b", says: ["-o is given more than once"]),
    Case(
      line: "train e.csv --as-of last --algorithm kmeans --clusters 2 --clusters 3 --output o",
      says: ["--clusters is given more than once", "train takes one"]),
    Case(
      line: "cluster d.csv --algorithm kmeans --clustrs 4",
      says: ["unknown option --clustrs", "did you mean \"--clusters\"?", "cluster --help"]),
    Case(
      line: "features --ouput=o", says: ["unknown option --ouput", "did you mean \"--output\"?"]),
    Case(
      line: "rules check --confg c.yaml", says: ["--confg", "\"--config\"", "rules check --help"]),
    Case(
      line: "cluster d.csv --algorithm kmeans --clusters 2 --linkage ward",
      says: ["--linkage goes with --algorithm hierarchical"]),
    Case(
      line: "cluster d.csv --algorithm hierarchical --clusters 2 --init random",
      says: ["--init goes with --algorithm kmeans"]),
    Case(
      line: "cluster d.csv --algorithm hierarchical --clusters 2 --restarts 10",
      says: ["--restarts goes with --algorithm kmeans"]),
    Case(
      line: "cluster d.csv --algorithm hierarchical --clusters 2 --max-iterations 300",
      says: ["--max-iterations goes with --algorithm kmeans"]),
    Case(
      line: "cluster d.csv --algorithm hierarchical --clusters 2 --tolerance 0",
      says: ["--tolerance goes with --algorithm kmeans"]),
    Case(
      line: "cluster d.csv --algorithm hierarchical --clusters 2 --strict",
      says: ["--strict goes with --algorithm kmeans"]),
    Case(
      line: "cluster d.csv --algorithm kmeans --clusters 2 --init c.csv --restarts 3",
      says: ["--restarts does not go with --init FILE"]),
    Case(
      line: "train e.csv --as-of last --algorithm kmeans --clusters 2 --output o.safetensors "
        + "--linkage single", says: ["--linkage goes with --algorithm hierarchical"]),
    Case(
      line: "train e.csv --as-of last --algorithm kmeans --clusters 2 --output o.safetensors "
        + "--least-agreement 0.9", says: ["go with --previous"]),
    Case(
      line: "train e.csv --as-of last --algorithm kmeans --clusters 2 --output o.safetensors "
        + "--force", says: ["--force goes with --clusters auto"]),
    Case(
      line: "choose d.csv --linkage ward", says: ["--linkage goes with --algorithm hierarchical"]),
  ]

  @Test(arguments: refused)
  func optionsThatCannotBeMeantAreRefused(_ test: Case) throws {
    try TemporaryFolder.with { folder in
      let result = try Tool.run(
        test.line.split(separator: " ").map(String.init), in: folder.url)
      #expect(result.code == 64, "\(result.error)")
      for text in test.says { #expect(result.error.contains(text), "\(result.error)") }
      #expect(try folder.names.isEmpty)
    }
  }

  @Test func listsOfNamesAddUp() throws {
    try TemporaryFolder.with { folder in
      try folder.write("e.csv", "member_id,timestamp,event\na,2024-01-01,x\nb,2024-01-02,x\n")
      let features = try Tool.run(
        [
          "features", "e.csv", "--as-of", "last", "--output", "-", "--features", "events",
          "--features", "tenure_days,active_days",
        ], in: folder.url)
      #expect(features.output.hasPrefix("member_id,events,tenure_days,active_days\n"))
      try folder.write("d.csv", "x,y,z\n1,2,3\n4,5,6\n7,8,0\n")
      let clusters = try Tool.run(
        [
          "cluster", "d.csv", "--algorithm", "kmeans", "--clusters", "2", "--columns", "x",
          "--columns", "z", "--centroids", "-",
        ], in: folder.url)
      #expect(clusters.output.hasPrefix("x,z\n"), "\(clusters.error)")
    }
  }

  @Test func valuesThatLookLikeOptionsAreNotTakenForThem() throws {
    try TemporaryFolder.with { folder in
      try folder.write("e.csv", "member_id,timestamp,event\na,2024-01-01,x\nb,2024-01-02,x\n")
      // An option's value may be what follows =, and the standard output is no option.
      let result = try Tool.run(
        [
          "features", "e.csv", "--as-of=last", "--output", "-", "--features=events", "--json",
          "--", "--as-of",
        ], in: folder.url)
      #expect(!result.error.contains("given more than once"), "\(result.error)")
      #expect(result.code == 64 && result.error.contains("--json and --output -"))
    }
  }
}
