import Clustering
import Engagement
import EventLog
import LinearAlgebra
import Models
import Testing

@Suite struct ModelLabelTests {
  private static let asOf = Timestamp(microseconds: 1_772_323_200_000_000)

  /// A k-means model of two attributes as they are.
  private func model(
    centroids: [[Double]], outerRadii: [Double], columns: [ColumnTransform]? = nil,
    exponent: Double = 2
  ) -> SegmentModel {
    let plain = ["x", "y"].map { name in
      ColumnTransform(
        feature: .attribute(name), imputation: ColumnTransform.Imputation(value: 0),
        logarithm: .none, scale: .linear(center: 0, scale: 1))
    }
    let segments = outerRadii.enumerated().map { index, radius in
      SegmentModel.Segment(
        id: "c\(index)", name: "c\(index)", description: "", size: 1,
        radii: [0, 0, 0, radius], medians: [0, 0])
    }
    return SegmentModel(
      settings: EngagementSettings(), transform: FeatureTransform(columns: columns ?? plain),
      algorithm: .kMeans(KMeansModel(centroids: Matrix(rows: centroids))), segments: segments,
      training: TrainingRecord(
        toolVersion: "test", asOf: Self.asOf.description, firstEvent: nil, lastEvent: nil,
        memberCount: segments.count, eventCount: 0, parameters: [:], seed: 0, iterationCount: 1,
        hasConverged: true, inertia: 0, quality: [:]),
      distributions: [:], confidenceExponent: exponent)
  }

  private func table(_ features: [FeatureDefinition], _ rows: [[Double]]) -> FeatureTable {
    FeatureTable(
      asOf: Self.asOf, memberIDs: rows.indices.map { "m\($0)" },
      communityRows: Array(rows.indices), features: features, values: Matrix(rows: rows))
  }

  @Test func confidenceAndNovelByHand() throws {
    let model = model(centroids: [[0, 0], [4, 0]], outerRadii: [1, 3])
    let labels = try model.label(
      table([.attribute("x"), .attribute("y")], [[1, 0], [2, 0], [4, 0], [4, 3], [4, -4]]))
    #expect(labels.map(\.segment) == [0, 0, 1, 1, 1])
    #expect(labels.map(\.secondSegment) == [1, 1, 0, 0, 0])
    #expect(labels.map(\.distance) == [1, 2, 0, 3, 4])
    #expect(labels.map(\.secondDistance) == [3, 2, 4, 5, 32.0.squareRoot()])
    // 9/(1 + 9), equal distances, at the centroid, 25/(9 + 25), 32/(16 + 32).
    let confidences = [0.9, 0.5, 1, 25.0 / 34, 2.0 / 3]
    for (label, expected) in zip(labels, confidences) {
      #expect(abs(label.confidence - expected) < 1e-15)
    }
    // Two is within the second's radius; three is on it; four and 5.7 are outside both.
    #expect(labels.map(\.isNovel) == [false, false, false, false, true])
  }

  @Test func exponentChangesConfidencesBetweenCentroidAndHalfWay() throws {
    let model = model(centroids: [[0, 0], [4, 0]], outerRadii: [1, 3], exponent: 3)
    let labels = try model.label(
      table([.attribute("x"), .attribute("y")], [[1, 0], [2, 0], [0, 0]]))
    // 1/(1 + (1/3)³) = 27/28.
    for (label, expected) in zip(labels, [27.0 / 28, 0.5, 1]) {
      #expect(abs(label.confidence - expected) < 1e-15)
    }
  }

  @Test func nothingIsSecondToTheOnlySegment() throws {
    let model = model(centroids: [[0, 0]], outerRadii: [5])
    let labels = try model.label(Matrix(rows: [[3, 4], [6, 8]]), threadCount: 1)
    #expect(labels.map(\.segment) == [0, 0])
    #expect(labels.map(\.secondSegment) == [nil, nil])
    #expect(labels.map(\.secondDistance) == [nil, nil])
    #expect(labels.map(\.distance) == [5, 10])
    #expect(labels.map(\.confidence) == [1, 1])
    #expect(labels.map(\.isNovel) == [false, true])
  }

  @Test func coincidingSegmentsAreEquallyLikely() throws {
    let model = model(centroids: [[1, 1], [1, 1]], outerRadii: [0, 0])
    let label = try #require(try model.label(Matrix(rows: [[1, 1]]), threadCount: 1).first)
    #expect(label.segment == 0)
    #expect(label.confidence == 0.5)
    #expect(!label.isNovel)
  }

