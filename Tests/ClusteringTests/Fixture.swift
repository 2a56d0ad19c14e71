import Foundation
import LinearAlgebra
import Testing

/// The files that `Fixtures/generate.py` writes.
enum Fixture {
  static let folder = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().appendingPathComponent("Fixtures")

  static func read<Content: Decodable>(_ name: String, _ type: Content.Type) throws -> Content {
    try JSONDecoder().decode(type, from: Data(contentsOf: folder.appendingPathComponent(name)))
  }

  /// The random data that the answers are about.
  static func set(_ name: String) throws -> Matrix<Double> {
    struct File: Decodable { let sets: [String: [[Double]]] }
    return Matrix(rows: try #require(try read("sets.json", File.self).sets[name]))
  }
}
