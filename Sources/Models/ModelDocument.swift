import Foundation

/// The text part of a model file, field by field: its keys are the file format, whatever the types of
/// this module are called.
struct ModelDocument: Codable, Equatable {
  /// The format that this build writes.
  ///
  /// Format 2 added the tensors `segment.effects` and `segment.labelled`, `stability` of segments,
  /// `confidence_exponent` and `next_segment`. Format 3 added what names and sentences claim.
  static let currentFormat = 3
  /// The formats that this build reads.
  static let readFormats = 1...currentFormat

  struct Clock: Codable, Equatable {
    var zone: String
    var weekStarts: String

    enum CodingKeys: String, CodingKey {
      case zone
      case weekStarts = "week_starts"
    }
  }

  struct Events: Codable, Equatable {
    var value: String
    var weights: [String: Double]

    enum CodingKeys: String, CodingKey {
      case value
      case weights
    }
  }

  struct Column: Codable, Equatable {
    var feature: String
    var imputedBy: String?
    var imputedValue: Double
    var logarithm: String
    var scale: String

    enum CodingKeys: String, CodingKey {
      case feature
      case imputedBy = "imputed_by"
      case imputedValue = "imputed_value"
      case logarithm
      case scale
    }
  }

  struct Dropped: Codable, Equatable {
    var feature: String
    var reason: String

    enum CodingKeys: String, CodingKey {
      case feature
      case reason
    }
  }

  struct Condition: Codable, Equatable {
    var feature: String
    var minus: String?
    var gte: Double?
    var lt: Double?

    enum CodingKeys: String, CodingKey {
      case feature
      case minus
      case gte
      case lt
    }
  }

  struct Claim: Codable, Equatable {
    var text: String
    var conditions: [Condition]
    var inName: Bool
    var plain: Bool
    var inside: Double
    var outside: Double

    enum CodingKeys: String, CodingKey {
      case text
      case conditions
      case inName = "in_name"
      case plain
      case inside
      case outside
    }
  }

  struct Segment: Codable, Equatable {
    var id: String
    var name: String
    /// Format 3, where people gave one.
    var givenName: String?
    var description: String
    /// Since format 3.
    var claims: [Claim]?
    /// Format 2, where it was measured.
    var stability: Double?

    enum CodingKeys: String, CodingKey {
      case id
      case name
      case givenName = "given_name"
      case description
      case claims
      case stability
    }
  }

  struct Algorithm: Codable, Equatable {
    var name: String
    var linkage: String?
    var metric: String?
    var parameters: [String: String]
    var seed: UInt64

    enum CodingKeys: String, CodingKey {
      case name
      case linkage
      case metric
      case parameters
      case seed
    }
  }

  struct Training: Codable, Equatable {
    var asOf: String
    var firstEvent: String?
    var lastEvent: String?
    var members: Int
    var events: Int
    var iterations: Int?
    var converged: Bool?
    var inertia: Double
    var quality: [String: Double]
    var parent: String?
    /// Format 2.
    var nextSegment: Int?

    enum CodingKeys: String, CodingKey {
      case asOf = "as_of"
      case firstEvent = "first_event"
      case lastEvent = "last_event"
      case members
      case events
      case iterations
      case converged
      case inertia
      case quality
      case parent
      case nextSegment = "next_segment"
    }
  }

  var format: Int
  var tool: String
  var clock: Clock
  var events: Events
  var aliases: [String: [String]]
  var columns: [Column]
  var dropped: [Dropped]
  var projection: String?
  /// The features whose distributions stand in the tensor `distribution.knots`, row by row.
  var distributions: [String]
  var algorithm: Algorithm
  /// Since format 2.
  var confidenceExponent: Double?
  /// Format 3, where the model is about some members only.
  var among: String?
  var segments: [Segment]
  var training: Training

  enum CodingKeys: String, CodingKey {
    case format
    case tool
    case clock
    case events
    case aliases
    case columns
    case dropped
    case projection
    case distributions
    case algorithm
    case confidenceExponent = "confidence_exponent"
    case among
    case segments
    case training
  }

  /// The document as canonical JSON: keys in order, shortest numbers, no blanks.
  func canonicalJSON() throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return String(decoding: try encoder.encode(self), as: UTF8.self)
  }
}

/// Only the format number of a document, read first: later formats may change all the rest.
struct ModelFormat: Decodable {
  let format: Int
}
