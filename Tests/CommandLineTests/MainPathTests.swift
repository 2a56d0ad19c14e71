import Foundation
import TestSupport
import Testing

/// History in, model, labels and comparison out, as a user does it.
struct MainPathTests {
  static func train(
    _ folder: TemporaryFolder, _ name: String, algorithm: [String], threads: Int = 2
  ) throws -> Tool.Result {
    try Tool.run(
      ["train"] + SampleCommunity.input + algorithm
        + ["--threads", String(threads), "--output", folder.path("\(name).safetensors")])
  }

  @Test(arguments: [
    ["--algorithm", "kmeans", "--clusters", "6"],
    ["--algorithm", "kmeans", "--clusters", "3", "--reduce", "pca:3", "--scale", "quantile"],
    ["--algorithm", "hierarchical", "--clusters", "5"],
    ["--algorithm", "hierarchical", "--linkage", "average", "--cut-height", "4.5"],
  ])
  func sameSeedGivesTheSameBytesOnAnyNumberOfThreads(algorithm: [String]) throws {
    try TemporaryFolder.with { folder in
      for (run, threads) in [("a", 1), ("b", 2), ("c", 2)] {
        let sub = TemporaryFolder(url: folder.url.appendingPathComponent(run))
        try FileManager.default.createDirectory(at: sub.url, withIntermediateDirectories: true)
        let trained = try Self.train(sub, "sample", algorithm: algorithm, threads: threads)
        try #require(trained.code == 0, "\(trained.error)")
        let labelled = try Tool.run(
          ["label"] + SampleCommunity.input + [
            "--model", sub.path("sample.safetensors"), "--threads", String(threads),
            "--output", sub.path("labels.csv"),
          ])
        try #require(labelled.code == 0, "\(labelled.error)")
        let compared = try Tool.run(
          ["compare"] + SampleCommunity.input + [
            "--model", sub.path("sample.safetensors"), "--threads", String(threads), "--json",
          ])
        try #require(compared.code == 0, "\(compared.error)")
        try sub.write("comparison.json", compared.output)
      }
      for name in ["sample.safetensors", "labels.csv", "comparison.json"] {
        let first = try folder.read("a/\(name)")
        #expect(!first.isEmpty)
        #expect(try folder.read("b/\(name)") == first, "\(name) with 2 threads")
        #expect(try folder.read("c/\(name)") == first, "\(name) again")
      }
    }
  }

