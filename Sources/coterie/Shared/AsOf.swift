public import ArgumentParser
public import EventLog
import Foundation

/// The as-of time as written on the command line.
enum AsOf: ExpressibleByArgument, Equatable {
  /// The newest event.
  case last
  case written(WrittenTime)

  init?(argument: String) {
    if argument == "last" {
      self = .last
    } else {
      guard let time = WrittenTime(argument: argument) else { return nil }
      self = .written(time)
    }
  }

  /// The time, where it can be told without the events.
  func known(in clock: Clock) -> Timestamp? {
    if case .written(let time) = self { time.instant(in: clock) } else { nil }
  }

  func instant(in history: EventHistory, clock: Clock) throws -> Timestamp {
    if let known = known(in: clock) { return known }
    guard let newest = history.newest else {
      throw Failure.badInput("--as-of last: the log holds no events; say a time instead")
    }
    return newest
  }
}

/// A comma-separated list of names; one that holds a comma stands in double quotes, as in CSV.
struct NameList: ExpressibleByArgument, Equatable {
  let names: [String]

  init(_ names: [String]) { self.names = names }

  init?(argument: String) {
    var (names, name, isQuoted) = ([String](), String.UnicodeScalarView(), false)
    for scalar in argument.unicodeScalars {
      if scalar == " ", name.isEmpty { continue }
      // Within a name a quote is a character like others.
      if scalar == "\"", name.first ?? "\"" == "\"" { isQuoted.toggle() }
      if scalar == ",", !isQuoted {
        names.append(String(name))
        name.removeAll()
      } else {
        name.append(scalar)
      }
    }
    names = (names + [String(name)]).map { $0.trimmingCharacters(in: .whitespaces) }
    self.names = names.map(Self.unquoted)
    if isQuoted || self.names.contains("") { return nil }
  }

  /// The names of all lists, in order; nil where there is none.
  init?(_ lists: [NameList]) {
    guard !lists.isEmpty else { return nil }
    names = lists.flatMap(\.names)
  }

  private static func unquoted(_ name: String) -> String {
    guard name.count >= 2, name.hasPrefix("\""), name.hasSuffix("\"") else { return name }
    return name.dropFirst().dropLast().replacingOccurrences(of: "\"\"", with: "\"")
  }
}

extension RejectionLimit: ExpressibleByArgument {
  /// Reads the option's value.
  public init?(argument: String) { self.init(argument) }
  /// The value as help shows it.
  public var defaultValueDescription: String { description }
}
