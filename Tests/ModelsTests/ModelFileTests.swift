import EventLog
import Clustering
import Engagement
import Foundation
import TestSupport
import Testing

@testable import Models

@Suite struct ModelFileTests {
  @Test(arguments: ModelKind.all) func modelIsReadBackBitForBit(_ kind: ModelKind) throws {
    let sample = try SampleCommunity()
    let (model, _, table) = try sample.model(kind.algorithm(), choices: kind.choices)
    let bytes = ModelFile.bytes(of: model)
    let file = try ModelFile(bytes: bytes, name: "m.safetensors")
    #expect(file.model == model)
    #expect(file.id == sha256(bytes))
    #expect(ModelFile.bytes(of: file.model) == bytes)
    let labels = try model.label(table)
    #expect(try file.model.label(table) == labels)
    #expect(Set(labels.map(\.segment)).count == 3)
  }

  @Test func conditionOnMembersIsKept() throws {
    var model = try SampleCommunity().model(ModelKind("ward", .ward).algorithm()).model
    let plain = ModelFile.bytes(of: model)
    #expect(!String(decoding: plain, as: UTF8.self).contains("among"))
    model.among = "{did: \"*\", within: 90d}"
    let file = try ModelFile(bytes: ModelFile.bytes(of: model), name: "m")
    #expect(file.model == model)
    #expect(file.model.among == "{did: \"*\", within: 90d}")
  }