  @Test func labelsHaveEveryMemberOnceForEachModelAndAreSorted() throws {
    try TemporaryFolder.with { folder in
      let result = try Tool.run(
        ["label"] + SampleCommunity.input + [
          "--model", SampleCommunity.model, "--output", folder.path("labels.csv"),
        ])
      try #require(result.code == 0, "\(result.error)")
      let lines = String(decoding: try folder.read("labels.csv"), as: UTF8.self)
        .split(separator: "\n").map(String.init)
      #expect(lines[0] == "member_id,kind,source,segment,confidence,distance,novel")
      let rows = lines.dropFirst().map {
        $0.split(separator: ",", omittingEmptySubsequences: false)
      }
      #expect(rows.allSatisfy { $0.count == 7 })
      let learned = rows.filter { $0[1] == "learned" }
      #expect(learned.count == 2000)
      #expect(Set(learned.map { $0[0] }).count == 2000)
      #expect(learned.allSatisfy { $0[2] == "sample" && (Double($0[4]) ?? -1) >= 0.5 })
      #expect(
        rows.filter { $0[1] != "learned" }.allSatisfy { $0[2...].filter { $0 != "" }.count == 1 })
      #expect(rows.contains { $0[1] == "list" && $0[3] == "ambassadors" && $0[0] == "m0161" })
      let keys = rows.map { $0[..<4].joined(separator: "\u{1}") }
      #expect(keys == keys.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) })
    }
  }

  @Test func trainingLabelsAreThoseOfTheModel() throws {
    try TemporaryFolder.with { folder in
      let trained = try Self.train(
        folder, "m",
        algorithm: ["--algorithm", "kmeans", "--clusters", "6", "--labels", folder.path("t.csv")])
      try #require(trained.code == 0, "\(trained.error)")
      let labelled = try Tool.run(
        [
          "label", SampleCommunity.events, "--members", SampleCommunity.members, "--as-of",
          "2025-07-01", "--model", folder.path("m.safetensors"), "--output", folder.path("l.csv"),
        ])
      try #require(labelled.code == 0, "\(labelled.error)")
      func column(_ name: String, _ index: Int) throws -> [String: String] {
        let lines = String(decoding: try folder.read(name), as: UTF8.self).split(separator: "\n")
        return Dictionary(
          uniqueKeysWithValues: lines.dropFirst().map { line in
            let cells = line.split(separator: ",", omittingEmptySubsequences: false)
            return (String(cells[0]), String(cells[index]))
          })
      }
      #expect(try column("t.csv", 1).mapValues { "c" + $0 } == column("l.csv", 3))
    }
  }

  @Test func explanationNamesEveryWrittenSegmentAndTheLearnedOne() throws {
    let result = try Tool.run(
      ["explain", "m0161", "--verbose"] + SampleCommunity.input
        + ["--model", SampleCommunity.model])
    #expect(result.code == 0)
    #expect(result.output.contains("is in learned "))
    #expect(result.output.contains("is in list ambassadors"))
    #expect(result.output.contains("is not in rule churned"))
    #expect(result.output.contains("recency_days"))
  }

  /// The Python that `scripts/test` sets up.
  static let python = SampleCommunity.file(".venv/bin/python")

  /// True where that Python has the package that opens models.
  static let pythonHasSafetensors =
    FileManager.default.isExecutableFile(atPath: python)
    && (try? Tool.run(python, ["-c", "import safetensors, numpy"]).code) == 0

  @Test(
    .enabled(
      if: pythonHasSafetensors, "no Python with safetensors in .venv, which scripts/test makes"))
  func modelOpensInPythonsSafetensors() throws {
    let script = """
      import json, sys
      from safetensors import safe_open
      with safe_open(sys.argv[1], "np") as f:
          document = json.loads(f.metadata()["coterie"])
          centroids = f.get_tensor("centroids")
          print(document["algorithm"]["name"], centroids.dtype, *centroids.shape,
                f.get_tensor("segment.sizes").sum())
      """
    let result = try Tool.run(Self.python, ["-c", script, SampleCommunity.model])
    #expect(result.output == "kmeans float64 6 8 2000\n", "\(result.error)")
  }

  @Test func standardInputIsAnEventLog() throws {
    let events = [UInt8](try Data(contentsOf: URL(fileURLWithPath: SampleCommunity.events)))
    try TemporaryFolder.with { folder in
      for (input, name) in [("-", "a.csv"), (SampleCommunity.events, "b.csv")] {
        let result = try Tool.run(
          ["features", input, "--as-of", "last", "--output", folder.path(name)],
          input: input == "-" ? events : [])
        #expect(result.code == 0, "\(result.error)")
      }
      #expect(try folder.read("a.csv") == folder.read("b.csv"))
    }
  }
}

