import Clustering
import Engagement
import EventLog
import Foundation
import LinearAlgebra
import Testing

@testable import Models

@Suite struct ModelTrainingTests {
  private let asOf = Timestamp(microseconds: 1_772_323_200_000_000)

  /// Members with an attribute of these values each, and another that is 7 for all.
  private func community(_ values: [Double]) -> Community {
    let ids = values.indices.map { "m\($0)" }
    return Community(
      history: EventHistory(),
      members: MemberTable(
        ids: ids, joinedAt: ids.map { _ in asOf },
        attributes: [
          "x": .number(values), "same": .number(values.map { _ in 7 }),
          "absent": .number(values.map { _ in .nan }),
        ]))
  }

  private func training(
    _ algorithm: ModelTraining.Algorithm, features: [FeatureDefinition] = [.attribute("x")]
  ) -> ModelTraining {
    ModelTraining(
      features: features, choices: TransformChoices(logarithm: .columns([]), scale: .none),
      algorithm: algorithm,
      seed: 9, threadCount: 1, toolVersion: "1.2.3")
  }

  private func fit(
    _ training: ModelTraining, _ values: [Double]
  ) throws -> (model: SegmentModel, labels: [Int]) {
    let community = community(values)
    let fit = try training.fit(training.prepare(community, asOf: asOf), community: community)
    return (fit.model, fit.labels)
  }

