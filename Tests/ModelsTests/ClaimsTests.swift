import Clustering
import Engagement
import EventLog
import Foundation
import LinearAlgebra
import TestSupport
import Testing

@testable import Models

/// Names and sentences are claims: each is read back from its English and checked on every member of the
/// training, from the raw events.
///
/// Some numbers of clusters are tried by default; `scripts/test --all` tries all from 2 to 12.
@Suite struct ClaimsTests {
  struct Log: Sendable, CustomTestStringConvertible, CustomStringConvertible {
    let testDescription: String
    var description: String { testDescription }
    let events: URL
    let members: URL?
    let asOf: [String]
    /// Whether the log is large, so that fewer clusterings are tried by default.
    var isLarge = false

    private static func reference(
      _ name: String, _ events: String, _ members: String?, asOf: [String], isLarge: Bool = false
    ) -> Log {
      Log(
        testDescription: name, events: ReferenceData.file(events),
        members: members.map(ReferenceData.file), asOf: asOf, isLarge: isLarge)
    }

    static let sample = Log(
      testDescription: "sample",
      events: ReferenceData.checkout.appendingPathComponent("notebooks-data/events.csv.gz"),
      members: ReferenceData.checkout.appendingPathComponent("notebooks-data/members.csv"),
      asOf: ["2025-07-01", "2025-03-01", "2024-12-01"])

    static let real = [
      reference(
        "unomi", "events/unomi-events.csv", "events/unomi-members.csv",
        asOf: ["2026-07-03", "2020-01-01", "2016-01-01"]),
      reference(
        "jekyll", "events/jekyll-events.csv", "events/jekyll-members.csv",
        asOf: ["2026-04-23", "2018-01-01", "2014-06-01"]),
      reference(
        "rails", "events/rails-events.csv.gz", "events/rails-members.csv",
        asOf: ["2026-08-23", "2016-01-01", "2010-01-01"], isLarge: true),
      reference(
        "cdnow", "transactions/cdnow-events.csv.gz", nil,
        asOf: ["1998-07-01", "1998-01-01", "1997-05-01"], isLarge: true),
    ]
  }

  private static let triesAll = ProcessInfo.processInfo.environment["COTERIE_ALL"] != nil

  @Test(arguments: [Log.sample])
  func claimsOnTheSampleAreTrue(_ log: Log) throws { try check(log) }

  @Test(.enabled(if: ReferenceData.isPresent, "\(ReferenceData.absence)"), arguments: Log.real)
  func claimsOnRealLogsAreTrue(_ log: Log) throws { try check(log) }

  private func check(_ log: Log) throws {
    let (history, _) = try EventReader().read([.file(log.events.path)])
    let members = try log.members.map { try MemberReader().read(.file($0.path)).members }
    let community = Community(history: history, members: members ?? MemberTable())
    let counts =
      Self.triesAll ? Array(2...12) : log.isLarge ? [3, 6] : [2, 4, 6, 12]
    var claimCount = 0
    for time in Self.triesAll || !log.isLarge ? log.asOf : Array(log.asOf.prefix(1)) {
      let asOf = try #require(Timestamp(time + "T00:00:00Z"))
      let rows = community.rows(asOf: asOf)
      let facts = rows.map { MemberFacts(community, row: $0, asOf: asOf) }
      for count in counts {
        for algorithm in ["kmeans", "ward"] {
          var training = ModelTraining(
            algorithm: algorithm == "kmeans"
              ? .kMeans(KMeans(clusterCount: count, restartCount: 1))
              : .hierarchical(Hierarchical(linkage: .ward), cut: .clusterCount(count)),
            toolVersion: "test")
          training.resampleCount = 0
          training.words = EventWords(types: history.types.strings)
          let prepared = try training.prepare(community, asOf: asOf)
          let (model, labels, _) = try training.fit(prepared, community: community)
          let place = "\(log), \(time), \(algorithm), k = \(count)"
          claimCount += check(model, labels: labels, facts: facts, place)
        }
      }
    }
    print("\(log): \(claimCount) claims checked")
    #expect(claimCount > 0)
  }

  /// Checks all claims of a model; the number of them.
  private func check(
    _ model: SegmentModel, labels: [Int], facts: [MemberFacts], _ place: String
  ) -> Int {
    #expect(Set(model.segments.map(\.name)).count == model.segments.count, "\(place)")
    var count = 0
    for (label, segment) in model.segments.enumerated() {
      let comment: Comment = "\(place), \(segment.id) '\(segment.name)': \(segment.description)"
      func shares(_ test: (MemberFacts) -> Bool) -> (inside: Double, outside: Double) {
        var (inside, outside, others) = (0, 0, 0)
        for (row, own) in labels.enumerated() {
          let isTrue = test(facts[row])
          if own == label {
            inside += isTrue ? 1 : 0
          } else {
            outside += isTrue ? 1 : 0
            others += 1
          }
        }
        return (
          Double(inside) / Double(labels.count - others),
          others == 0 ? 0 : Double(outside) / Double(others)
        )
      }
      func judge(_ test: (MemberFacts) -> Bool, isPlain: Bool) -> (inside: Double, outside: Double)
      {
        let found = shares(test)
        // One member at the very limit of a number may be computed to the other side of it here.
        #expect(found.inside >= 2.0 / 3 - 1e-9, comment)
        if !isPlain { #expect(found.outside <= found.inside / 2 + 1e-9, comment) }
        return found
      }
      // The name, word by word and as a whole.
      let bare = segment.name.replacingOccurrences(of: " (\(segment.id))", with: "")
      let isPlain = segment.claims.contains(where: \.isPlain)
      if let tests = ClaimEnglish.tests(ofName: bare) {
        for test in tests { _ = judge(test, isPlain: isPlain) }
        let whole = shares { facts in tests.allSatisfy { $0(facts) } }
        #expect(whole.inside >= 2.0 / 3 - 1e-9, comment)
        count += 1
      } else {
        Issue.record("the name cannot be read: \(comment)")
      }
      // The sentence, claim by claim.
      for claim in segment.claims {
        guard let test = ClaimEnglish.phrase(claim.text) else {
          Issue.record("the claim '\(claim.text)' cannot be read: \(comment)")
          continue
        }
        let found = judge(test, isPlain: claim.isPlain)
        #expect(abs(found.inside - claim.insideShare) < 1e-9, comment)
        #expect(abs(found.outside - claim.outsideShare) < 1e-9, comment)
        let said = "\(claim.text) (\(Int((100 * claim.insideShare).rounded())) %"
        if claim.insideShare < 0.9 { #expect(segment.description.contains(said), comment) }
        #expect(segment.description.contains(claim.text), comment)
        count += 1
      }
      // Nothing is told twice.
      let features = segment.claims.flatMap(\.conditions).map { "\($0.feature) \($0.minus as Any)" }
      let repeated = Dictionary(grouping: features) { $0 }.filter { $0.value.count > 1 }
      #expect(repeated.keys.allSatisfy { $0.hasPrefix("recency_days") }, comment)
    }
    return count
  }
}
