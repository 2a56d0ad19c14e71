import Clustering
import Engagement
import Models
import Testing

/// A model says enough of its training to train it again.
struct RepeatedTrainingTests {
  @Test(arguments: ModelKind.all)
  func trainingAgainGivesTheSameModel(_ kind: ModelKind) throws {
    let sample = try SampleCommunity()
    let model = try sample.model(kind.algorithm(), choices: kind.choices).model
    let training = try #require(
      ModelTraining(repeating: model, threadCount: 1, toolVersion: "test"))
    let again = try training.fit(
      training.prepare(sample.community, asOf: sample.asOf), community: sample.community
    ).model
    #expect(training.choices.scale == kind.choices.scale)
    #expect(training.choices.reduction == kind.choices.reduction)
    #expect(again.algorithm == model.algorithm)
    #expect(again.transform.columns == model.transform.columns)
    #expect(again.segments == model.segments)
  }

  @Test func parametersThatAreMissingAreNotGuessed() throws {
    let sample = try SampleCommunity()
    let model = try sample.model(ModelKind.all[0].algorithm()).model
    var record = model.training
    record.parameters["clusters"] = nil
    let damaged = SegmentModel(
      settings: model.settings, transform: model.transform, algorithm: model.algorithm,
      segments: model.segments, training: record, distributions: model.distributions)
    #expect(ModelTraining(repeating: damaged, toolVersion: "test") == nil)
  }
}
