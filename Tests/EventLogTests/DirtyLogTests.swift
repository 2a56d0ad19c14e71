import EventLog
import Foundation
import TestSupport
import Testing

/// Every broken log of the reference data gives the verdicts written beside it.
@Suite(.enabled(if: ReferenceData.isPresent, "\(ReferenceData.absence)"))
struct DirtyLogTests {
  static let names = [
    "bom-crlf", "columns-reordered", "header-only", "missing-column", "mixed", "no-final-newline",
    "rails-impossible", "semicolons", "unterminated-quote",
  ]

  struct Verdict {
    let firstLine: Int
    let lastLine: Int
    let verdict: String
    let issue: String
  }

  static func verdicts(_ name: String) throws -> [Verdict] {
    var reader = try DelimitedReader(
      .file(ReferenceData.file("dirty/\(name).lines.csv").path))
    var verdicts: [Verdict] = []
    while try reader.next() {
      verdicts.append(
        Verdict(
          firstLine: try #require(Int(reader.text(0))), lastLine: try #require(Int(reader.text(1))),
          verdict: reader.text(2), issue: reader.text(3)))
    }
    return verdicts
  }

  static func read(
    _ name: String
  ) throws -> (history: EventHistory, report: ReadReport, rejections: [Rejection]) {
    var rejections: [Rejection] = []
    let reader = EventReader(rejectionLimit: .share(1)) { rejections.append($0) }
    let (history, report) = try reader.read([
      .file(ReferenceData.file("dirty/\(name).csv").path)
    ])
    return (history, report, rejections)
  }

  @Test(arguments: names)
  func goodRecordsAreReadAndBadOnesRejectedByLine(name: String) throws {
    let verdicts = try Self.verdicts(name)
    let (history, report, rejections) = try Self.read(name)
    let rejectedLines = Set(rejections.map(\.line))
    var policyAccepted = 0
    for verdict in verdicts {
      switch verdict.verdict {
      case "ok":
        #expect(
          !rejectedLines.contains(verdict.firstLine), "\(name):\(verdict.firstLine) must be read")
      case "bad" where verdict.issue == "four empty columns":
        // No record, as spreadsheets write empty rows.
        #expect(!rejectedLines.contains(verdict.firstLine))
      case "bad" where verdict.issue == "value is NaN":
        // An event without a value.
        #expect(!rejectedLines.contains(verdict.firstLine))
        policyAccepted += 1
      case "bad":
        #expect(
          rejectedLines.contains(verdict.firstLine),
          "\(name):\(verdict.firstLine) must be rejected: \(verdict.issue)")
      default:
        if !rejectedLines.contains(verdict.firstLine) && verdict.issue != "an empty line" {
          policyAccepted += 1
        }
      }
    }
    // Nothing is rejected that no verdict speaks of, and what is not rejected is an event.
    #expect(rejectedLines.isSubset(of: Set(verdicts.map(\.firstLine))))
    #expect(history.count == verdicts.filter { $0.verdict == "ok" }.count + policyAccepted)
    #expect(report.recordCount == history.count + report.rejectedCount)
  }

  @Test(arguments: ["bom-crlf", "columns-reordered", "no-final-newline", "semicolons"])
  func sameRowsAreReadWhateverTheFormIs(name: String) throws {
    let expected = try Self.read("bom-crlf").history
    let history = try Self.read(name).history
    #expect(history.count == 12)
    #expect((0..<history.count).map { history[$0] } == (0..<expected.count).map { expected[$0] })
  }

  @Test func offsetsFractionsAndLeapSecondsMeanWhatTheySay() throws {
    let verdicts = try Self.verdicts("mixed")
    let (_, _, rejections) = try Self.read("mixed")
    let rejected = Set(rejections.map(\.line))
    let issues = [
      "no T and no zone", "a date alone", "a fraction of a second", "a real leap second",
      "an offset other than Z (means 03:06:07Z)", "fraction of a second",
    ]
    for verdict in verdicts where issues.contains(verdict.issue) {
      #expect(!rejected.contains(verdict.firstLine), "\(verdict.issue) is read")
    }
  }

  @Test func unterminatedQuoteIsOneRecordToTheEnd() throws {
    let (history, _, rejections) = try Self.read("unterminated-quote")
    #expect(history.count == 6)
    #expect(rejections.map(\.line) == [8])
    #expect(rejections.map(\.reason) == [.unterminatedQuote])
  }

  @Test func logWithoutHeaderIsRefusedWithTheWayOut() throws {
    #expect {
      try Self.read("no-header")
    } throws: { error in
      guard case EventLogError.missingColumns(_, let columns, _) = error else { return false }
      return columns.map(\.name) == ["member_id", "timestamp", "event"]
        && "\(error)".contains("events: {columns: {member_id: NAME, ")
    }
  }

  @Test func emptyLogIsAnError() throws {
    #expect(
      throws: EventLogError.empty(file: ReferenceData.file("dirty/empty.csv").path)
    ) {
      try Self.read("empty")
    }
  }
}