/// Retraining keeps the segments that people know.
struct SuccessionTests {
  @Test func segmentsKeepIDsAndNamesThroughRetraining() throws {
    try TemporaryFolder.with { folder in
      func train(_ name: String, asOf: String, clusters: String, _ more: [String]) throws
        -> [String: Any]
      {
        let result = try Tool.run(
          [
            "train", SampleCommunity.events, "--members", SampleCommunity.members, "--as-of", asOf,
            "--algorithm", "kmeans", "--clusters", clusters, "--json", "--output",
            folder.path("\(name).safetensors"),
          ] + more)
        try #require(result.code == 0, "\(result.error)")
        return try #require(
          JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [String: Any])
      }
      _ = try train("march", asOf: "2025-06-01", clusters: "5", [])
      let later = try train(
        "june", asOf: "2025-07-01", clusters: "6",
        ["--previous", folder.path("march.safetensors")])
      let succession = try #require(later["succession"] as? [String: Any])
      #expect(
        (succession["kept"] as? [String])?.sorted() == ["c0", "c1", "c2", "c3", "c4"])
      #expect(succession["new"] as? [String] == ["c5"])
      #expect(succession["vanished"] as? [String] == [])
      #expect(succession["promoted"] as? Bool == true)
      let migration = try #require(succession["migration"] as? [String: Any])
      let moved = try #require(migration["members"] as? [[Int]])
      #expect(moved.count == 5 && moved.allSatisfy { $0.count == 6 })
      #expect(moved.joined().reduce(0, +) == succession["members"] as? Int)
      let joined = try #require(migration["joined_since"] as? [Int])
      #expect(joined.reduce(0, +) > 100)
      let segments = try #require(later["segments"] as? [[String: Any]])
      #expect(Set(segments.compactMap { $0["segment"] as? String }).count == 6)
      // The same history and number of clusters: every member stays in a segment of the same id.
      let again = try train(
        "again", asOf: "2025-07-01", clusters: "6",
        ["--seed", "9", "--previous", folder.path("june.safetensors")])
      #expect((again["succession"] as? [String: Any])?["new"] as? [String] == [])
      let training = try #require(again["training"] as? [String: Any])
      let parent = try #require((later["model"] as? [String: Any])?["id"] as? String)
      #expect(training["parent"] as? String == parent)
    }
  }

  @Test func clustersAreAsManyAsBeforeWhereNothingIsSaid() throws {
    try TemporaryFolder.with { folder in
      for algorithm in ["kmeans", "hierarchical"] {
        let common =
          ["train"] + SampleCommunity.input + ["--algorithm", algorithm, "--resamples", "0"]
        let first = try Tool.run(
          common + ["--clusters", "4", "--output", folder.path("a.safetensors")])
        try #require(first.code == 0, "\(first.error)")
        let second = try Tool.run(
          common + [
            "--previous", folder.path("a.safetensors"), "--output", folder.path("b.safetensors"),
          ])
        #expect(second.code == 0, "\(second.error)")
        #expect(
          second.output.contains("Segments kept from a: c0, c1, c2, c3; new: none; gone: none"))
        #expect(second.output.contains("adjusted Rand index 1.00") || algorithm != "kmeans")
        let without = try Tool.run(common + ["--output", folder.path("b.safetensors")])
        #expect(without.code == 64)
        #expect(without.error.contains("--clusters"))
      }
    }
  }

  @Test func modelsThatDifferTooMuchAreNotWritten() throws {
    try TemporaryFolder.with { folder in
      let arguments =
        ["train"] + SampleCommunity.input + [
          "--algorithm", "kmeans", "--clusters", "3", "--previous", SampleCommunity.model,
        ]
      let refused = try Tool.run(arguments + ["--output", folder.path("m.safetensors")])
      #expect(refused.code == 1)
      #expect(refused.error.contains("note: agreement with sample is 0."))
      #expect(refused.error.contains("the model is not written"))
      #expect(refused.output.contains("Members by sample's segment"))
      #expect(try folder.names == [])
      let json = try Tool.run(arguments + ["--json", "--output", folder.path("m.safetensors")])
      #expect(json.code == 1)
      let object = try #require(
        JSONSerialization.jsonObject(with: Data(json.output.utf8)) as? [String: Any])
      let succession = try #require(object["succession"] as? [String: Any])
      #expect(succession["promoted"] as? Bool == false)
      #expect((succession["objections"] as? [String])?.isEmpty == false)
      let promoted = try Tool.run(
        arguments + [
          "--least-agreement", "0", "--least-stability", "0", "--output",
          folder.path("m.safetensors"),
        ])
      #expect(promoted.code == 0, "\(promoted.error)")
      #expect(try folder.names == ["m.safetensors"])
    }
  }
}
