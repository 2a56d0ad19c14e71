import Clustering
import Engagement
import EventLog
import LinearAlgebra
import Testing

@testable import Models

@Suite struct ModelSuccessionTests {
  /// A model with these ids and names; names claim that members were last active so long ago or longer.
  private func model(
    _ segments: [(id: String, name: String, recency: Double)], nextSegmentNumber: Int? = nil
  ) -> SegmentModel {
    let column = ColumnTransform(
      feature: .recencyDays, imputation: ColumnTransform.Imputation(value: 0), logarithm: .none,
      scale: .linear(center: 0, scale: 1))
    return SegmentModel(
      settings: EngagementSettings(), transform: FeatureTransform(columns: [column]),
      algorithm: .kMeans(KMeansModel(centroids: Matrix(rows: segments.map { [$0.recency] }))),
      segments: segments.map {
        SegmentModel.Segment(
          id: $0.id, name: $0.name, description: "",
          claims: [
            SegmentClaim(
              text: "last active \($0.recency) or more days ago",
              conditions: [SegmentClaim.Condition(.recencyDays, atLeast: $0.recency)],
              isInName: true, insideShare: 1, outsideShare: 0)
          ], size: 1, radii: [0, 0, 0, 0], medians: [$0.recency],
          effects: [($0.recency - 100) / 100])
      },
      training: TrainingRecord(
        toolVersion: "test", asOf: "2026-03-01T00:00:00Z", firstEvent: nil, lastEvent: nil,
        memberCount: segments.count, eventCount: 0, parameters: [:], seed: 0, iterationCount: 1,
        hasConverged: true, inertia: 0, quality: [:], nextSegmentNumber: nextSegmentNumber),
      distributions: [:])
  }

  /// Labels of members, given how many have each pair of an earlier and a new label.
  private func labels(_ counts: [[Int]]) -> (previous: [Int], new: [Int]) {
    var labels: (previous: [Int], new: [Int]) = ([], [])
    for (old, row) in counts.enumerated() {
      for (new, count) in row.enumerated() {
        labels.previous += [Int](repeating: old, count: count)
        labels.new += [Int](repeating: new, count: count)
      }
    }
    return labels
  }

  /// Every member was last active as long ago as its new segment's median says.
  private func succession(
    _ new: SegmentModel, after previous: SegmentModel, _ counts: [[Int]],
    haveJoined: [Bool]? = nil
  ) throws -> ModelSuccession {
    let labels = labels(counts)
    let table = FeatureTable(
      asOf: Timestamp(microseconds: 0), memberIDs: labels.new.indices.map { "m\($0)" },
      communityRows: Array(labels.new.indices), features: [.recencyDays],
      values: Matrix(rows: labels.new.map { new.segments[$0].medians }))
    return try ModelSuccession(
      new, labels: labels.new, previous: previous, previousID: "abc",
      previousLabels: labels.previous, table: table, haveJoined: haveJoined)
  }

  @Test func idsAndNamesFollowMembers() throws {
    let previous = model([("c0", "silent members", 100), ("c4", "quiet members", 30)])
    let new = model([("c0", "quiet members", 40), ("c1", "silent members", 120)])
    let found = try succession(new, after: previous, [[1, 9], [10, 2]])
    #expect(found.model.segments.map(\.id) == ["c4", "c0"])
    #expect(found.model.segments.map(\.name) == ["quiet members", "silent members"])
    #expect(found.kept == ["c4", "c0"])
    #expect(found.new == [])
    #expect(found.vanished == [])
    #expect(found.renamings == [])
    #expect(found.model.training.parentID == "abc")
    #expect(found.migration.counts == [[1, 9], [10, 2]])
    #expect(found.migration.stayingCount == 19)
    #expect(found.migration.stayingShare == 19.0 / 22)
    // Pairs together in both: 0 + 36 + 45 + 1; 45 + 66 in the one, 55 + 55 in the other, of 231.
    let expected = 111.0 * 110 / 231
    let adjustedRand = try #require(found.migration.adjustedRand)
    #expect(abs(adjustedRand - (82 - expected) / (110.5 - expected)) < 1e-12)
    let best = try #require(found.migration.bestMatch(of: 0))
    #expect(best.previous == 1)
    #expect(best.jaccard == 10.0 / 13)
  }

  @Test func tinyOverlapsMakeNoSegmentTheSame() throws {
    let previous = model([("c0", "silent members", 100), ("c1", "quiet members", 50)])
    let new = model([("c0", "silent members", 100), ("c1", "gone members", 900)])
    // One of 12 in the second, and an index of 1/20.
    let found = try succession(new, after: previous, [[20, 10], [8, 1]])
    #expect(found.model.segments.map(\.id) == ["c0", "c2"])
    #expect(found.new == ["c2"])
    #expect(found.vanished == ["c1"])
    #expect(found.model.segments[0].name == "silent members")
    #expect(found.model.segments[1].name != "quiet members")
    #expect(found.model.training.nextSegmentNumber == 3)
    // A third is enough: 5 of 5 + 5 + 5.
    let third = try succession(new, after: previous, [[20, 5], [5, 5]])
    #expect(third.kept == ["c0", "c1"])
  }

