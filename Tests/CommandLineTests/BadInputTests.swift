import EventLog
import Foundation
import TestSupport
import Testing

/// Bad input ends in one line with a way out, the documented exit code, and no file left behind.
struct BadInputTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let name: String
    /// Files that are there, by name.
    var files: [String: String] = [:]
    /// The arguments; `@` stands for the folder.
    let arguments: [String]
    let code: Int32
    /// What the message must say.
    let says: [String]

    var testDescription: String { name }
  }

  static let log = """
    member_id,timestamp,event,value
    a,2024-01-01T00:00:00Z,post,1
    a,2024-01-03T00:00:00Z,post,2
    b,2024-01-02T00:00:00Z,like,
    c,2024-01-05T00:00:00Z,like,5
    """

  static func train(
    _ file: String, _ more: [String] = [], asOf: String = "2024-02-01", clusters: String = "2"
  ) -> [String] {
    ["train", "@/\(file)", "--as-of", asOf, "--algorithm", "kmeans", "--clusters", clusters]
      + more + ["--output", "@/out.safetensors"]
  }

  static let cases: [Case] = [
    Case(
      name: "missing file", arguments: train("none.csv"), code: 2,
      says: ["none.csv", "No such file"]),
    Case(
      name: "pattern without a match", files: ["l.csv": log], arguments: train("m*.csv"), code: 2,
      says: ["m*.csv", "no file matches"]),
    Case(
      name: "empty file", files: ["e.csv": ""], arguments: train("e.csv"), code: 2,
      says: ["e.csv", "is empty"]),
    Case(
      name: "file of blank lines", files: ["e.csv": " \n\n\t\n"], arguments: train("e.csv"),
      code: 2,
      says: ["e.csv", "is empty"]),
    Case(
      name: "column named twice", files: ["e.csv": "x,y\n1,2\n2,4\n3,9\n"],
      arguments: [
        "cluster", "@/e.csv", "--columns", "x,y,x", "--algorithm", "kmeans", "--clusters", "2",
        "--labels", "@/out.csv",
      ], code: 64, says: ["--columns", "\"x\" is named twice"]),
    Case(name: "folder", arguments: train(""), code: 2, says: ["it is a folder"]),
    Case(
      name: "header that is too long",
      files: ["h.csv": String(repeating: "x,", count: 1 << 20) + "\n"], arguments: train("h.csv"),
      code: 2, says: ["h.csv:1", "longer than 1048576 bytes", "CSV or JSON Lines"]),
    Case(
      name: "more event types than there can be",
      files: [
        "t.csv": "member_id,timestamp,event\n"
          + (0...65_536).map { "a,2024-01-01,t\($0)\n" }.joined()
      ], arguments: train("t.csv"), code: 2,
      says: ["t.csv", "\"event\" holds more than 65536", "events: {columns:"]),
    Case(
      name: "header only", files: ["h.csv": "member_id,timestamp,event\n"],
      arguments: train("h.csv"), code: 2, says: ["no member has an event"]),
    Case(
      name: "no matching column", files: ["w.csv": "who,timestamp,event\na,2024-01-01,x\n"],
      arguments: train("w.csv"), code: 2,
      says: ["w.csv:1", "no column \"member_id\"", "--id-column", "events: {columns:"]),
    Case(
      name: "as-of before all events", files: ["l.csv": log],
      arguments: train("l.csv", asOf: "2020-01-01"), code: 2,
      says: ["2020-01-01", "the log begins at 2024-01-01", "--as-of"]),
    Case(
      name: "unreadable time", files: ["l.csv": log],
      arguments: train("l.csv", asOf: "yesterday"), code: 64, says: ["--as-of", "yesterday"]),
    Case(
      name: "infinite value",
      files: ["n.csv": "member_id,timestamp,event,value\na,2024-01-01,x,Infinity\n"],
      arguments: train("n.csv"), code: 2,
      says: ["1 of 1 records were rejected", "n.csv:2: unreadable value", "--rejects"]),
    Case(
      name: "one member", files: ["o.csv": "member_id,timestamp,event\na,2024-01-01,x\n"],
      arguments: train("o.csv"), code: 2, says: ["no feature tells the members apart"]),
    Case(
      name: "fewer members than clusters", files: ["l.csv": log],
      arguments: train("l.csv", clusters: "9"), code: 2, says: ["9", "3"]),
    Case(
      name: "fewer distinct rows than clusters",
      files: [
        "d.csv": "member_id,timestamp,event\n"
          + (0..<9).map { "m\($0),2024-01-0\($0 % 2 + 1),x\n" }.joined()
      ],
      arguments: train("d.csv", clusters: "5"), code: 2, says: ["distinct", "5"]),
    Case(
      name: "constant columns",
      files: ["k.csv": "member_id,timestamp,event\na,2024-01-01,x\nb,2024-01-01,x\n"],
      arguments: train("k.csv"), code: 2,
      says: ["no feature tells the members apart", "recency_days"]),
    Case(
      name: "unknown feature option", files: ["l.csv": log],
      arguments: train("l.csv", ["--features", "recency_dais"]), code: 64,
      says: ["recency_dais", "did you mean \"recency_days\""]),
    Case(
      name: "unknown algorithm", files: ["l.csv": log],
      arguments: [
        "train", "@/l.csv", "--as-of", "last", "--algorithm", "dbscan", "--clusters", "2",
        "--output", "@/out.safetensors",
      ], code: 64, says: ["dbscan"]),
    Case(
      name: "no clusters", files: ["l.csv": log], arguments: train("l.csv", clusters: "0"),
      code: 64, says: ["--clusters"]),
    Case(
      name: "unknown word in the project file",
      files: [
        "l.csv": log,
        "c.yaml": "version: 1\nsegments:\n  - id: x\n    when: {did_nt: post, within: 3d}\n",
      ],
      arguments: train("l.csv", ["--config", "@/c.yaml"]), code: 2,
      says: [
        "c.yaml:4:12", "did_not", "\n        when: {did_nt: post, within: 3d}\n               ^\n",
      ]),
    Case(
      name: "word that only the events show to be unknown",
      files: [
        "l.csv": log,
        "c.yaml":
          "version: 1\naliases: {talk: [post]}\nsegments:\n  - {id: x, when: {did: tolk}}\n",
      ],
      arguments: [
        "label", "@/l.csv", "--as-of", "last", "--config", "@/c.yaml", "--output", "@/out.csv",
      ], code: 2,
      says: [
        "c.yaml:4:25", "\"talk\"",
        "\n      - {id: x, when: {did: tolk}}\n                            ^\n",
      ]),
    Case(
      name: "output folder that is not there", files: ["l.csv": log],
      arguments: [
        "train", "@/l.csv", "--as-of", "last", "--algorithm", "kmeans", "--clusters", "2",
        "--output", "@/none/out.safetensors",
      ], code: 2, says: ["none/out.safetensors", "cannot be written"]),
    Case(
      name: "model that is no model", files: ["l.csv": log, "m.safetensors": "hello"],
      arguments: [
        "label", "@/l.csv", "--as-of", "last", "--model", "@/m.safetensors", "--output",
        "@/out.csv",
      ], code: 2, says: ["m.safetensors", "not a whole model file"]),
    Case(
      name: "model that is not there", files: ["l.csv": log],
      arguments: [
        "label", "@/l.csv", "--as-of", "last", "--model", "@/m.safetensors", "--output",
        "@/out.csv",
      ], code: 2, says: ["m.safetensors", "no such file"]),
    Case(
      name: "nothing to label with", files: ["l.csv": log],
      arguments: ["label", "@/l.csv", "--as-of", "last", "--output", "@/out.csv"], code: 64,
      says: ["--model"]),
    Case(
      name: "unknown member", files: ["l.csv": log],
      arguments: ["explain", "d", "@/l.csv", "--as-of", "last"], code: 2,
      says: ["no member \"d\""]),
    Case(
      name: "too many bad records",
      files: ["b.csv": log + "\nx,never,post,1\ny,never,post,1\n"],
      arguments: train("b.csv", ["--max-rejected", "1"]), code: 2,
      says: ["2 of 6 records", "--max-rejected 1"]),
  ]

  @Test(arguments: cases)
  func badInputEndsInOneLine(of bad: Case) throws {
    try TemporaryFolder.with { folder in
      for (name, text) in bad.files { try folder.write(name, text) }
      let result = try Tool.run(
        bad.arguments.map { $0.replacingOccurrences(of: "@", with: folder.url.path) })
      #expect(result.code == bad.code, "\(result.error)")
      #expect(result.output == "")
      for text in bad.says { #expect(result.error.contains(text), "\(result.error)") }
      if bad.code != 64 || !result.error.contains("Usage:") {
        // Below an error in a project file stand its line and a caret.
        let lines = result.error.split(separator: "\n").filter {
          !$0.hasPrefix("note: ") && !$0.hasPrefix("    ")
        }
        #expect(lines.count == 1, "\(result.error)")
        #expect(lines.first?.hasPrefix("error: ") == true, "\(result.error)")
      }
      #expect(try folder.names == bad.files.keys.sorted(), "no file may be left")
    }
  }

  @Test func gzipThatIsCutSaysHowFarItWasRead() throws {
    try TemporaryFolder.with { folder in
      let whole = gzipped(
        Array(
          ("member_id,timestamp,event\n"
            + (0..<2000).map { "m\($0 &* 7919 % 1009),2024-01-01,x\n" }.joined()).utf8))
      try folder.write("l.csv.gz", whole.dropLast(5))
      let result = try Tool.run([
        "features", folder.path("l.csv.gz"), "--as-of", "last", "--output", folder.path("f.csv"),
      ])
      #expect(result.code == 2)
      #expect(result.error.contains("cut short after 2000 records"), "\(result.error)")
      #expect(try folder.names == ["l.csv.gz"])
    }
  }

  @Test(.enabled(if: getuid() != 0, "root may read everything"))
  func fileWithoutPermissionIsAnError() throws {
    try TemporaryFolder.with { folder in
      let path = try folder.write("l.csv", Self.log)
      #expect(chmod(path, 0) == 0)
      let result = try Tool.run([
        "features", path, "--as-of", "last", "--output", folder.path("f.csv"),
      ])
      #expect(result.code == 2)
      #expect(result.error.contains("Permission denied"))
    }
  }

  @Test func modelOfMissingFeaturesSaysWhich() throws {
    try TemporaryFolder.with { folder in
      try folder.write(
        "l.csv",
        "member_id,timestamp,event,area\na,2024-01-01,x,p\na,2024-01-02,x,q\nb,2024-01-03,x,p\n")
      let trained = try Tool.run([
        "train", folder.path("l.csv"), "--as-of", "last", "--algorithm", "kmeans", "--clusters",
        "2", "--features", "distinct_area,recency_days", "--output", folder.path("m.safetensors"),
      ])
      try #require(trained.code == 0, "\(trained.error)")
      try folder.write("other.csv", Self.log)
      let result = try Tool.run([
        "label", folder.path("other.csv"), "--as-of", "last", "--model",
        folder.path("m.safetensors"), "--output", folder.path("out.csv"),
      ])
      #expect(result.code == 2)
      #expect(result.error.contains("model \"m\" cannot label"))
      #expect(result.error.contains("no event has a property \"area\""))
      #expect(try folder.names == ["l.csv", "m.safetensors", "other.csv"])
    }
  }

  @Test func everyCutOfAModelIsRefused() throws {
    try TemporaryFolder.with { folder in
      try folder.write("l.csv", Self.log)
      let bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: SampleCommunity.model)))
      for count in [0, 7, 8, 100, bytes.count / 2, bytes.count - 1] {
        try folder.write("m.safetensors", bytes.prefix(count))
        let result = try Tool.run(["inspect", folder.path("m.safetensors")])
        #expect(result.code == 2, "\(count) bytes: \(result.error)")
        #expect(result.error.contains("not a whole model file"), "\(count) bytes")
      }
    }
  }

  @Test func rejectsFileKeepsEveryBadRecord() throws {
    try TemporaryFolder.with { folder in
      try folder.write("b.csv", Self.log + "\nx,never,\"po\"\"st\",1\n,2024-01-01,post,1\n")
      let result = try Tool.run([
        "features", folder.path("b.csv"), "--as-of", "last", "--max-rejected", "50%", "--rejects",
        folder.path("r.csv"), "--output", folder.path("f.csv"),
      ])
      #expect(result.code == 0, "\(result.error)")
      let file = folder.path("b.csv")
      #expect(
        String(decoding: try folder.read("r.csv"), as: UTF8.self)
          == [
            "file,line,reason,record",
            #"\#(file),6,"unreadable timestamp ""never""","x,never,""po""""st"",1""#,
            #"\#(file),7,empty member id,",2024-01-01,post,1""#, "",
          ].joined(separator: "\n"))
    }
  }
}
