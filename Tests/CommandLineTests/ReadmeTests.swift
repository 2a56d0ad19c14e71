import Foundation
import TestSupport
import Testing

/// What the README says works.
struct ReadmeTests {
  /// The text of all fenced blocks of a language, in order.
  static func blocks(_ language: String) throws -> [String] {
    let text = try String(
      contentsOf: ReferenceData.checkout.appendingPathComponent("README.md"), encoding: .utf8)
    var blocks: [String] = []
    var current: [String]?
    for line in text.components(separatedBy: "\n") {
      if let lines = current {
        if line == "```" {
          blocks.append(lines.joined(separator: "\n"))
          current = nil
        } else {
          current = lines + [line]
        }
      } else if line == "```\(language)" {
        current = []
      }
    }
    return blocks
  }

  /// A folder in which the README's commands find the samples.
  static func withSamples(_ body: (TemporaryFolder) throws -> Void) throws {
    try TemporaryFolder.with { folder in
      for name in ["notebooks-data", "models"] {
        try FileManager.default.createSymbolicLink(
          at: folder.url.appendingPathComponent(name),
          withDestinationURL: ReferenceData.checkout.appendingPathComponent(name))
      }
      try body(folder)
    }
  }

  /// The words of a command line as a shell has them, those in single quotes whole.
  private static func words(_ line: String) -> [String] {
    var words: [String] = []
    for (index, part) in line.split(separator: "'", omittingEmptySubsequences: false).enumerated() {
      if index % 2 == 1 {
        words.append(String(part))
      } else {
        words += part.split(separator: " ").map(String.init)
      }
    }
    return words
  }

  @Test func everyCommandRuns() throws {
    let lines = try Self.blocks("sh").joined(separator: "\n")
      .replacingOccurrences(of: "\\\n", with: " ").components(separatedBy: "\n")
    var commandCount = 0
    let lists = try #require(try Self.blocks("yaml").first { $0.contains("file: ambassadors.csv") })
    try Self.withSamples { folder in
      try folder.write("coterie.yaml", lists)
      for line in lines {
        let words = Self.words(line)
        guard let program = words.first else { continue }
        if program.hasPrefix("scripts/") {
          let path = ReferenceData.checkout.appendingPathComponent(program).path
          #expect(FileManager.default.isExecutableFile(atPath: path), "\(program)")
          continue
        }
        #expect(program == "coterie", "\(line)")
        let result = try Tool.run(Array(words.dropFirst()), in: folder.url)
        #expect(result.code == 0, "\(line): \(result.error)")
        commandCount += 1
      }
    }
    #expect(commandCount >= 12)
  }

  @Test func labelsAreThoseShown() throws {
    let text = try String(
      contentsOf: ReferenceData.checkout.appendingPathComponent("README.md"), encoding: .utf8)
    try Self.withSamples { folder in
      let result = try Tool.run(
        ["label"] + SampleCommunity.input + [
          "--model", SampleCommunity.model, "--output", folder.path("labels.csv"),
        ])
      #expect(result.code == 0)
      let lines = String(decoding: try folder.read("labels.csv"), as: UTF8.self)
        .split(separator: "\n").prefix(4)
      #expect(text.contains("```\n\(lines.joined(separator: "\n"))\n```"))
    }
  }

  @Test func projectFileShownIsOne() throws {
    let yaml = try #require(try Self.blocks("yaml").first)
    try Self.withSamples { folder in
      try folder.write("coterie.yaml", yaml)
      let result = try Tool.run([
        "label", SampleCommunity.events, "--members", SampleCommunity.members, "--config",
        folder.path("coterie.yaml"), "--as-of", "2025-07-01", "--output", folder.path("l.csv"),
      ])
      #expect(result.code == 0, "\(result.error)")
      for id in ["at-risk", "rising", "ambassadors"] { #expect(result.output.contains(id)) }
    }
  }
}