  @Test func idsOfVanishedSegmentsAreNeverGivenAgain() throws {
    let first = model([("c0", "silent members", 100), ("c1", "quiet members", 50)])
    let second = try succession(
      model([("c0", "silent members", 100)]), after: first, [[9], [3]])
    #expect(second.vanished == ["c1"])
    let third = try succession(
      model([("c0", "silent members", 100), ("c1", "gone members", 900)]), after: second.model,
      [[9, 4]])
    #expect(third.model.segments.map(\.id) == ["c0", "c2"])
    let bytes = ModelFile.bytes(of: third.model)
    #expect(try ModelFile(bytes: bytes, name: "m").model.training.nextSegmentNumber == 3)
  }

  @Test func namesStayAsLongAsTheyAreTrue() throws {
    let previous = model([("c0", "silent members", 100), ("c1", "quiet members", 50)])
    let true100 = model([("c0", "gone members", 900), ("c1", "other members", 60)])
    let kept = try succession(true100, after: previous, [[9, 0], [0, 9]])
    #expect(kept.model.segments.map(\.name) == ["silent members", "quiet members"])
    #expect(kept.renamings == [])
    // What they claim is measured anew, and the sentence says it.
    #expect(kept.model.segments[0].claims.first?.text == "last active 100.0 or more days ago")
    #expect(
      kept.model.segments[0].description.hasPrefix("last active 100.0 or more days ago"))

    let untrue = try succession(
      model([("c0", "gone members", 70), ("c1", "other members", 60)]), after: previous,
      [[9, 0], [0, 9]])
    let renaming = try #require(untrue.renamings.first)
    #expect(untrue.renamings.count == 1)
    #expect(renaming.id == "c0")
    #expect(renaming.previousName == "silent members")
    #expect(renaming.name == untrue.model.segments[0].name)
    #expect(renaming.name != "silent members")
    #expect(renaming.untrueClaims.map(\.insideShare) == [0])
  }

  @Test func newNamesAreNobodyElses() throws {
    let previous = model([("c0", "silent members", 100)])
    let new = model([("c0", "silent members", 120), ("c1", "silent members", 110)])
    let found = try succession(new, after: previous, [[9, 2]])
    #expect(found.model.segments[0].name == "silent members")
    #expect(found.model.segments[1].name != "silent members")
  }

  @Test func namesThatSayNothingOfWhatTheyClaimGiveWay() throws {
    var old = model([("c3", "sleeping members", 100)])
    var segment = old.segments[0]
    segment.claims = []
    old = old.replacing([segment])
    let found = try succession(model([("c0", "some members", 120)]), after: old, [[4]])
    #expect(found.model.segments.map(\.id) == ["c3"])
    #expect(found.model.segments[0].name == "silent members")
    #expect(found.renamings.map(\.untrueClaims) == [[]])
  }

  @Test func namesThatPeopleGaveStay() throws {
    let previous = model([("c0", "silent members", 100)]).givingNames(["c0": "sleepers"])
    let found = try succession(model([("c0", "gone members", 9)]), after: previous, [[4]])
    #expect(found.model.segments.map(\.givenName) == ["sleepers"])
    let bytes = ModelFile.bytes(of: found.model)
    #expect(try ModelFile(bytes: bytes, name: "m").model == found.model)
  }

  @Test func thoseWhoJoinedAreCountedBesides() throws {
    let previous = model([("c0", "silent members", 100)])
    let new = model([("c0", "silent members", 100), ("c1", "quiet members", 50)])
    let found = try succession(
      new, after: previous, [[2, 2]], haveJoined: [false, true, true, true])
    #expect(found.migration.joinedCounts == [1, 2])
    #expect(found.migration.memberCount == 4)
  }

  /// A first run of k-means from the earlier segments' means ends in them, however it is seeded.
  @Test func meansKeepThePreviousOptimumWhereItIsAsGood() throws {
    let sample = try SampleCommunity()
    var training = ModelTraining(
      algorithm: .kMeans(
        KMeans(clusterCount: 3, initialization: .random, restartCount: 1, seed: 3)),
      toolVersion: "test")
    let prepared = try training.prepare(sample.community, asOf: sample.asOf)
    let best = try training.fit(prepared, community: sample.community)
    training.previousMeans = ModelTraining.previousMeans(
      prepared, labels: best.labels, segmentCount: 3)
    for seed in 1...5 {
      training.algorithm = .kMeans(
        KMeans(clusterCount: 3, initialization: .random, restartCount: 1, seed: UInt64(seed)))
      let again = try training.fit(prepared, community: sample.community)
      let isContinued = again.model.training.parameters["init"] == "previous model"
      if isContinued {
        #expect(again.labels == best.labels)
      } else {
        #expect(
          again.model.training.inertia
            < best.model.training.inertia * (1 - ModelTraining.freshStartGain))
      }
    }
    training.previousMeans = Matrix(rowCount: 2, columnCount: prepared.matrix.columnCount)
    #expect(
      try training.fit(prepared, community: sample.community).model.training.parameters["init"]
        == "random")
    #expect(
      ModelTraining.previousMeans(prepared, labels: best.labels, segmentCount: 4) == nil)
  }
}
