import Foundation
import TestSupport

/// The sample community's files, and arguments that several tests use.
enum SampleCommunity {
  static let events = file("notebooks-data/events.csv.gz")
  static let members = file("notebooks-data/members.csv")
  static let project = file("notebooks-data/coterie.yaml")
  static let model = file("models/sample.safetensors")
  static let input = [events, "--members", members, "--config", project, "--as-of", "2025-07-01"]

  static func file(_ path: String) -> String {
    ReferenceData.checkout.appendingPathComponent(path).path
  }
}
