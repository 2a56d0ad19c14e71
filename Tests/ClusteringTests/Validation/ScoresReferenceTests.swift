import Clustering
import Foundation
import LinearAlgebra
import TestSupport
import Testing

/// Validity indices against scikit-learn's.
@Suite(.enabled(if: ReferenceData.isPresent, "\(ReferenceData.absence)"))
struct ScoresReferenceTests {
  struct Internal: Decodable, Sendable, CustomTestStringConvertible {
    let set: String
    let labelings: String
    let labeling: String
    let clusters: Int
    let silhouette: Double?
    let silhouette_min: Double?
    let silhouette_max: Double?
    let calinski_harabasz: Double?
    let davies_bouldin: Double?

    var testDescription: String { "\(set) \(labeling)" }
  }

  struct Pair: Decodable, Sendable, CustomTestStringConvertible {
    let set: String
    let labelings: String
    let `true`: String
    let pred: String
    let rand: Double
    let adjusted_rand: Double
    let mutual_information: Double
    let normalized_mutual_information: Double
    let adjusted_mutual_information: Double?
    let homogeneity: Double
    let completeness: Double
    let v_measure: Double
    let fowlkes_mallows: Double
    let pair_confusion: [Int]

    var testDescription: String { "\(set) \(`true`) \(pred)" }
  }

  struct File: Decodable {
    let `internal`: [Internal]
    let pairs: [Pair]

    static let all: File? = {
      guard let data = try? Data(contentsOf: ReferenceData.file("reference/scores.json")) else {
        return nil
      }
      return try? JSONDecoder().decode(File.self, from: data)
    }()
  }

  /// Davies–Bouldin in extended precision (numpy.longdouble, direct differences) where a row alone
  /// in its cluster decides the index: scikit-learn's expanded form gives such a row a distance of
  /// some 1e-8 to itself, which is 7e-9 of the index.
  private static let exactDaviesBouldin = [
    "wine-std average": 1.0298902169850321142, "ecoli average": 0.8447411277986903472,
  ]

  private func labels(_ file: String, _ name: String) throws -> [Int] {
    try NumericTable(ReferenceData.file("reference/" + file)).labels(name)
  }

  @Test func everyAnswerIsRead() throws {
    let file = try #require(File.all)
    #expect(file.internal.count == 93)
    #expect(file.pairs.count == 201)
  }

  @Test(arguments: File.all?.internal ?? [])
  func internalIndicesAreTheReference(entry: Internal) throws {
    let samples = try ReferenceData.set(entry.set)
    let labeled = try LabeledSamples(samples, labels: labels(entry.labelings, entry.labeling))
    #expect(labeled.clusterLabels.count == entry.clusters)
    func check(_ found: Double?, _ expected: Double?, _ name: String) throws {
      guard let expected else {
        #expect(found == nil, "\(name)")
        return
      }
      let value = try #require(found)
      // A mean of numbers in -1...1 can be near 0; its error then has that scale.
      let error = min(relativeError(value, expected), abs(value - expected) / 1e-3)
      #expect(error < 1e-9, "\(name): \(value), expected \(expected)")
    }
    let silhouettes = try labeled.silhouettes()
    let mean = silhouettes.map { $0.reduce(0, +) / Double($0.count) }
    try check(mean, entry.silhouette, "silhouette")
    try check(silhouettes?.min(), entry.silhouette_min, "least silhouette")
    try check(silhouettes?.max(), entry.silhouette_max, "largest silhouette")
    try check(labeled.calinskiHarabasz(), entry.calinski_harabasz, "Calinski–Harabasz")
    let daviesBouldin = Self.exactDaviesBouldin[entry.testDescription] ?? entry.davies_bouldin
    try check(labeled.daviesBouldin(), daviesBouldin, "Davies–Bouldin")
    let perRow = "reference/labelings/\(entry.set)-\(entry.labeling)-silhouettes.csv"
    guard FileManager.default.fileExists(atPath: ReferenceData.file(perRow).path) else { return }
    let expected = try NumericTable(ReferenceData.file(perRow)).matrix.column(0)
    for (found, expected) in zip(try #require(silhouettes), expected) {
      #expect(abs(found - expected) < 1e-10)
    }
  }

  @Test(arguments: File.all?.pairs ?? [])
  func pairIndicesAreTheReference(entry: Pair) throws {
    let table = try ContingencyTable(
      labels(entry.labelings, entry.true), labels(entry.labelings, entry.pred))
    let pairs = table.pairConfusion
    #expect(
      entry.pair_confusion == [
        pairs.apartInBoth, pairs.togetherInSecondOnly, pairs.togetherInFirstOnly,
        pairs.togetherInBoth,
      ])
    func check(_ found: Double?, _ expected: Double, _ name: String) throws {
      let value = try #require(found)
      // Information near 0 is a difference of numbers of size 1 in both implementations.
      let isNear = relativeError(value, expected) < 1e-9 || abs(value - expected) < 1e-12
      #expect(isNear, "\(name): \(value), expected \(expected)")
    }
    try check(table.rand, entry.rand, "Rand")
    try check(table.adjustedRand, entry.adjusted_rand, "adjusted Rand")
    try check(table.mutualInformation, entry.mutual_information, "MI")
    try check(table.normalizedMutualInformation, entry.normalized_mutual_information, "NMI")
    try check(table.homogeneity, entry.homogeneity, "homogeneity")
    try check(table.completeness, entry.completeness, "completeness")
    try check(table.vMeasure, entry.v_measure, "V-measure")
    try check(table.fowlkesMallows, entry.fowlkes_mallows, "Fowlkes–Mallows")
    if let expected = entry.adjusted_mutual_information {
      try check(table.adjustedMutualInformation, expected, "AMI")
    }
  }
}
