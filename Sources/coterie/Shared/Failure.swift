import ArgumentParser
import Clustering
import Comparison
import Engagement
import EventLog
import LinearAlgebra
import Models
import Segmentation

/// The exit code and message of an error that is ours to report.
struct Failure: Error, Equatable {
  enum Code {
    static let foundSomething: Int32 = 1
    static let badInput: Int32 = 2
    static let notConverged: Int32 = 3
    static let usage: Int32 = 64
    static let bug: Int32 = 70
  }

  let code: Int32
  let message: String

  init(code: Int32, _ message: String) {
    self.code = code
    self.message = message
  }

  /// Bad data, rules or models.
  static func badInput(_ message: String) -> Failure { Failure(code: Code.badInput, message) }

  /// Bad options.
  static func usage(_ message: String) -> Failure { Failure(code: Code.usage, message) }

  /// Translates an error; nil for those that the argument parser prints itself.
  init?(_ error: any Error) {
    switch error {
    case let failure as Failure: self = failure
    case let error as EventLogError: self = .badInput(error.description)
    case let error as EngagementError: self = .badInput(error.description)
    case let error as SegmentationError: self = .badInput(error.description)
    case let error as ProjectFileError: self = .badInput(error.description)
    case let error as ModelError: self = .badInput(error.description)
    case let error as ComparisonError: self = .badInput(error.description)
    case let error as ClusteringError: self = .badInput(error.description)
    case let error as LinearAlgebraError: self = .badInput(error.description)
    case is any ParsableArguments, is ValidationError, is CleanExit, is ExitCode: return nil
    default:
      // Errors of the argument parser are of types it does not export.
      if Coterie.exitCode(for: error) != .failure { return nil }
      self.init(
        code: Code.bug, "\(error) (a bug of coterie's: please report it with the command)")
    }
  }
}
