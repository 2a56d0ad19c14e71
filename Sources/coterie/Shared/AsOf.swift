public import ArgumentParser
public import EventLog
import Foundation

/// The as-of time as written on the command line.
enum AsOf: ExpressibleByArgument, Equatable {
  /// The newest event.
  case last
  /// The current time.
  case now
  case instant(Timestamp)

  init?(argument: String) {
    switch argument {
    case "last": self = .last
    case "now": self = .now
    default:
      guard let instant = Timestamp(argument) else { return nil }
      self = .instant(instant)
    }
  }

  /// The time, where it can be told without the events.
  var known: Timestamp? {
    switch self {
    case .instant(let instant): instant
    case .now: Timestamp(microseconds: Int64(Date().timeIntervalSince1970 * 1_000_000))
    case .last: nil
    }
  }

  func instant(in history: EventHistory) throws -> Timestamp {
    if let known { return known }
    guard let newest = history.newest else {
      throw Failure.badInput("--as-of last: the log holds no events; say a time instead")
    }
    return newest
  }
}

/// A comma-separated list of names.
struct NameList: ExpressibleByArgument, Equatable {
  let names: [String]

  init(_ names: [String]) { self.names = names }

  init?(argument: String) {
    names = argument.split(separator: ",", omittingEmptySubsequences: false).map {
      $0.trimmingCharacters(in: .whitespaces)
    }
    if names.contains("") { return nil }
  }
}

extension RejectionLimit: ExpressibleByArgument {
  /// Reads the option's value.
  public init?(argument: String) { self.init(argument) }
  /// The value as help shows it.
  public var defaultValueDescription: String { description }
}