  /// Who reads older formats does not know that some members are outside.
  @Test(arguments: [1, 2]) func olderFormatsHaveNoCondition(_ format: Int) throws {
    var model = try SampleCommunity().model(ModelKind("ward", .ward).algorithm()).model
    model.among = "{did: \"*\", within: 90d}"
    var file = try SafetensorsFile(ModelFile.bytes(of: model))
    let text = try #require(file.metadata["coterie"])
    file.metadata["coterie"] = text.replacingOccurrences(
      of: "\"format\":3", with: "\"format\":\(format)")
    let error = #expect(throws: ModelError.self) {
      try ModelFile(bytes: file.bytes, name: "m")
    }
    #expect(error?.description.contains("in a file of format \(format)") == true, "\(error as Any)")
  }

  @Test(arguments: ModelKind.all) func bytesDoNotDependOnThreads(_ kind: ModelKind) throws {
    let sample = try SampleCommunity()
    let files = try [1, 2, 3].map { threads in
      ModelFile.bytes(
        of: try sample.model(
          kind.algorithm(threadCount: threads), choices: kind.choices, threadCount: threads
        ).model)
    }
    #expect(files[0] == files[1])
    #expect(files[0] == files[2])
  }

  @Test func fileIsWrittenAndReadByPath() throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent(
      "coterie-models-tests-\(ProcessInfo.processInfo.processIdentifier)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let model = try SampleCommunity().model(ModelKind("ward", .ward).algorithm()).model
    let path = folder.appendingPathComponent("members.safetensors").path
    let id = try ModelFile.write(model, to: path)
    let file = try ModelFile(path: path)
    #expect(file.model == model)
    #expect(file.id == id)
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).count == 1)
    let absent = folder.appendingPathComponent("absent.safetensors").path
    #expect(throws: ModelError.unreadable(file: absent, reason: "no such file")) {
      try ModelFile(path: absent)
    }
    #expect(throws: ModelError.unreadable(file: folder.path, reason: "no permission, or a folder"))
    {
      try ModelFile(path: folder.path)
    }
  }

  @Test func nameIsThePathWithoutFolderAndEnding() {
    #expect(ModelFile.name(ofPath: "models/members.safetensors") == "members")
    #expect(ModelFile.name(ofPath: "/a/b.c.safetensors") == "b.c")
    #expect(ModelFile.name(ofPath: "plain") == "plain")
  }

  // MARK: What is refused

  private func file() throws -> SafetensorsFile {
    try SampleCommunity().model(ModelKind("k-means", nil).algorithm()).model.file()
  }

  private func error(
    _ change: (inout SafetensorsFile) throws -> Void
  ) throws -> ModelError? {
    var file = try file()
    try change(&file)
    do {
      _ = try ModelFile(bytes: file.bytes, name: "m")
      return nil
    } catch {
      return error
    }
  }

  /// The error where a piece of the text part is replaced.
  private func error(replacing old: String, by new: String) throws -> ModelError? {
    try error { file in
      let text = try #require(file.metadata["coterie"])
      try #require(text.contains(old))
      file.metadata["coterie"] = text.replacingOccurrences(of: old, with: new)
    }
  }

  @Test func safetensorsOfOtherToolsAreNoModels() throws {
    #expect(try error { $0.metadata = [:] } == .notAModel(file: "m"))
    #expect(try error { $0.metadata = ["format": "pt"] } == .notAModel(file: "m"))
  }

  @Test func unknownMetadataIsRefused() throws {
    #expect(
      try error { $0.metadata["other"] = "x" }
        == .malformed(file: "m", reason: "unknown metadata entry other"))
    let unknown = ModelError.malformed(
      file: "m", reason: "its description has unknown or missing entries")
    #expect(try error(replacing: "{\"algorithm\"", by: "{\"age\":1,\"algorithm\"") == unknown)
    #expect(try error(replacing: "\"iterations\"", by: "\"iteration_count\"") == unknown)
    #expect(try error(replacing: "\"format\":3", by: "\"format\": 2") == unknown)
    #expect(try error(replacing: "\"tool\":\"test\",", by: "") == unknown)
    #expect(
      try error(replacing: "\"format\":3", by: "\"format\":{}")
        == .malformed(file: "m", reason: "its description is not JSON"))
  }

  @Test func otherFormatsAreToldApart() throws {
    for format in [0, 4, 99] {
      #expect(
        try error(replacing: "\"format\":3", by: "\"format\":\(format)")
          == .unsupportedVersion(file: "m", found: format, supported: 3))
    }
  }

  @Test(arguments: [
    (
      "\"zone\":\"UTC\"", "\"zone\":\"Nowhere/Land\"",
      "unknown time zone Nowhere/Land: install the tzdata package"
    ),
    ("\"week_starts\":\"monday\"", "\"week_starts\":\"friday\"", "unknown start of the week"),
    ("\"value\":\"none\"", "\"value\":\"cubed\"", "unknown use of values"),
    ("\"logarithm\":\"none\"", "\"logarithm\":\"log2\"", "unknown logarithm"),
    ("\"scale\":\"linear\"", "\"scale\":\"cubic\"", "unknown scale cubic"),
    ("\"name\":\"kmeans\"", "\"name\":\"dbscan\"", "unknown algorithm dbscan"),
    ("\"id\":\"c1\"", "\"id\":\"c0\"", "segment ids that are not unique"),
    ("\"id\":\"c1\"", "\"id\":\"\"", "segment ids that are not unique"),
    ("\"members\":63", "\"members\":62", "sizes of another sum"),
    (
      "\"confidence_exponent\":", "\"confidence_exponent\":-",
      "an exponent of confidences out of range"
    ),
    (",\"stability\":", ",\"stability\":-", "a stability outside 0 to 1"),
    // What format 2 added is not in a file that says it is older.
    ("\"format\":3", "\"format\":1", "claims in a file before format 3"),
    ("\"format\":3", "\"format\":2", "claims in a file before format 3"),
    (
      "\"claims\":[",
      "\"claims\":[{\"conditions\":[],\"in_name\":false,\"inside\":1,\"outside\":0,\"plain\":false,\"text\":\"a\"},",
      "a claim that says nothing or of no share"
    ),
    (
      "\"conditions\":[{\"feature\":\"", "\"conditions\":[{\"feature\":\"other_",
      "a claim about no input of the model"
    ),
    ("\"members\":63", "\"members\":-1", "sizes of another sum"),
  ]) func contradictingTextIsRefused(_ example: (String, String, String)) throws {
    #expect(
      try error(replacing: example.0, by: example.1)
        == .inconsistent(file: "m", reason: example.2))
  }

  @Test func contradictingTensorsAreRefused() throws {
    func reason(_ change: (inout SafetensorsFile) throws -> Void) throws -> String? {
      guard case .inconsistent("m", let reason)? = try error(change) else { return nil }
      return reason
    }
    #expect(try reason { $0.add("x", shape: [1], [1.0]) } == "unknown tensor x")
    #expect(
      try reason { $0.add("segment.sizes", shape: [3], [Int.max, Int.max, Int.max]) }
        == "sizes of another sum")
    #expect(
      try reason { $0.add("segment.sizes", shape: [3], [63, 0, 0]) }
        == "a segment without members")
    #expect(
      try reason { $0.add("segment.sizes", shape: [2], [60, 3]) }
        == "segments of another number or width")
    #expect(try reason { $0.add("centroids", shape: [0, 8], [Double]()) } == "no centroids")
    #expect(
      try reason { $0.add("centroids", shape: [2, 8], [Double](repeating: 0, count: 16)) }
        == "another number of segments")
    #expect(
      try reason { $0.add("centroids", shape: [3, 1], [1.0, 2, 3]) } == "clusters of another width")
    #expect(
      try reason { $0.add("column.scale", shape: [8], [0.0, 1, 1, 1, 1, 1, 1, 1]) }
        == "a scale that is not positive")
    #expect(
      try reason { $0.add("segment.radii", shape: [3, 4], [Double](repeating: -1, count: 12)) }
        == "a negative radius")
    #expect(
      try reason { $0.add("segment.effects", shape: [3, 2], [0.0, 0, 0, 0, 0, 0]) }
        == "segments of another number or width")
    #expect(
      try reason { $0.add("distribution.knots", shape: [0, 257], [Double]()) }
        == "distributions of another number")
    let missing = try error { $0.tensors["column.center"] = nil }
    #expect(missing == .malformed(file: "m", reason: "no tensor \"column.center\""))
  }

  @Test func errorsSayTheWayOut() {
    #expect(
      ModelError.unsupportedVersion(file: "m", found: 3, supported: 2).description
        == "m: model format 3, this coterie reads formats up to 2: update coterie")
    #expect(
      ModelError.unsupportedVersion(file: "m", found: 0, supported: 2).description
        == "m: model format 0, this coterie reads formats up to 2: train the model again")
  }
}
