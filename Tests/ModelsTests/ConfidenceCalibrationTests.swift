import Clustering
import Engagement
import EventLog
import Foundation
import LinearAlgebra
import TestSupport
import Testing

@testable import Models

@Suite struct ConfidenceCalibrationTests {
  @Test(arguments: [0.5, 1, 2, 3.7, 12]) func exponentIsFoundAgain(exponent: Double) {
    let ratios = (1...200).map { Double($0) / 200 }
    let agreements = ratios.map { 1 / (1 + pow($0, exponent)) }
    let found = ConfidenceCalibration(ratios: ratios, agreements: agreements).exponent
    #expect(abs(found - exponent) < 1e-9 * exponent)
  }

  /// No exponent of a fine grid has a greater likelihood.
  @Test(arguments: 1...20) func exponentIsOfGreatestLikelihood(seed: UInt64) {
    var generator = TestGenerator(seed: seed)
    let ratios = (0..<50).map { _ in Double.random(in: 0...1, using: &generator) }
    let agreements = ratios.map { _ in Double.random(in: 0.3...1, using: &generator) }
    func likelihood(_ exponent: Double) -> Double {
      zip(ratios, agreements).reduce(0) { sum, member in
        let confidence = 1 / (1 + pow(member.0, exponent))
        return sum + member.1 * log(confidence) + (1 - member.1) * log(1 - confidence)
      }
    }
    let found = ConfidenceCalibration(ratios: ratios, agreements: agreements).exponent
    for step in 1...400 {
      let exponent = 0.125 + Double(step) / 50
      #expect(likelihood(found) >= likelihood(exponent) - 1e-9)
    }
  }

  @Test func exponentStaysInItsRange() {
    let range = SegmentModel.confidenceExponents
    let sure = ConfidenceCalibration(ratios: [0, 0.5, 0.9], agreements: [1, 1, 1]).exponent
    let unsure = ConfidenceCalibration(ratios: [0, 0.5], agreements: [0, 0]).exponent
    let unknown = ConfidenceCalibration(ratios: [1, 1], agreements: [0.2, 1]).exponent
    #expect([sure, unsure, unknown].allSatisfy { range.contains($0) })
    #expect(sure > 60)
    #expect(unsure < 0.126)
  }

  @Test func expectedErrorByHand() {
    // Twenty members, two a bin: each bin is off by 0.1 to one side or the other.
    let confidences = (0..<20).map { 0.5 + Double($0 / 2) / 20 }
    let agreements = confidences.enumerated().map { $1 + ($0 / 2 % 2 == 0 ? 0.1 : -0.1) }
    let found = ConfidenceCalibration.expectedError(
      confidences: confidences, agreements: agreements)
    #expect(abs((found ?? 0) - 0.1) < 1e-12)
    #expect(ConfidenceCalibration.expectedError(confidences: [], agreements: []) == nil)
  }

  /// Two broad groups that overlap: a confidence of 0.8 is kept by four of five other models, whereas that
  /// of p = 2 is not; and the models counted are not those that the exponent was fitted to.
  @Test(arguments: [1, 2, 3]) func confidencesAreChancesOfAnotherModel(seed: UInt64) throws {
    var generator = TestGenerator(seed: seed)
    func normal() -> Double {
      (0..<12).reduce(-6.0) { sum, _ in sum + Double.random(in: 0...1, using: &generator) }
    }
    let values = (0..<400).map { $0 % 2 == 0 ? normal() : 3 + normal() }
    let asOf = Timestamp(microseconds: 1_772_323_200_000_000)
    let ids = values.indices.map { "m\($0)" }
    let community = Community(
      history: EventHistory(),
      members: MemberTable(
        ids: ids, joinedAt: ids.map { _ in asOf }, attributes: ["x": .number(values)]))
    var training = ModelTraining(
      features: [.attribute("x")], algorithm: .kMeans(KMeans(clusterCount: 2, restartCount: 2)),
      toolVersion: "test")
    let model = try training.fit(
      training.prepare(community, asOf: asOf), community: community
    ).model
    let error = try #require(model.training.quality["calibration_error"])
    let before = try #require(model.training.quality["calibration_error_uncalibrated"])
    #expect(error < 0.03)
    #expect(error < before)
    #expect(model.segments.allSatisfy { ($0.stability ?? 0) > 0.9 })
    #expect(model.training.quality["stability"] == model.segments.compactMap(\.stability).min())
    training.resampleCount = 0
    let plain = try training.fit(
      training.prepare(community, asOf: asOf), community: community
    ).model
    #expect(plain.confidenceExponent == 2)
    #expect(plain.segments.allSatisfy { $0.stability == nil })
    #expect(plain.training.quality["calibration_error"] == nil)
  }
}
