import Clustering
import Engagement
import Foundation
import LinearAlgebra
import TestSupport
import Testing

@testable import Models

/// A sample file of every released format is read for ever, with the labels it gave then.
///
/// `COTERIE_WRITE_FIXTURES=1 swift test --filter writesTheSampleOfTheCurrentFormat` writes the
/// sample of a new format; those of older ones are never written again.
@Suite struct ModelCompatibilityTests {
  private static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .appendingPathComponent("Fixtures")

  private static func model(_ format: Int) -> URL {
    folder.appendingPathComponent("format-\(format).safetensors")
  }

  private static func labels(_ format: Int) -> URL {
    folder.appendingPathComponent("format-\(format).labels.csv")
  }

  /// What is labelled: the rows of the clustered matrix before them, then the label.
  private static func row(_ values: [Double], _ label: ModelLabel) -> [Double] {
    values + [
      Double(label.segment), Double(label.secondSegment ?? -1), label.distance,
      label.secondDistance ?? -1, label.confidence, label.isNovel ? 1 : 0,
    ]
  }

  @Test(arguments: 1...ModelDocument.currentFormat)
  func sampleIsReadAndLabelsAsItDid(_ format: Int) throws {
    let path = Self.model(format).path
    let model = try ModelFile(path: path).model
    let expected = try NumericTable(Self.labels(format)).matrix
    let width = model.inputs.count
    let table = FeatureTable(
      asOf: try SampleCommunity().asOf,
      memberIDs: (0..<expected.rowCount).map { "m\($0)" },
      communityRows: Array(0..<expected.rowCount), features: model.inputs,
      values: Matrix(rows: (0..<expected.rowCount).map { Array(expected.row($0).prefix(width)) }))
    let labels = try model.label(table)
    #expect(Set(labels.map(\.segment)).count == model.segments.count)
    #expect(labels.contains { $0.isNovel })
    for (row, label) in labels.enumerated() {
      for (found, old) in zip(Self.row([], label), expected.row(row).dropFirst(width)) {
        #expect(abs(found - old) <= 1e-12 * abs(old), "row \(row): \(found), expected \(old)")
      }
    }
  }

  @Test func sampleOfTheCurrentFormatIsWrittenBackByteForByte() throws {
    let url = Self.model(ModelDocument.currentFormat)
    let bytes = [UInt8](try Data(contentsOf: url))
    #expect(ModelFile.bytes(of: try ModelFile(path: url.path).model) == bytes)
  }

  @Test(
    .enabled(
      if: ProcessInfo.processInfo.environment["COTERIE_WRITE_FIXTURES"] != nil,
      "COTERIE_WRITE_FIXTURES is not set"))
  func writesTheSampleOfTheCurrentFormat() throws {
    let features: [FeatureDefinition] = [
      .frequency(halfLifeInDays: 14), .tenureDays, .eventCount(of: "post", windowInDays: 90),
    ]
    let model = try SampleCommunity().model(
      ModelKind("ward", .ward).algorithm(), features: features,
      choices: TransformChoices(reduction: .whiten)
    ).model
    _ = try ModelFile.write(model, to: Self.model(ModelDocument.currentFormat).path)
    let rows = [
      [0.0, 10, 0], [0.02, 300, 1], [0.6, 31, 14], [1.5, 29, 20], [0.001, 330, 0], [0, 90, 0],
      [0.3, 200, 4], [50, 4000, 900],
    ]
    let table = FeatureTable(
      asOf: try SampleCommunity().asOf, memberIDs: rows.indices.map { "m\($0)" },
      communityRows: Array(rows.indices), features: model.inputs, values: Matrix(rows: rows))
    var text = model.inputs.map(\.description).joined(separator: ",")
    text += ",segment,second,distance,second_distance,confidence,novel\n"
    for (values, label) in zip(rows, try model.label(table)) {
      text += Self.row(values, label).map(\.description).joined(separator: ",") + "\n"
    }
    try Data(text.utf8).write(to: Self.labels(ModelDocument.currentFormat))
  }
}
