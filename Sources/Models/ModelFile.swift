import Clustering
import Engagement
import EventLog
import Foundation
import LinearAlgebra

/// The model file: safetensors with one metadata entry `coterie`, canonical JSON.
///
/// Tensors, float64 unless said: `centroids` (k × d) for k-means, Ward, centroid and median, else
/// `exemplars` (m × d), `exemplar.weights` (m) and `exemplar.offsets` (k + 1, int64);
/// `segment.sizes` and `segment.labelled` (k, int64), `segment.radii` (k × 4: quantiles 0.5, 0.9, 0.99, 0.999 of the
/// distance), `segment.medians` and `segment.effects` (k × columns); `column.center`, `column.scale` (columns) or
/// `column.knots` (columns × 257); `projection.mean`, `projection.matrix` where there is one;
/// `distribution.knots` (features × 257); `linkage` (n − 1 × 4) for trees of at most
/// ``ModelTraining/maximumStoredLeaves`` members.
public struct ModelFile: Sendable, Hashable {
  /// The model.
  public let model: SegmentModel
  /// The model's id: the SHA-256 of the file's bytes, as 64 hexadecimal digits.
  public let id: String

  /// The file's name without folder and ending, by which memberships and rules name the model.
  public static func name(ofPath path: String) -> String {
    let file = (path as NSString).lastPathComponent
    return file.hasSuffix(".safetensors") ? String(file.dropLast(12)) : file
  }

  /// Reads a model file and checks all of it.
  ///
  /// - Throws: ``ModelError``.
  public init(path: String) throws(ModelError) {
    let bytes: [UInt8]
    do {
      bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
    } catch {
      let reason =
        FileManager.default.fileExists(atPath: path) ? "no permission, or a folder" : "no such file"
      throw .unreadable(file: path, reason: reason)
    }
    try self.init(bytes: bytes, name: path)
  }

  /// Reads a model from a file's bytes.
  ///
  /// - Throws: ``ModelError``; `name` is what it calls the file.
  public init(bytes: [UInt8], name: String) throws(ModelError) {
    let file: SafetensorsFile
    do { file = try SafetensorsFile(bytes) } catch {
      throw .malformed(file: name, reason: error.reason)
    }
    guard let text = file.metadata["coterie"] else { throw .notAModel(file: name) }
    if let key = file.metadata.keys.filter({ $0 != "coterie" }).min() {
      throw .malformed(file: name, reason: "unknown metadata entry \(key.prefix(80))")
    }
    do {
      model = try SegmentModel(reading: file, document: ModelDocument(text, file: name))
    } catch let error as ModelError {
      throw error
    } catch let malformation as SafetensorsFile.Malformation {
      throw .malformed(file: name, reason: malformation.reason)
    } catch {
      throw .inconsistent(file: name, reason: "\(error)")
    }
    id = sha256(bytes)
  }

  /// The bytes of a model's file; the same model gives the same bytes.
  public static func bytes(of model: SegmentModel) -> [UInt8] {
    do {
      return try model.file().bytes
    } catch {
      preconditionFailure("all numbers of a model are finite: \(error)")
    }
  }

  /// Writes a model's file, whole or not at all, and returns the model's id.
  ///
  /// - Throws: `EventLogError.unwritable`.
  public static func write(_ model: SegmentModel, to path: String) throws -> String {
    let bytes = bytes(of: model)
    try OutputFile.write(bytes, to: path)
    return sha256(bytes)
  }
}

extension ModelDocument {
  /// Reads the text part; what is not written just as this build writes it is refused, so that nothing
  /// in it is passed over.
  fileprivate init(_ text: String, file: String) throws {
    let data = Data(text.utf8)
    guard let format = try? JSONDecoder().decode(ModelFormat.self, from: data).format else {
      throw ModelError.malformed(file: file, reason: "its description is not JSON")
    }
    guard Self.readFormats.contains(format) else {
      throw ModelError.unsupportedVersion(
        file: file, found: format, supported: Self.currentFormat)
    }
    guard let document = try? JSONDecoder().decode(ModelDocument.self, from: data),
      try document.canonicalJSON() == text
    else {
      throw ModelError.malformed(
        file: file, reason: "its description has unknown or missing entries")
    }
    self = document
  }
}
