import Engagement
import EventLog
import Foundation
import LinearAlgebra
import TestSupport
import Testing

/// The features that pandas computed for four real logs.
@Suite(.enabled(if: ReferenceData.isPresent, "\(ReferenceData.absence)"))
struct FeatureReferenceTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let name: String
    let events: String
    let expected: String
    let asOf: String
    let types: [String]

    var testDescription: String { name }

    static let all = [
      Case(
        name: "unomi", events: "events/unomi-events.csv", expected: "unomi.csv",
        asOf: "2026-08-01T00:00:00Z", types: ["coauthor", "commit", "docs", "merge", "test"]),
      Case(
        name: "jekyll", events: "events/jekyll-events.csv", expected: "jekyll.csv",
        asOf: "2026-05-01T00:00:00Z", types: ["coauthor", "commit", "docs", "merge", "test"]),
      Case(
        name: "rails", events: "events/rails-events.csv.gz", expected: "rails.csv.gz",
        asOf: "2026-09-01T00:00:00Z", types: ["coauthor", "commit", "docs", "merge", "test"]),
      Case(
        name: "cdnow", events: "transactions/cdnow-events.csv.gz", expected: "cdnow.csv.gz",
        asOf: "1998-07-01T00:00:00Z", types: ["purchase"]),
    ]
  }

  @Test(arguments: Case.all)
  func featuresAgreeWithPandas(of log: Case) throws {
    let columns: [(String, String)] =
      [
        ("events", "events"), ("active_days", "active_days"), ("recency_days", "recency_days"),
        ("tenure_days", "lifespan_days"), ("value_sum", "value_sum"),
        ("value_mean", "value_mean"), ("median_gap_days", "median_gap_days"),
        ("events_last_90_days", "events_90d"), ("type_entropy", "type_entropy"),
      ] + log.types.map { ("n_\($0)", "events_\($0)") }
    let (history, report) = try EventReader().read([.file(ReferenceData.file(log.events).path)])
    #expect(report.rejectedCount == 0)
    let table = try FeatureTable(
      of: Community(history: history), asOf: #require(Timestamp(log.asOf)),
      features: columns.map { FeatureDefinition($0.1, aliases: []) })
    var reader = try DelimitedReader(
      .file(ReferenceData.file("reference/features/\(log.expected)").path))
    let indices = try columns.map { try #require(reader.header.firstIndex(of: $0.0)) }
    var row = 0
    var worst = 0.0
    while try reader.next() {
      try #require(row < table.memberIDs.count)
      #expect(table.memberIDs[row] == reader.text(0))
      for (column, index) in indices.enumerated() {
        let found = table.values[row, column]
        guard let expected = reader.number(index) else {
          if !found.isNaN {
            Issue.record("\(reader.text(0)) \(columns[column].0): absent expected")
          }
          continue
        }
        let error = abs(found - expected)
        worst = max(worst, error / max(abs(expected), 1e-3))
        if !(error <= max(1e-12, 1e-9 * abs(expected))) {
          Issue.record("\(reader.text(0)) \(columns[column].0): \(found), expected \(expected)")
        }
      }
      row += 1
    }
    #expect(row == table.memberIDs.count)
    #expect(worst <= 1e-9)
  }
}
