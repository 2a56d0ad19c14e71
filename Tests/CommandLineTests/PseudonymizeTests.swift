import Foundation
import Testing

/// `--pseudonymize`, on every verb that reads events.
struct PseudonymizeTests {
  /// HMAC-SHA256 of the ids under the key, by Python's hmac.
  static let pseudonyms = ["m0007": "m598d7851f9d6e4c2", "m0161": "m741debd48b03e1ab"]

  static func withKey(_ body: (TemporaryFolder, _ options: [String]) throws -> Void) throws {
    try TemporaryFolder.with { folder in
      let key = try folder.write("key", "0123456789abcdef\n")
      try body(folder, SampleCommunity.input + ["--pseudonymize", key])
    }
  }

  /// The rows of a CSV file by their first cell.
  static func rows(_ data: Data) -> [String: [String]] {
    let lines = String(decoding: data, as: UTF8.self).split(separator: "\n").dropFirst()
    return Dictionary(grouping: lines.map(String.init)) { String($0.prefix { $0 != "," }) }
      .mapValues { rows in rows.map { String($0.drop { $0 != "," }) } }
  }

  @Test func labelsAreTheSameUnderOtherNames() throws {
    try Self.withKey { folder, options in
      let label = ["--model", SampleCommunity.model, "--output"]
      let plain = try Tool.run(
        ["label"] + SampleCommunity.input + label + [folder.path("plain.csv")])
      let hashed = try Tool.run(["label"] + options + label + [folder.path("hashed.csv")])
      #expect(plain.code == 0 && hashed.code == 0, "\(hashed.error)")
      // Lists in the project file name plain ids, and count the same members.
      #expect(hashed.output == plain.output)
      let (before, after) = (
        Self.rows(try folder.read("plain.csv")), Self.rows(try folder.read("hashed.csv"))
      )
      #expect(after.count == before.count)
      #expect(after.keys.allSatisfy { $0.wholeMatch(of: /m[0-9a-f]{16}/) != nil })
      for (id, pseudonym) in Self.pseudonyms {
        #expect(before[id] != nil)
        #expect(after[pseudonym] == before[id])
      }
    }
  }

  @Test func explainTakesThePlainIDAndThePseudonymAndPrintsThePseudonym() throws {
    try Self.withKey { _, options in
      let model = ["--model", SampleCommunity.model]
      let pseudonym = try #require(Self.pseudonyms["m0161"])
      let results = try ["m0161", pseudonym].map {
        try Tool.run(["explain", $0] + options + model)
      }
      #expect(results[0].code == 0, "\(results[0].error)")
      #expect(results[0].output.hasPrefix("\(pseudonym) as of"))
      #expect(!results[0].output.contains("m0161"))
      #expect(results[1].output == results[0].output)
      #expect(results[1].code == 0)
      #expect(try Tool.run(["explain", "m9999"] + options + model).code == 2)
    }
  }

  @Test func modelsAndFeaturesHoldNoPlainID() throws {
    try Self.withKey { folder, options in
      let train = try Tool.run(
        ["train"] + options + [
          "--algorithm", "hierarchical", "--clusters", "4", "--output",
          folder.path("sample.safetensors"),
        ])
      #expect(train.code == 0, "\(train.error)")
      let features = try Tool.run(["features"] + options + ["--output", folder.path("f.csv")])
      #expect(features.code == 0, "\(features.error)")
      let compare = try Tool.run(
        ["compare"] + options + ["--model", folder.path("sample.safetensors"), "--json"])
      #expect(compare.code == 0, "\(compare.error)")
      let said = [train, features, compare].map { $0.output + $0.error }.joined()
      for bytes in [
        try folder.read("sample.safetensors"), try folder.read("f.csv"), Data(said.utf8),
      ] {
        let text = String(decoding: bytes, as: UTF8.self)
        #expect(text.firstMatch(of: /\bm[0-9]{4}\b/) == nil)
      }
    }
  }

  @Test func recordsThatAreRefusedAreNotKept() throws {
    try TemporaryFolder.with { folder in
      let key = try folder.write("key", "0123456789abcdef")
      let events = try folder.write(
        "e.csv",
        "member_id,timestamp,event\nlovelace,2024-01-01,post\nsecret,never,post\nbob,2024-01-02,post\n"
      )
      let members = try folder.write(
        "m.csv", "member_id,level\nlovelace,1\nlovelace,2\nbob,3\n")
      let result = try Tool.run([
        "features", events, "--members", members, "--as-of", "last", "--pseudonymize", key,
        "--max-rejected", "1", "--rejects", folder.path("r.csv"), "--output", folder.path("f.csv"),
      ])
      #expect(result.code == 0, "\(result.error)")
      #expect(
        String(decoding: try folder.read("r.csv"), as: UTF8.self)
          == "file,line,reason,record\n\(events),3,unreadable timestamp,\n")
      #expect(result.error.contains("1 row repeats a member"))
      for id in ["lovelace", "bob", "secret"] { #expect(!result.error.contains(id)) }
    }
  }

  /// Each id on a list counts once, whichever of its forms was written, and none is told.
  @Test func idsOnListsThatNobodyHasAreCounted() throws {
    try Self.withKey { folder, _ in
      let known = try #require(Self.pseudonyms["m0007"])
      let config = try folder.write(
        "c.yaml",
        """
        version: 1
        lists:
          hosts: {members: [m0161, \(known)]}
          mentors: {members: [lovelace, m0161, m0123456789abcdef]}
        """)
      let input = [
        SampleCommunity.events, "--as-of", "2025-07-01", "--config", config, "--pseudonymize",
        folder.path("key"),
      ]
      let label = try Tool.run(["label"] + input + ["--output", folder.path("l.csv"), "--json"])
      #expect(label.code == 0)
      let message =
        "the list \"mentors\" has 2 ids that nobody has; without pseudonyms, the ids are named"
      #expect(label.error == "note: \(message)\n")
      let object = try #require(
        try JSONSerialization.jsonObject(with: Data(label.output.utf8)) as? [String: Any])
      let unknown = try #require(object["unknown_listed"] as? [String: [String]])
      #expect(unknown.keys.sorted() == ["mentors"] && unknown["mentors"]?.count == 2)
      let check = try Tool.run(["rules", "check"] + input)
      #expect(check.code == 1 && check.output.contains("c.yaml:4:3: \(message)"), "\(check.output)")
      for text in [label.output, label.error, check.output, check.error] {
        #expect(!text.contains("lovelace"))
      }
    }
  }

  @Test func keysThatCannotBeUsedAreErrors() throws {
    try TemporaryFolder.with { folder in
      let short = try folder.write("short", "password\n")
      for (key, says) in [
        (short, "has 8 bytes, and a key needs 16 at least"),
        (folder.path("none"), "No such file"), (folder.url.path, "it is a folder"),
      ] {
        let result = try Tool.run(
          ["features"] + SampleCommunity.input + [
            "--pseudonymize", key, "--output", folder.path("f.csv"),
          ])
        #expect(result.code == 2)
        #expect(result.error.contains(says), "\(result.error)")
        #expect(result.error.contains("head -c 32 /dev/urandom"))
      }
      #expect(try folder.names == ["short"])
    }
  }
}
