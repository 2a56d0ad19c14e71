import Foundation
import LinearAlgebra
import TestSupport
import Testing

struct ClusterTests {
  /// Two groups of three in the plane, and what tells them nothing.
  static let table = """
    id,x,name,y,same
    a,0,Ann,0,7
    b,10,Bob,9,7
    c,0,Cid,1,7
    d,10,Dan,10,7
    e,1,Eve,0,7
    f,11,Fay,10,7
    g,1,Gus,1,7

    """

  struct Report: Decodable {
    struct Seconds: Decodable {
      let read, seed, fit, total: Double
    }
    struct Choice: Decodable {
      struct Candidate: Decodable {
        let clusters: Int
        let silhouette: Double
      }
      let clusters: Int
      let clear: Bool
      let reason: String
      let candidates: [Candidate]
    }
    let samples, features, clusters, iterations, threads, peak_memory_bytes: Int
    let sizes: [Int]
    let columns: [String]
    let inertia: Double
    let converged: Bool
    let seconds: Seconds
    let kernel, precision: String
    let mapped: Bool
    let choice: Choice?
  }

  static func report(_ arguments: [String]) throws -> Report {
    let result = try Tool.run(["cluster"] + arguments + ["--json"])
    try #require(result.code == 0, "\(result.error)")
    return try JSONDecoder().decode(Report.self, from: Data(result.output.utf8))
  }

  static func text(_ folder: TemporaryFolder, _ name: String) throws -> String {
    String(decoding: try folder.read(name), as: UTF8.self)
  }

  static let kMeans = ["--algorithm", "kmeans", "--clusters"]
  static let tree = ["--algorithm", "hierarchical", "--clusters"]

