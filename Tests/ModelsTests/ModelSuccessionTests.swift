import Clustering
import Engagement
import LinearAlgebra
import Testing

@testable import Models

@Suite struct ModelSuccessionTests {
  /// A model with these ids and names; medians of recency, in days, decide which names are true.
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
          id: $0.id, name: $0.name, description: "", size: 1, radii: [0, 0, 0, 0],
          medians: [$0.recency], effects: [($0.recency - 100) / 100])
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

  private func succession(
    _ new: SegmentModel, after previous: SegmentModel, _ counts: [[Int]],
    haveJoined: [Bool]? = nil
  ) throws -> ModelSuccession {
    let labels = labels(counts)
    return try ModelSuccession(
      new, labels: labels.new, previous: previous, previousID: "abc",
      previousLabels: labels.previous, haveJoined: haveJoined)
  }

  @Test func idsAndNamesFollowMembers() throws {
    let previous = model([("c0", "silent members", 100), ("c4", "quiet members", 50)])
    let new = model([("c0", "quiet members", 40), ("c1", "silent members", 120)])
    let found = try succession(new, after: previous, [[1, 9], [10, 2]])
    #expect(found.model.segments.map(\.id) == ["c4", "c0"])
    #expect(found.model.segments.map(\.name) == ["quiet members", "silent members"])
    #expect(found.kept == ["c4", "c0"])
    #expect(found.new == [])
    #expect(found.vanished == [])
    #expect(found.changedMeanings == [])
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
    #expect(found.model.segments.map(\.name) == ["silent members", "gone members"])
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

  @Test func namesStayAndAreSaidToBeUntrue() throws {
    let previous = model([("c0", "silent members", 100), ("c1", "quiet members", 50)])
    let new = model([("c0", "gone members", 900), ("c1", "quiet members", 40)])
    let found = try succession(new, after: previous, [[9, 0], [0, 9]])
    #expect(found.model.segments.map(\.name) == ["silent members", "quiet members"])
    #expect(
      found.changedMeanings == [
        ModelSuccession.ChangedMeaning(
          id: "c0", name: "silent members", words: ["silent"], nameToday: "gone members")
      ])
  }

  /// Untrue once, a name stays; twice, and it gives way to what both models would be called.
  @Test func namesThatAreUntrueTwiceGiveWay() throws {
    let first = model([("c0", "silent members", 100), ("c1", "quiet members", 50)])
    let today = SegmentNaming.names(
      of: [900, 40].map { recency in
        SegmentPortrait(
          features: [.recencyDays], medians: [recency], effects: [(recency - 100) / 100], size: 1)
      })
    let changed = model([("c0", today[0], 900), ("c1", today[1], 40)])
    let second = try succession(changed, after: first, [[9, 0], [0, 9]])
    #expect(second.renamings == [])
    #expect(second.model.segments[0].name == "silent members")
    let third = try succession(changed, after: second.model, [[9, 0], [0, 9]])
    #expect(
      third.renamings == [
        ModelSuccession.Renaming(id: "c0", previousName: "silent members", name: today[0])
      ])
    #expect(third.model.segments.map(\.id) == ["c0", "c1"])
    #expect(third.model.segments.map(\.name) == [today[0], "quiet members"])
    #expect(third.changedMeanings == [])
  }

  @Test func newNamesAreNobodyElses() throws {
    let previous = model([("c0", "silent members", 100)])
    let new = model([("c0", "many silent members", 120), ("c1", "silent members", 110)])
    let found = try succession(new, after: previous, [[9, 2]])
    #expect(found.model.segments.map(\.name) == ["silent members", "silent members 2"])
  }

  @Test func namesThatAreIDsGiveWay() throws {
    let found = try succession(
      model([("c0", "silent members", 120)]), after: model([("c3", "c3", 120)]), [[4]])
    #expect(found.model.segments.map(\.id) == ["c3"])
    #expect(found.model.segments.map(\.name) == ["silent members"])
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
