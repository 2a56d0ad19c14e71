/// What a condition is to become.
enum ChangeGoal: Hashable {
  case isTrue
  case isNotTrue
  case isFalse
  case isNotFalse

  func isMet(by truth: Truth) -> Bool {
    switch self {
    case .isTrue: truth == .true
    case .isNotTrue: truth != .true
    case .isFalse: truth == .false
    case .isNotFalse: truth != .false
    }
  }

  /// What a part is to become for its negation to meet the goal.
  var negated: ChangeGoal {
    switch self {
    case .isTrue: .isFalse
    case .isNotTrue: .isNotFalse
    case .isFalse: .isTrue
    case .isNotFalse: .isNotTrue
    }
  }

  /// Of how many of some parts the goal is to be met, for at least `least` of them to be true.
  func count(of parts: Int, least: Int) -> Int {
    switch self {
    case .isTrue, .isNotFalse: least
    case .isNotTrue, .isFalse: max(0, parts - least + 1)
    }
  }
}