  @Test func tableAndFilesOfSmallDataAreAsWritten() throws {
    try TemporaryFolder.with { folder in
      let data = try folder.write("d.csv", Self.table)
      let result = try Tool.run(
        ["cluster", data, "--columns", "x,y", "--id", "id"] + Self.kMeans + [
          "2", "--labels", folder.path("l.csv"), "--centroids", folder.path("c.csv"),
        ])
      #expect(result.error == "")
      #expect(
        result.output == """
            cluster  size   share      x      y
            0           4  57.1 %    0.5    0.5
            1           3  42.9 %  10.33  9.667

          inertia 3.33333, 1 iteration, converged

          """)
      #expect(try Self.text(folder, "l.csv") == "id,label\na,0\nb,1\nc,0\nd,1\ne,0\nf,1\ng,0\n")
      let centroids = try Self.text(folder, "c.csv").split(separator: "\n")
      #expect(centroids.prefix(2) == ["x,y", "0.5,0.5"])
      #expect(centroids.count == 3)
      #expect(try folder.names == ["c.csv", "d.csv", "l.csv"])
    }
  }

  @Test func treesAreWrittenInBothForms() throws {
    try TemporaryFolder.with { folder in
      let data = try folder.write("d.csv", Self.table)
      for name in ["z.csv", "z.npy"] {
        let result = try Tool.run(
          ["cluster", data] + Self.tree + [
            "2", "--linkage", "single", "--linkage-output", folder.path(name), "--labels",
            folder.path("l.csv"),
          ])
        #expect(
          result.output == """
              cluster  size   share      x      y  same
              0           4  57.1 %    0.5    0.5     7
              1           3  42.9 %  10.33  9.667     7

            inertia 3.33333

            """)
      }
      #expect(try Self.text(folder, "l.csv").hasPrefix("row,label\n0,0\n1,1\n2,0\n"))
      let lines = try Self.text(folder, "z.csv").split(separator: "\n")
      #expect(lines[0] == "a,b,height,size")
      #expect(lines.count == 7)
      let numbers = lines.dropFirst().map { $0.split(separator: ",").compactMap { Double($0) } }
      let array = try NumPyFile.read(URL(fileURLWithPath: folder.path("z.npy")))
      #expect(array == .float64(Matrix(rows: numbers)))
      #expect(numbers.allSatisfy { $0[0] < $0[1] })
    }
  }

  @Test func jsonCarriesTheFacts() throws {
    try TemporaryFolder.with { folder in
      let data = try folder.write("d.csv", Self.table)
      let report = try Self.report([data, "--threads", "2"] + Self.kMeans + ["2"])
      #expect(report.samples == 7)
      #expect(report.features == 3)
      #expect(report.columns == ["x", "y", "same"])
      #expect(report.clusters == 2)
      #expect(report.sizes == [4, 3])
      #expect(abs(report.inertia - 10.0 / 3) < 1e-12)
      #expect(report.converged)
      #expect(report.threads == 2)
      #expect(report.choice == nil)
      #expect(report.precision == "float64")
      #expect(["baseline", "avx2", "avx512"].contains(report.kernel))
      #expect(report.peak_memory_bytes > 1 << 20)
      #expect(report.seconds.seed > 0 && report.seconds.seed <= report.seconds.fit)
      #expect(report.seconds.read + report.seconds.fit <= report.seconds.total)
      let tree = try Self.report([data] + Self.tree + ["2"])
      #expect(tree.sizes == [4, 3])
      #expect(tree.seconds.seed == 0)
    }
  }

  @Test func arraysKeepTheirPrecisionUnlessToldOtherwise() throws {
    try TemporaryFolder.with { folder in
      let rows: [[Float]] = (0..<40).map { [Float($0 % 4) * 5 + Float($0) / 64, Float($0 % 2)] }
      let single = Matrix(rows: rows)
      let file = URL(fileURLWithPath: folder.path("a.npy"))
      try NumPyFile.write(.float32(single), to: file)
      let kept = try Self.report([file.path] + Self.kMeans + ["4"])
      let widened = try Self.report(
        [file.path, "--precision", "float64"] + Self.kMeans + ["4"])
      #expect(kept.precision == "float32")
      #expect(widened.precision == "float64")
      #expect(kept.columns == ["x1", "x2"])
      #expect(kept.sizes == widened.sizes)
      #expect(kept.inertia == widened.inertia)
    }
  }

  @Test(arguments: [
    kMeans + ["4"], kMeans + ["auto"], kMeans + ["4", "--standardize"],
    kMeans + ["4", "--precision", "float64"], tree + ["4"],
  ])
  func mappedArraysGiveTheSame(arguments: [String]) throws {
    try TemporaryFolder.with { folder in
      let rows: [[Float]] = (0..<200).map { [Float($0 % 4) * 5 + Float($0) / 64, Float($0 % 2)] }
      let file = URL(fileURLWithPath: folder.path("a.npy"))
      try NumPyFile.write(.float32(Matrix(rows: rows)), to: file)
      var texts: [[String]] = []
      for (name, flags) in [("read", []), ("kept", ["--no-map"]), ("mapped", ["--map"])] {
        let outputs = [folder.path("\(name).csv"), folder.path("\(name)-c.csv")]
        let report = try Self.report(
          [file.path, "--labels", outputs[0], "--centroids", outputs[1]] + flags + arguments)
        let isCopied = arguments.contains { $0.hasPrefix("--standardize") || $0 == "float64" }
        #expect(report.mapped == (name == "mapped" && !isCopied))
        texts.append(
          try ["\(name).csv", "\(name)-c.csv"].map { try Self.text(folder, $0) }
            + ["\(report.inertia) \(report.iterations)"])
      }
      #expect(texts[0] == texts[1])
      #expect(texts[0] == texts[2])
      #expect(texts[0][0].hasPrefix("row,label\n0,"))
    }
  }

  @Test(arguments: [
    kMeans + ["2", "--standardize"], kMeans + ["2", "--precision", "float64"], tree + ["2"],
  ])
  func copiesLargerThanTheMemoryAreRefusedBeforehand(arguments: [String]) throws {
    try TemporaryFolder.with { folder in
      // Nothing but a header and a hole.
      let rowCount = Int(ProcessInfo.processInfo.physicalMemory / 16) + 1
      let length = 118
      let header = "{'descr': '<f4', 'fortran_order': False, 'shape': (\(rowCount), 4), }"
        .padding(toLength: length, withPad: " ", startingAt: 0)
      let start: [UInt8] = [0x93, 0x4E, 0x55, 0x4D, 0x50, 0x59, 1, 0, UInt8(length), 0]
      try folder.write("a.npy", start + Array(header.utf8))
      let size = start.count + length + 16 * rowCount
      try #require(truncate(folder.path("a.npy"), size) == 0)
      let result = try Tool.run(["cluster", folder.path("a.npy"), "--map"] + arguments)
      #expect(result.code == 2)
      #expect(result.error.contains("needs a copy of"))
      #expect(result.error.split(separator: "\n").count == 1)
    }
  }

  @Test func labelsOfManyRowsAreInOrder() throws {
    try TemporaryFolder.with { folder in
      let values = (0..<10_001).map { Float($0 % 2) }
      let file = URL(fileURLWithPath: folder.path("a.npy"))
      try NumPyFile.write(
        .float32(Matrix(rowCount: values.count, columnCount: 1, elements: values)), to: file)
      _ = try Self.report([file.path, "--labels", folder.path("l.csv")] + Self.kMeans + ["2"])
      let expected = (0..<10_001).map { "\($0),\($0 % 2)\n" }.joined()
      #expect(try Self.text(folder, "l.csv") == "row,label\n" + expected)
    }
  }

  @Test func constantColumnsAreLeftOutOfStandardisedDataWithANote() throws {
    try TemporaryFolder.with { folder in
      let data = try folder.write("d.csv", Self.table)
      let arguments = ["cluster", data, "--standardize"] + Self.kMeans + ["2"]
      let result = try Tool.run(arguments + ["--centroids", folder.path("c.csv")])
      #expect(result.code == 0)
      #expect(result.error == "note: column \"same\" is left out: it is the same in all rows\n")
      let numbers = try Self.text(folder, "c.csv").split(separator: "\n")
      #expect(numbers[0] == "x,y")
      let first = numbers[1].split(separator: ",").compactMap { Double($0) }
      #expect(first.count == 2 && first.allSatisfy { abs($0 - 0.5) < 1e-12 })
      // What was written starts the same clustering again, at its end.
      let again = try Self.report(
        [data, "--columns", "x,y", "--standardize", "--init", folder.path("c.csv")] + Self.kMeans
          + ["2"])
      #expect(again.sizes == [4, 3])
      #expect(again.iterations <= 2)
    }
  }

  @Test func automaticCountSaysWhyAndWhetherGroupsAreClear() throws {
    try TemporaryFolder.with { folder in
      let rows = (0..<60).map { "\(Double($0 % 3) * 20 + Double($0 * 7 % 13) / 13),\($0 % 5)" }
      let data = try folder.write("d.csv", (["x,y"] + rows).joined(separator: "\n") + "\n")
      for algorithm in [Self.kMeans, Self.tree] {
        let report = try Self.report([data] + algorithm + ["auto"])
        let choice = try #require(report.choice)
        #expect(choice.clusters == 3)
        #expect(choice.clear)
        #expect(choice.reason.hasPrefix("3 groups stand apart"))
        #expect(choice.candidates.map(\.clusters) == Array(2...20))
        #expect(report.clusters == 3)
        #expect(report.sizes == [20, 20, 20])
      }
      let result = try Tool.run(["cluster", data] + Self.kMeans + ["auto"])
      #expect(result.output.hasPrefix("3 clusters: 3 groups stand apart"))
    }
  }

  @Test func resultsAreTheSameBytesAgainAndForAnyNumberOfThreads() throws {
    try TemporaryFolder.with { folder in
      let rows = (0..<3000).map { "\($0 * 7919 % 1009),\($0 * 104729 % 997),\($0 % 17)" }
      let data = try folder.write("d.csv", (["x,y,z"] + rows).joined(separator: "\n") + "\n")
      for (run, threads) in ["1", "2", "2"].enumerated() {
        for (name, algorithm) in [
          ("k", Self.kMeans + ["5", "--restarts", "2"]),
          ("t", Self.tree + ["5", "--linkage-output", folder.path("z\(run).csv")]),
        ] {
          let result = try Tool.run(
            ["cluster", data, "--threads", threads] + algorithm + [
              "--labels", folder.path("\(name)l\(run).csv"), "--centroids",
              folder.path("\(name)c\(run).csv"),
            ])
          #expect(result.code == 0, "\(result.error)")
        }
      }
      for name in ["kl", "kc", "tl", "tc", "z"] {
        let first = try folder.read("\(name)0.csv")
        #expect(first.count > 20)
        #expect(try folder.read("\(name)1.csv") == first, "\(name) with 2 threads")
        #expect(try folder.read("\(name)2.csv") == first, "\(name) again")
      }
    }
  }

  @Test func notConvergingIsANoteAndUnderStrictExitCode3WithoutAFile() throws {
    try TemporaryFolder.with { folder in
      let rows = (0..<500).map { "\($0 * 7919 % 1009),\($0 * 104729 % 997)" }
      let data = try folder.write("d.csv", (["x,y"] + rows).joined(separator: "\n") + "\n")
      let arguments =
        ["cluster", data, "--init", "random", "--max-iterations", "1"] + Self.kMeans + ["7"]
      let lenient = try Tool.run(arguments)
      #expect(lenient.code == 0)
      #expect(
        lenient.error == "note: k-means has not converged in 1 passes: raise --max-iterations\n")
      #expect(lenient.output.contains("1 iteration, not converged"))
      let strict = try Tool.run(
        arguments + ["--strict", "--labels", folder.path("l.csv")])
      #expect(strict.code == 3)
      #expect(strict.output == "")
      #expect(strict.error.hasPrefix("error: k-means has not converged in 1 passes, and --strict"))
      #expect(try folder.names == ["d.csv"])
    }
  }

  @Test func standardInputIsATable() throws {
    let result = try Tool.run(
      ["cluster", "-", "--columns", "x", "--labels", "-"] + Self.kMeans + ["2"],
      input: Array(Self.table.utf8))
    #expect(result.code == 0, "\(result.error)")
    #expect(result.output.hasPrefix("row,label\n0,0\n1,1\n"))
  }

  static let cases: [BadInputTests.Case] = [
    bad("missing file", [:], ["cluster", "@/n.csv"] + kMeans + ["2"], 2, ["n.csv"]),
    bad("empty file", ["d.csv": ""], ["cluster", "@/d.csv"] + kMeans + ["2"], 2, ["is empty"]),
    bad(
      "header only", ["d.csv": "x,y\n"], ["cluster", "@/d.csv"] + kMeans + ["2"], 2, ["no rows"]),
    bad(
      "no numbers", ["d.csv": "x\na\nb\n"], ["cluster", "@/d.csv"] + kMeans + ["2"], 2,
      ["no column holds numbers only"]),
    bad(
      "NaN", ["d.csv": "x,y\n1,2\n3,NaN\n"], ["cluster", "@/d.csv"] + kMeans + ["2"], 2,
      ["d.csv:3", "\"y\"", "NaN"]),
    bad(
      "text in a column asked for", ["d.csv": "x,y\n1,2\n3,four\n"],
      ["cluster", "@/d.csv", "--columns", "y"] + kMeans + ["2"], 2, ["d.csv:3", "four"]),
    bad(
      "unknown column", ["d.csv": "total,y\n1,2\n"],
      ["cluster", "@/d.csv", "--columns", "totl"] + kMeans + ["1"], 64,
      ["did you mean \"total\""]),
    bad(
      "fewer rows than clusters", ["d.csv": "x\n1\n2\n"],
      ["cluster", "@/d.csv", "--labels", "@/l.csv"] + kMeans + ["3"], 2,
      ["d.csv", "2 rows cannot make 3 clusters"]),
    bad(
      "fewer distinct rows than clusters", ["d.csv": "x\n1\n2\n1\n2\n"],
      ["cluster", "@/d.csv"] + kMeans + ["3"], 2, ["2 distinct rows"]),
    bad(
      "fewer leaves than clusters", ["d.csv": "x\n1\n2\n"],
      ["cluster", "@/d.csv", "--linkage-output", "@/z.npy"] + tree + ["3"], 2, ["2 leaves"]),
    bad(
      "all columns constant", ["d.csv": "x,y\n1,2\n1,2\n"],
      ["cluster", "@/d.csv", "--standardize", "--columns", "x,y"] + kMeans + ["1"], 2,
      ["every column is the same"]),
    bad(
      "values too large", ["d.csv": "x\n1e300\n-1e300\n"],
      ["cluster", "@/d.csv"] + kMeans + ["1"], 2, ["overflow", "row 0"]),
    bad(
      "values too large to standardise", ["d.csv": "x\n1\n-1e300\n"],
      ["cluster", "@/d.csv", "--standardize"] + kMeans + ["1"], 2, ["overflow", "row 1"]),
    bad(
      "start of another shape", ["d.csv": "x\n1\n2\n3\n", "i.csv": "x,y\n1,2\n3,4\n"],
      ["cluster", "@/d.csv", "--init", "@/i.csv"] + kMeans + ["2"], 2,
      ["2 × 2 were given where 2 × 1"]),
    bad(
      "start of another shape, standardised",
      ["d.csv": "x\n1\n2\n3\n", "i.csv": "x,y\n1,2\n3,4\n"],
      ["cluster", "@/d.csv", "--standardize", "--init", "@/i.csv"] + kMeans + ["2"], 2,
      ["2 × 2 were given where 2 × 1"]),
    bad(
      "start that is not there", ["d.csv": "x\n1\n2\n3\n"],
      ["cluster", "@/d.csv", "--init", "k-meens"] + kMeans + ["2"], 64, ["--init k-meens"]),
    bad(
      "start for no known count", ["d.csv": "x\n1\n2\n3\n"],
      ["cluster", "@/d.csv", "--init", "@/d.csv"] + kMeans + ["auto"], 64, ["--init FILE"]),
    bad(
      "metric for k-means", ["d.csv": "x\n1\n2\n"],
      ["cluster", "@/d.csv", "--metric", "cosine"] + kMeans + ["2"], 64, ["--metric euclidean"]),
    bad(
      "unfit metric", ["d.csv": "x\n1\n2\n"],
      ["cluster", "@/d.csv", "--metric", "cosine"] + tree + ["2"], 64, ["--linkage ward"]),
    bad(
      "row without a cosine", ["d.csv": "x,y\n1,2\n0,0\n"],
      ["cluster", "@/d.csv", "--metric", "cosine", "--linkage", "single"] + tree + ["2"], 2,
      ["row 1", "cosine"]),
    bad(
      "no count", ["d.csv": "x\n1\n2\n"], ["cluster", "@/d.csv", "--algorithm", "kmeans"], 64,
      ["--clusters"]),
    bad(
      "no threads", ["d.csv": "x\n1\n2\n"],
      ["cluster", "@/d.csv", "--threads", "0"] + kMeans + ["2"],
      64, ["--threads"]),
    bad(
      "columns of an array", ["d.npy": "x"],
      ["cluster", "@/d.npy", "--columns", "x"] + kMeans + ["2"], 64, ["no column names"]),
    bad(
      "no array", ["d.npy": "x"], ["cluster", "@/d.npy"] + kMeans + ["2"], 2,
      ["d.npy", "numpy.save"]),
    bad(
      "no array to map", ["d.npy": "x"], ["cluster", "@/d.npy", "--map"] + kMeans + ["2"], 2,
      ["d.npy", "numpy.save"]),
    bad(
      "map of no array", ["d.csv": "x\n1\n2\n"],
      ["cluster", "@/d.csv", "--map"] + kMeans + ["2"], 64, ["--map", ".npy"]),
    bad(
      "folder that is not there", ["d.csv": "x\n1\n2\n"],
      ["cluster", "@/d.csv", "--labels", "@/none/l.csv"] + kMeans + ["2"], 2,
      ["none/l.csv", "cannot be written"]),
    bad(
      "one of two folders that is not there", ["d.csv": "x\n1\n2\n"],
      ["cluster", "@/d.csv", "--labels", "@/l.csv", "--centroids", "@/none/c.csv"] + kMeans + ["2"],
      2, ["none/c.csv", "cannot be written"]),
    bad(
      "folder for a file", ["d.csv": "x\n1\n2\n"],
      ["cluster", "@/d.csv", "--labels", "@"] + kMeans + ["2"], 2, ["it is a folder"]),
    bad(
      "one file for two", ["d.csv": "x\n1\n2\n"],
      ["cluster", "@/d.csv", "--labels", "@/l.csv", "--centroids", "@/l.csv"] + kMeans + ["2"],
      64, ["files of their own"]),
  ]

  @Test(arguments: cases)
  func badInputEndsInOneLine(of bad: BadInputTests.Case) throws {
    try BadInputTests().badInputEndsInOneLine(of: bad)
  }

  struct Reference: Decodable {
    struct Run: Decodable {
      let set: String
      let k: Int
      let start, labels: String
      let inertia: Double
      let iterationCount: Int
      let sizes: [Int]

      enum CodingKeys: String, CodingKey {
        case set, k, labels, inertia, sizes
        case start = "init"
        case iterationCount = "n_iter"
      }
    }
    let runs: [Run]
  }

  @Test(.enabled(if: ReferenceData.isPresent, "\(ReferenceData.absence)"))
  func kMeansFromGivenCentroidsEndsWhereTheReferenceDoes() throws {
    let reference = try JSONDecoder().decode(
      Reference.self, from: Data(contentsOf: ReferenceData.file("reference/kmeans.json")))
    let runs = reference.runs.filter { ["iris", "aggregation"].contains($0.set) }
    #expect(runs.count == 6)
    for run in runs {
      try TemporaryFolder.with { folder in
        let plain = ReferenceData.file("clusters/\(run.set).csv").path
        let report = try Self.report(
          [
            plain, "--init", ReferenceData.file("reference/\(run.start)").path, "--tolerance",
            "0", "--labels", folder.path("l.csv"),
          ] + Self.kMeans + [String(run.k)])
        #expect(abs(report.inertia - run.inertia) <= 1e-12 * run.inertia)
        #expect(report.iterations == run.iterationCount)
        #expect(report.sizes == run.sizes.sorted(by: >))
        let score = try ScoreTests.report(
          [ReferenceData.file("reference/\(run.labels)").path, folder.path("l.csv")])
        #expect(score["adjusted_rand"] == 1, "\(run.set)")
      }
    }
  }
}

func bad(
  _ name: String, _ files: [String: String], _ arguments: [String], _ code: Int32, _ says: [String]
) -> BadInputTests.Case {
  BadInputTests.Case(name: name, files: files, arguments: arguments, code: code, says: says)
}
