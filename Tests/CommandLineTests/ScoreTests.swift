import Foundation
import LinearAlgebra
import TestSupport
import Testing

struct ScoreTests {
  /// The numbers that `score --json` prints, undefined ones left out.
  static func report(_ arguments: [String]) throws -> [String: Double] {
    try object(arguments).compactMapValues { ($0 as? NSNumber)?.doubleValue }
  }

  static func object(_ arguments: [String]) throws -> [String: Any] {
    let result = try Tool.run(["score"] + arguments + ["--json"])
    try #require(result.code == 0, "\(result.error)")
    return try #require(
      try JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [String: Any])
  }

  static let agreement = [
    "adjusted_rand", "rand", "adjusted_mutual_information", "normalized_mutual_information",
    "homogeneity", "completeness", "v_measure", "fowlkes_mallows",
  ]
  static let matching = ["purity", "matched_accuracy"]
  static let fit = ["silhouette", "calinski_harabasz", "davies_bouldin"]

  @Test func tableSaysWhatEachIndexMeans() throws {
    try TemporaryFolder.with { folder in
      let truth = try folder.write("t.csv", "group\nred\nred\nblue\nblue\n")
      let labels = try folder.write("l.csv", "row,label\n0,0\n1,0\n2,1\n3,2\n")
      let data = try folder.write("d.csv", "x\n0\n1\n9\n10\n")
      let result = try Tool.run(["score", truth, labels, "--data", data])
      #expect(result.error == "")
      #expect(
        result.output == """
            index                             value  meaning
            adjusted_rand                  0.571429  pairs treated alike, above chance; 1 the same, 0 chance
            rand                           0.833333  share of pairs treated alike
            adjusted_mutual_information    0.571429  information shared, above chance; 1 the same, 0 chance
            normalized_mutual_information       0.8  share of information shared
            homogeneity                           1  1 where each other cluster lies in one true group
            completeness                   0.666667  1 where each true group lies in one other cluster
            v_measure                           0.8  harmonic mean of homogeneity and completeness
            fowlkes_mallows                0.707107  geometric mean of precision and recall over pairs
            purity                                1  share of rows of the commonest true group of their cluster
            matched_accuracy                   0.75  share of rows named right when each cluster is named after one group
            silhouette                     0.888545  nearness to the own cluster, -1 to 1; more is better
            calinski_harabasz                   162  variance between over within clusters; more is better
            davies_bouldin                 0.111111  spread over distance of clusters; less is better

          """)
    }
  }

  @Test func onlyWhatWasAskedForIsPrinted() throws {
    try TemporaryFolder.with { folder in
      let labels = try folder.write("l.csv", "row,label\n0,a\n1,a\n2,b\n3,b\n")
      let data = try folder.write("d.csv", "id,x,y\n9,0,1\n7,1,1\n5,9,8\n3,10,9\n")
      let always: Set = ["coterie", "version", "samples", "seconds"]
      let pair = try Self.object([labels, labels])
      #expect(Set(pair.keys) == always.union(Self.agreement).union(Self.matching))
      let single = try Self.object([labels, "--data", data, "--id", "id"])
      #expect(Set(single.keys) == always.union(Self.fit))
      let seconds = try #require(pair["seconds"] as? [String: Double])
      #expect(Set(seconds.keys) == ["read", "compute"])
    }
  }

  @Test func rowsAreMatchedByIdsWhereBothFilesHaveThem() throws {
    try TemporaryFolder.with { folder in
      let first = try folder.write("a.csv", "id,label\nm1,x\nm2,x\nm3,y\nm4,y\n")
      let shuffled = try folder.write(
        "b.csv", "member,size,label\nm3,1,0\nm1,1,1\nm4,1,0\nm2,1,1\n")
      #expect(try Self.report([first, shuffled])["adjusted_rand"] == 1)
      let others = try folder.write("c.csv", "id,label\nn1,0\nn2,0\nn3,1\nn4,1\n")
      let result = try Tool.run(["score", first, others, "--json"])
      #expect(result.code == 0)
      #expect(result.error.contains("rows are matched by their order"))
      #expect(result.error.hasPrefix("note: ") && result.error.filter { $0 == "\n" }.count == 1)
      #expect(result.output.contains("\"adjusted_rand\" : 1,"))
      let repeated = try folder.write("r.csv", "id,label\nm1,0\nm1,0\nm2,1\nm3,1\n")
      #expect(try Tool.run(["score", first, repeated]).error.contains("by their order"))
    }
  }

  @Test func undefinedIndicesAreNullAndSaidToBeUndefined() throws {
    try TemporaryFolder.with { folder in
      let labels = try folder.write("l.csv", "label\na\na\na\n")
      let data = try folder.write("d.csv", "x\n0\n1\n9\n")
      let object = try Self.object([labels, "--data", data])
      for name in Self.fit { #expect(object[name] is NSNull, "\(name)") }
      let text = try Tool.run(["score", labels, "--data", data])
      #expect(text.output.split(separator: "\n").filter { $0.contains("undefined") }.count == 3)
    }
  }

  @Test func arraysAreScoredInEitherPrecision() throws {
    try TemporaryFolder.with { folder in
      let labels = try folder.write("l.csv", "label\na\na\nb\nb\n")
      let rows: [[Float]] = [[0, 1], [0.5, 1], [8, 8], [9, 9]]
      let (single, double) = (folder.path("s.npy"), folder.path("d.npy"))
      try NumPyFile.write(.float32(Matrix(rows: rows)), to: URL(fileURLWithPath: single))
      try NumPyFile.write(
        .float64(Matrix(rows: rows).converted()), to: URL(fileURLWithPath: double))
      let expected = try Self.report([labels, "--data", double])
      let found = try Self.report([labels, "--data", single])
      for name in Self.fit { #expect(found[name] == expected[name]) }
      #expect((expected["silhouette"] ?? 0) > 0.8)
    }
  }

  static let labels = "row,label\n0,a\n1,b\n"
  static let cases: [BadInputTests.Case] = [
    bad("nothing to score against", ["l.csv": labels], ["score", "@/l.csv"], 64, ["--data"]),
    bad("missing file", ["l.csv": labels], ["score", "@/l.csv", "@/n.csv"], 2, ["n.csv"]),
    bad("no rows", ["l.csv": "label\n"], ["score", "@/l.csv", "@/l.csv"], 2, ["no rows"]),
    bad(
      "no header", ["l.csv": "0\n1\n"], ["score", "@/l.csv", "@/l.csv"], 2, ["l.csv:1", "header"]),
    bad(
      "no label", ["l.csv": "row,label\n0,a\n1, \n"], ["score", "@/l.csv", "@/l.csv"], 2,
      ["l.csv:3", "holds no label"]),
    bad(
      "ragged rows", ["l.csv": "row,label\n0,a\n1\n"], ["score", "@/l.csv", "@/l.csv"], 2,
      ["l.csv:3"]),
    bad(
      "another number of labels", ["l.csv": labels, "m.csv": "row,label\n0,a\n1,b\n2,b\n"],
      ["score", "@/l.csv", "@/m.csv"], 2, ["l.csv labels 2 rows", "m.csv labels 3"]),
    bad(
      "another number of rows", ["l.csv": labels, "d.csv": "x\n1\n2\n3\n"],
      ["score", "@/l.csv", "--data", "@/d.csv"], 2, ["d.csv has 3 rows", "l.csv labels 2"]),
    bad(
      "missing value", ["l.csv": labels, "d.csv": "x,y\n1,2\n,4\n"],
      ["score", "@/l.csv", "--data", "@/d.csv"], 2, ["d.csv:3", "\"x\" is empty"]),
    bad(
      "values too large", ["l.csv": labels, "d.csv": "x\n1e300\n1\n"],
      ["score", "@/l.csv", "--data", "@/d.csv"], 2, ["d.csv", "overflow"]),
    bad(
      "columns without data", ["l.csv": labels],
      ["score", "@/l.csv", "@/l.csv", "--columns", "x"], 64, ["--data"]),
    bad(
      "no threads", ["l.csv": labels], ["score", "@/l.csv", "@/l.csv", "--threads", "0"], 64,
      ["--threads"]),
  ]

  @Test(arguments: cases)
  func badInputEndsInOneLine(of bad: BadInputTests.Case) throws {
    try BadInputTests().badInputEndsInOneLine(of: bad)
  }

  /// Which members only one of two files has, and how many.
  @Test func labelsOfDifferentMembersAreToldApart() throws {
    try TemporaryFolder.with { folder in
      let first = try folder.write("a.csv", "member_id,label\nm1,a\nm2,b\nm3,b\n")
      let second = try folder.write("b.csv", "member_id,label\nm1,a\nm4,b\n")
      let result = try Tool.run(["score", first, second])
      #expect(result.code == 2)
      #expect(result.error.contains("2 only in \(first): m2, m3"), "\(result.error)")
      #expect(result.error.contains("1 only in \(second): m4"), "\(result.error)")
      let third = try folder.write("c.csv", "member_id,label\nm1,a\nm2,b\nm9,b\n")
      let overlapping = try Tool.run(["score", first, third])
      #expect(overlapping.code == 2)
      #expect(overlapping.error.contains("1 only in \(third): m9"), "\(overlapping.error)")
    }
  }

  /// Rows of data that are named are those of the labels, whatever their order.
  @Test func namedRowsAreMatched() throws {
    try TemporaryFolder.with { folder in
      let labels = try folder.write("l.csv", "id,label\nm1,a\nm2,a\nm3,b\nm4,b\n")
      let data = try folder.write("d.csv", "id,x\nm1,0\nm2,1\nm3,8\nm4,9\n")
      let other = try folder.write("o.csv", "id,x\nm4,9\nm1,0\nm3,8\nm2,1\n")
      let expected = try Self.report([labels, "--data", data, "--id", "id"])
      let found = try Self.report([labels, "--data", other, "--id", "id"])
      #expect(try #require(expected["silhouette"]) > 0.8)
      for name in Self.fit {
        // Sums are in another order.
        let (one, two) = (try #require(expected[name]), try #require(found[name]))
        #expect(abs(one - two) <= 1e-12 * abs(one), "\(name)")
      }
      let strange = try folder.write("s.csv", "id,x\nm4,9\nm1,0\nm3,8\nm5,1\n")
      let result = try Tool.run(["score", labels, "--data", strange, "--id", "id"])
      #expect(result.code == 2)
      #expect(result.error.contains("1 only in \(strange): m5"), "\(result.error)")
    }
  }

  @Test(.enabled(if: ReferenceData.isPresent, "\(ReferenceData.absence)"))
  func indicesOfIrisAreThoseOfTheReference() throws {
    let file = ReferenceData.file("reference/scores.json")
    let object = try #require(
      try JSONSerialization.jsonObject(with: Data(contentsOf: file)) as? [String: Any])
    func entries(_ key: String) throws -> [[String: Any]] {
      try #require(object[key] as? [[String: Any]]).filter { $0["set"] as? String == "iris" }
    }
    let table = try NumericTable(ReferenceData.file("reference/labelings/iris.csv"))
    try TemporaryFolder.with { folder in
      for name in table.columns {
        let labels = try table.labels(name).map(String.init)
        try folder.write("\(name).csv", (["label"] + labels).joined(separator: "\n") + "\n")
      }
      func compare(_ found: [String: Double], _ expected: [String: Any], _ names: [String]) throws {
        for name in names {
          let value = try #require(expected[name] as? Double)
          let error = abs((found[name] ?? .nan) - value)
          #expect(error <= 1e-12 * max(1, abs(value)), "\(name): \(error)")
        }
      }
      let data = ReferenceData.file("clusters/iris.csv").path
      for entry in try entries("internal") {
        let name = try #require(entry["labeling"] as? String)
        let found = try Self.report([folder.path("\(name).csv"), "--data", data])
        try compare(found, entry, Self.fit)
      }
      for entry in try entries("pairs") {
        let (truth, labels) = (entry["true"] as? String, entry["pred"] as? String)
        let found = try Self.report([
          folder.path("\(try #require(truth)).csv"), folder.path("\(try #require(labels)).csv"),
        ])
        // The reference has no names for clusters.
        let named = ["purity", "matched_accuracy"]
        try compare(found, entry, Self.agreement.filter { !named.contains($0) })
      }
    }
  }
}