  @Test func memberWithoutEventsGetsImputedFeatures() throws {
    // Recency is tenure, the share is 0.25; log1p and scale follow.
    let columns = [
      ColumnTransform(
        feature: .recencyDays,
        imputation: ColumnTransform.Imputation(feature: .tenureDays, value: 50),
        logarithm: .none, scale: .linear(center: 10, scale: 20)),
      ColumnTransform(
        feature: .share(of: "post", windowInDays: nil),
        imputation: ColumnTransform.Imputation(value: 3), logarithm: .log1p,
        scale: .linear(center: 0, scale: 2)),
    ]
    let model = model(centroids: [[0, 0], [2, 0]], outerRadii: [1, 1], columns: columns)
    #expect(
      model.inputs == [.recencyDays, .share(of: "post", windowInDays: nil), .tenureDays])
    let rows = table(
      model.inputs, [[.nan, .nan, 30], [.nan, 0, .nan], [10, 0, 99]])
    // log(1 + 3)/2 = log 2.
    let matrix = model.transform.apply(to: rows)
    #expect(Array(matrix.row(0)) == [1, 1.386_294_361_119_890_6 / 2])
    #expect(Array(matrix.row(1)) == [2, 0])
    #expect(Array(matrix.row(2)) == [0, 0])
    #expect(try model.label(rows).map(\.segment) == [0, 1, 0])
  }

  @Test(arguments: [1e200, -1e308, Double.greatestFiniteMagnitude])
  func hugeValuesAreAnError(_ value: Double) {
    let model = model(centroids: [[0, 0], [4, 0]], outerRadii: [1, 3])
    let rows = table([.attribute("x"), .attribute("y")], [[0, 0], [0, value]])
    #expect(throws: ClusteringError.self) { try model.label(rows) }
  }

  @Test func matrixOfAnotherWidthIsAnError() {
    let model = model(centroids: [[0, 0], [4, 0]], outerRadii: [1, 3])
    #expect(throws: ClusteringError.columnCount(expected: 2, found: 3)) {
      try model.label(Matrix(rows: [[1.0, 2, 3]]), threadCount: 1)
    }
  }

  @Test(arguments: ModelKind.all) func trainingMembersAreAtHome(_ kind: ModelKind) throws {
    let sample = try SampleCommunity()
    let (model, trained, table) = try sample.model(kind.algorithm(), choices: kind.choices)
    let labels = try model.label(table)
    // Under 1000 members the 99.9 % radius is the greatest.
    #expect(labels.allSatisfy { !$0.isNovel })
    #expect(labels.allSatisfy { (0.5...1).contains($0.confidence) })
    if case .kMeans = model.algorithm { #expect(labels.map(\.segment) == trained) }
    let matrix = model.transform.apply(to: table)
    switch model.algorithm {
    case .kMeans(let means): #expect(try means.predict(matrix) == labels.map(\.segment))
    case .hierarchical(let tree): #expect(try tree.predict(matrix) == labels.map(\.segment))
    }
    for threads in 1...3 { #expect(try model.label(table, threadCount: threads) == labels) }
  }

  @Test func typesThatDoNotOccurCountNothing() throws {
    let sample = try SampleCommunity()
    let features: [FeatureDefinition] = [
      .eventCount(of: "post", windowInDays: nil), .share(of: "like", windowInDays: nil),
    ]
    let trained = try sample.model(ModelKind("k-means", nil).algorithm(), features: features)
    let model = try ModelFile(bytes: ModelFile.bytes(of: trained.model), name: "m").model
    let quiet = Community(
      history: EventHistory([
        Event(memberID: "a", timestamp: sample.asOf, type: "answer"),
        Event(memberID: "a", timestamp: sample.asOf, type: "answer"),
      ]))
    let table = try model.featureTable(of: quiet, asOf: sample.asOf, modelName: "m")
    #expect(table.values.elements == [0, 0])
    #expect(try model.label(table).count == 1)
  }

  @Test func missingInputNamesModelAndFeature() throws {
    let model = model(centroids: [[0, 0]], outerRadii: [1])
    let sample = try SampleCommunity()
    #expect {
      try model.featureTable(of: sample.community, asOf: sample.asOf, modelName: "members")
    } throws: { error in
      guard case ModelError.missingInput("members", let reason)? = error as? ModelError else {
        return false
      }
      return reason.contains("\"x\"")
    }
  }
}
