/// What keeps a comparison from being made.
public enum ComparisonError: Error, Sendable, Equatable, CustomStringConvertible {
  /// There are fewer members than the method needs.
  case tooFewMembers(found: Int, needed: Int, purpose: String)
  /// The outcome is the same for all members at every time.
  case constantOutcome(happens: Bool, times: Int, members: Int)
  /// An outcome that looks back to before the time at which members are in segments.
  case outcomeLooksBack(days: Double, horizon: Double)
  /// A model that has seen what is to be foretold.
  case modelFromTheFuture(model: String, trainedAsOf: String, time: String)
  /// The log ends before the outcome of any time is known.
  case noTimeWithOutcome(last: String, horizon: Double)
  /// A model whose training cannot be repeated.
  case cannotRetrain(model: String, reason: String)

  /// What is wrong, and the way out.
  public var description: String {
    switch self {
    case .tooFewMembers(let found, let needed, let purpose):
      "only \(found) members, and \(needed) are needed: \(purpose)"
    case .constantOutcome(_, _, members: 0):
      "nobody is looked at, at any time: begin --since later, or choose other members with --among"
    case .constantOutcome(let happens, let times, let members):
      "the outcome \(happens ? "happens to everybody" : "never happens") at "
        + (times == 1 ? "that time" : "all \(times) times")
        + " (\(members) members): there is nothing to foretell; choose another outcome, another "
        + "--horizon, or other members with --among"
    case .outcomeLooksBack(let days, let horizon):
      "the outcome looks back \(days.inDays), but is known \(horizon.inDays) after members were "
        + "put in segments: part of it was known then; say --horizon \(days.inDays) or longer, or "
        + "a shorter window"
    case .modelFromTheFuture(let model, let trained, let time):
      "model \(model) was trained as of \(trained) and has seen what it would foretell from \(time) "
        + "on: say --retrain, which learns it anew at each time, or begin --since \(trained)"
    case .noTimeWithOutcome(let last, let horizon):
      "no time is \(horizon.inDays) before \(last), where the log is looked at last: begin --since "
        + "earlier, or say a shorter --horizon"
    case .cannotRetrain(let model, let reason): "model \(model) cannot be trained anew: \(reason)"
    }
  }
}

extension Double {
  /// A number of days as a duration is written.
  fileprivate var inDays: String {
    self == rounded() && self < 1e9 ? "\(Int(self))d" : "\(Int((self * 24).rounded(.up)))h"
  }
}