  /// The file names the feature; who labels gives it again.
  @Test func customFeatureIsTrainedOnAndLabelledWith() throws {
    let feature = try CustomFeature(
      name: "doubled", formula: "2 x", unit: "none", source: "this test"
    ) { $0.profile.attributes["x"].map { 2 * $0 } }
    var training = training(
      .kMeans(KMeans(clusterCount: 2)), features: [FeatureDefinition("doubled", aliases: [])])
    try training.settings.add(feature)
    let (model, labels) = try fit(training, [1, 2, 8, 9, 9])
    let read = try ModelFile(bytes: ModelFile.bytes(of: model), name: "m.safetensors").model
    #expect(read.inputs == [.attribute("doubled")])
    let community = community([9, 1])
    #expect(throws: ModelError.self) {
      try read.featureTable(of: community, asOf: asOf, modelName: "m")
    }
    var settings = read.settings
    try settings.add(feature)
    let table = try FeatureTable(
      of: community, asOf: asOf, features: read.inputs, settings: settings)
    #expect(table.values.elements == [18, 2])
    #expect(try read.label(table).map(\.segment) == [labels[4], labels[0]])
  }

  /// The file keeps trees up to a size; whoever trains gets any.
  @Test(arguments: [(10_000, true), (10_001, false)])
  func treesOfManyMembersAreReturnedButNotStored(count: Int, isStored: Bool) throws {
    let community = community((0..<count).map { Double($0 % 50 * $0 % 50) })
    let training = training(
      .hierarchical(Hierarchical(linkage: .ward), cut: .clusterCount(3)))
    let fit = try training.fit(training.prepare(community, asOf: asOf), community: community)
    #expect(fit.tree?.merges.count == count - 1)
    #expect((fit.model.linkageMatrix != nil) == isStored)
  }

  @Test func segmentsAreDescribedByHand() throws {
    let (model, labels) = try fit(
      training(.kMeans(KMeans(clusterCount: 2, threadCount: 1))), [0, 1, 2, 11, 12])
    #expect(labels == [0, 0, 0, 1, 1])
    #expect(model.segments.map(\.id) == ["c0", "c1"])
    #expect(model.segments.map(\.name) == ["members with x under 3", "members with x 3 or more"])
    // Means 1 and 11.5, all 5.2 with a variance of 132.3 / 5 + 0.5.
    let deviation = (132.3 / 5 + 0.5).squareRoot()
    for (segment, mean) in zip(model.segments, [1, 11.5]) {
      #expect(abs(segment.effects[0] - (mean - 5.2) / deviation) < 1e-12)
    }
    #expect(model.segments.map(\.size) == [3, 2])
    #expect(model.segments.map(\.medians) == [[1], [11.5]])
    #expect(model.segments.map(\.radii) == [[1, 1, 1, 1], [0.5, 0.5, 0.5, 0.5]])
    #expect(
      model.segments.map(\.description) == ["x under 3", "x 3 or more"])
    #expect(model.training.inertia == 2.5)
    #expect(model.training.memberCount == 5)
    #expect(model.training.eventCount == 0)
    #expect(model.training.firstEvent == nil)
    #expect(model.training.asOf == "2026-03-01T00:00:00Z")
    #expect(model.training.toolVersion == "1.2.3")
    #expect(model.training.seed == 9)
    #expect(model.training.hasConverged == true)
    #expect(model.linkageMatrix == nil)
    // B = 3 (5.2 - 1)² + 2 (11.5 - 5.2)² = 132.3, W = 2.5, and n - k = 3.
    let calinskiHarabasz = try #require(model.training.quality["calinski_harabasz"])
    #expect(abs(calinskiHarabasz - 132.3 / (2.5 / 3)) < 1e-9)
  }

  /// Of few members the greatest distance is no quantile of 0.999; an exponential tail goes on from there.
  @Test func radiiOfFewMembersReachAsFarAsThoseOfMany() {
    // Half lie up to 1 and nine of ten up to 2: a factor of five for each 1 more, and log₅ 100 to go.
    let few = [0, 0.5, 1, 1, 1, 1.5, 1.5, 2, 2, 2.5]
    #expect(radii(ofSorted: few) == [1, 2, 2.5, 2 + log(100) / log(5)])
    #expect(radii(ofSorted: [1, 1, 1, 1, 9]) == [1, 9, 9, 9 + 8 * log(100) / log(5)])
    // Never less than the greatest.
    #expect(radii(ofSorted: [1] + [Double](repeating: 2, count: 18) + [50]) == [2, 2, 50, 50])
    #expect(radii(ofSorted: (1...1000).map(Double.init)) == [500, 900, 990, 999])
  }

  @Test func parametersAreRecorded() throws {
    let values: [Double] = [0, 1, 2, 11, 12]
    let means = KMeans(
      clusterCount: 2, initialization: .random, restartCount: 4, maximumIterations: 50,
      tolerance: 0.001, threadCount: 1)
    #expect(
      try fit(training(.kMeans(means)), values).model.training.parameters == [
        "clusters": "2", "init": "random", "restarts": "4", "max_iterations": "50",
        "tolerance": "0.001", "resamples": "50",
      ])
    let tree = Hierarchical(linkage: .average, metric: .cityblock, threadCount: 1)
    #expect(
      try fit(training(.hierarchical(tree, cut: .height(5))), values).model.training.parameters
        == [
          "clusters": "2", "linkage": "average", "metric": "cityblock", "cut_height": "5.0",
          "resamples": "50",
        ])
    var single = training(.kMeans(KMeans(clusterCount: 2, threadCount: 1)))
    single.isSinglePrecision = true
    #expect(try fit(single, values).model.training.parameters["precision"] == "float32")
  }

  @Test func treesKeepTheirMerges() throws {
    let tree = Hierarchical(linkage: .single, threadCount: 1)
    let model = try fit(training(.hierarchical(tree, cut: .clusterCount(2))), [0, 1, 3, 13]).model
    #expect(
      model.linkageMatrix
        == Matrix(rows: [[0, 1, 1, 2], [2, 4, 2, 3], [3, 5, 10, 4]]))
    #expect(model.training.iterationCount == nil)
    #expect(model.training.hasConverged == nil)
  }

  @Test func columnsThatTellNothingAreDroppedAndNamed() throws {
    let features: [FeatureDefinition] = [
      .attribute("absent"), .attribute("x"), .attribute("same"),
      .eventCount(of: nil, windowInDays: nil),
    ]
    let (model, _) = try fit(
      training(.kMeans(KMeans(clusterCount: 2, threadCount: 1)), features: features), [0, 1, 9])
    #expect(model.transform.columns.map(\.feature) == [.attribute("x")])
    #expect(
      model.transform.dropped.map { "\($0.feature): \($0.reason)" } == [
        "absent: absent for every member", "same: the same for every member",
        "events: the same for every member",
      ])
    #expect(
      try ModelFile(bytes: ModelFile.bytes(of: model), name: "m").model.transform.dropped
        == model.transform.dropped)
  }

  @Test func fewerDistinctMembersThanClustersAreAnError() {
    let means = training(.kMeans(KMeans(clusterCount: 3, threadCount: 1)))
    #expect(throws: ClusteringError.tooFewDistinctRows(distinct: 2, clusterCount: 3)) {
      try fit(means, [1, 1, 5, 5])
    }
    #expect(throws: ClusteringError.tooFewRows(rows: 2, clusterCount: 3)) {
      try fit(means, [1, 5])
    }
  }

  @Test func perfectClustersMakeAFile() throws {
    let (model, _) = try fit(
      training(.kMeans(KMeans(clusterCount: 2, threadCount: 1))), [1, 1, 5, 5])
    #expect(model.training.inertia == 0)
    #expect(try ModelFile(bytes: ModelFile.bytes(of: model), name: "m").model == model)
  }

  @Test(arguments: [1e101, -1e200, 1e308, .infinity])
  func hugeAttributesAreAnError(_ value: Double) {
    let means = training(.kMeans(KMeans(clusterCount: 2, threadCount: 1)))
    #expect(throws: EngagementError.valueTooLarge(feature: "x")) {
      try fit(means, [0, 1, value])
    }
  }
}
