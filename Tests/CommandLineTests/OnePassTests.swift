import Foundation
import TestSupport
import Testing

/// One pass over the events and events that are kept give the same bytes, messages and exit codes.
///
/// With `--as-of last` files are read twice, and what can be read once only is kept.
struct OnePassTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let name: String
    var log: String = Self.plainLog
    /// The arguments; `@` stands for the folder, `LOG` for the event log.
    let arguments: [String]
    var code: Int32 = 0

    var testDescription: String { name }

    static let plainLog: String = {
      var log = "member_id,timestamp,event,value,event_id\n"
      for event in 0..<400 {
        let (member, day) = (event * 7 % 31, event * event % 28 + 1)
        log +=
          "m\(member),2024-0\(event % 5 + 1)-\(day < 10 ? "0" : "")\(day)T00:00:0\(event % 7)Z,"
          + "\(["post", "like", "visit"][event * event % 3]),\(event % 11),e\(event % 390)\n"
      }
      return log
    }()

    static let dirtyLog =
      plainLog + "x,2026-01-01T00:00:00Z,post,many,r1\nm1,yesterday,post,1,r2\n"
      // Later than all that count, but an id that came before.
      + "m2,2025-01-01T00:00:00Z,post,1,e3\n"

    static let kMeans = ["--algorithm", "kmeans", "--clusters", "3"]
  }

  static let cases: [Case] = [
    Case(
      name: "features", arguments: ["features", "LOG", "--as-of", "last", "--output", "@/out.csv"]),
    Case(
      name: "features with gaps",
      arguments: [
        "features", "LOG", "--as-of", "last", "--features", "median_gap_days,events", "--output",
        "@/out.csv",
      ]),
    Case(
      name: "records rejected and repeated", log: Case.dirtyLog,
      arguments: [
        "features", "LOG", "--as-of", "last", "--json", "--rejects", "@/rejects.csv", "--output",
        "@/out.csv",
      ]),
    Case(
      name: "too many rejected", log: Case.dirtyLog,
      arguments: [
        "features", "LOG", "--as-of", "last", "--max-rejected", "1", "--rejects",
        "@/rejects.csv", "--output", "@/out.csv",
      ], code: 2),
    Case(
      name: "no events", log: "member_id,timestamp,event\n",
      arguments: ["features", "LOG", "--as-of", "last", "--output", "@/out.csv"], code: 2),
    Case(
      name: "missing column", log: "someone,timestamp,event\na,2024-01-01,post\n",
      arguments: ["features", "LOG", "--as-of", "last", "--output", "@/out.csv"], code: 2),
    Case(
      name: "unknown feature",
      arguments: [
        "features", "LOG", "--as-of", "last", "--features", "events_pots", "--output", "@/out.csv",
      ], code: 64),
    Case(
      name: "train",
      arguments: ["train", "LOG", "--as-of", "last"] + Case.kMeans
        + ["--labels", "@/labels.csv", "--output", "@/m.safetensors"]),
    Case(
      name: "train with an earlier model of other settings",
      arguments: ["train", "LOG", "--as-of", "last", "--previous", "@/earlier.safetensors"]
        + ["--least-agreement", "0", "--least-stability", "0"] + Case.kMeans + [
          "--output", "@/m.safetensors",
        ]),
    Case(
      name: "train with an unknown feature",
      arguments: ["train", "LOG", "--as-of", "last", "--features", "events,nonsense"]
        + Case.kMeans + ["--output", "@/m.safetensors"], code: 64),
    Case(
      name: "label with models, lists and rules without events",
      arguments: [
        "label", "LOG", "--as-of", "last", "--config", "@/plain.yaml", "--model",
        "@/earlier.safetensors", "--output", "@/out.csv",
      ]),
    Case(
      name: "label with lists alone",
      arguments: [
        "label", "LOG", "--as-of", "last", "--config", "@/lists.yaml", "--output", "@/out.csv",
      ]),
    Case(
      name: "label with rules of events",
      arguments: [
        "label", "LOG", "--as-of", "last", "--config", "@/events.yaml", "--output", "@/out.csv",
      ]),
    Case(
      name: "label with a rule of an unknown feature",
      arguments: [
        "label", "LOG", "--as-of", "last", "--config", "@/unknown.yaml", "--output", "@/out.csv",
      ], code: 2),
    Case(
      name: "label with one model twice",
      arguments: [
        "label", "LOG", "--as-of", "last", "--model", "@/earlier.safetensors", "--model",
        "@/earlier.safetensors", "--output", "@/out.csv",
      ], code: 2),
    Case(
      name: "compare",
      arguments: [
        "compare", "LOG", "--as-of", "last", "--config", "@/plain.yaml", "--model",
        "@/earlier.safetensors", "--all",
      ]),
  ]

  static let projects = [
    "plain.yaml": """
    version: 1
    lists:
      friends: {members: [m1, m9, nobody, absent]}
    segments:
      - {id: busy, when: {feature: events_60d, gte: 4}}
      - {id: fresh, when: {all: [{feature: recency_days, lt: 40}, {not: {segment: busy}}]}}
      - {id: old, when: {attr: joined_at, older_than: 90d}}
      - {id: first, when: {cluster: {model: earlier, is: c0}}}
      - {id: friends, list: friends}
    """,
    "lists.yaml": """
    version: 1
    lists:
      friends: {members: [m1, m9, nobody, absent]}
    segments:
      - {id: friends, list: friends}
    """,
    "events.yaml": """
    version: 1
    segments:
      - {id: posted, when: {did: post, within: 30d}}
      - {id: busy, when: {feature: events_60d, gte: 4}}
    """,
    "unknown.yaml": """
    version: 1
    segments:
      - {id: odd, when: {feature: events_pots, gte: 4}}
    """,
    "weights.yaml": """
    version: 1
    events: {weights: {post: 3}, value: log}
    aliases: {talk: [post, like]}
    """,
  ]

  static let members = """
    member_id,joined_at
    absent,2023-01-01
    later,2030-01-01
    m1,2023-05-01
    """

  private struct Outcome: Equatable {
    var code: Int32
    var output: String
    var error: String
    var files: [String: Data]
  }

  /// Runs a case in a folder of its own, the log as a file or as the standard input.
  private static func run(_ test: Case, asFile: Bool, model: Data) throws -> Outcome {
    try TemporaryFolder.with { folder in
      for (name, text) in projects { try folder.write(name, text) }
      try folder.write("members.csv", members)
      try folder.write("earlier.safetensors", model)
      let log = asFile ? try folder.write("log.csv", test.log) : "-"
      let before = Set(try folder.names)
      let arguments = test.arguments.map {
        $0 == "LOG" ? log : $0.replacingOccurrences(of: "@", with: folder.url.path)
      }
      let result = try Tool.run(
        arguments + ["--members", folder.path("members.csv")],
        input: asFile ? [] : Array(test.log.utf8))
      func neutral(_ text: String) -> String {
        text.replacingOccurrences(of: log == "-" ? "-:" : log + ":", with: "LOG:")
          .replacingOccurrences(of: folder.url.path, with: "@")
          .replacingOccurrences(of: "@/log.csv", with: "-")
      }
      var files: [String: Data] = [:]
      for name in try folder.names where !before.contains(name) {
        let bytes = try folder.read(name)
        files[name] =
          name == "rejects.csv"
          ? Data(neutral(String(decoding: bytes, as: UTF8.self)).utf8) : bytes
      }
      return Outcome(
        code: result.code, output: neutral(result.output), error: neutral(result.error),
        files: files)
    }
  }

  /// A model of another project's settings than those of the cases.
  static let model = Result {
    try TemporaryFolder.with { folder in
      for (name, text) in projects { try folder.write(name, text) }
      let result = try Tool.run(
        [
          "train", folder.write("log.csv", Case.plainLog), "--as-of", "2024-04-01", "--config",
          folder.path("weights.yaml"), "--features",
          "events_talk,impact_h14,recency_days,share_post",
          "--output", folder.path("earlier.safetensors"),
        ] + Case.kMeans)
      try #require(result.code == 0, "\(result.error)")
      return try folder.read("earlier.safetensors")
    }
  }

  @Test(arguments: cases)
  func filesAndStandardInputGiveTheSame(test: Case) throws {
    let model = try Self.model.get()
    let file = try Self.run(test, asFile: true, model: model)
    let stream = try Self.run(test, asFile: false, model: model)
    #expect(file.code == test.code, "\(file.error)")
    #expect(file == stream)
    if test.code == 0 { #expect(!file.files.isEmpty || !file.output.isEmpty) }
  }
}
