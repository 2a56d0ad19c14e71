/// A rule as logic over variables that have a few cells each, in every one of which each leaf has one
/// truth.
indirect enum RuleFormula: Sendable {
  /// The truth of a leaf in each cell of a variable.
  case leaf(variable: Int, truths: [Truth])
  case all([RuleFormula])
  case any([RuleFormula])
  case none([RuleFormula])
  case not(RuleFormula)
  case atLeast(Int, [RuleFormula])
  /// Whether a part is true, neither false nor unknown: whether a member is in a segment.
  case isTrue(RuleFormula)

  /// The variables that it depends on.
  var variables: Set<Int> {
    switch self {
    case .leaf(let variable, _): [variable]
    case .all(let parts), .any(let parts), .none(let parts), .atLeast(_, let parts):
      parts.reduce(into: []) { $0.formUnion($1.variables) }
    case .not(let part), .isTrue(let part): part.variables
    }
  }

  /// The least and the greatest truth that it can have, where some variables have a cell already.
  ///
  /// A bound may be too wide, as parts that share a variable are not looked at together; with a cell
  /// for every variable both bounds are the truth.
  func bounds(_ cells: [Int?]) -> (least: Truth, greatest: Truth) {
    switch self {
    case .leaf(let variable, let truths):
      if let cell = cells[variable] { return (truths[cell], truths[cell]) }
      return (truths.min() ?? .false, truths.max() ?? .false)
    case .all(let parts):
      return parts.reduce((.true, .true)) { found, part in
        let bounds = part.bounds(cells)
        return (min(found.0, bounds.least), min(found.1, bounds.greatest))
      }
    case .any(let parts): return Self.any(parts, cells)
    case .none(let parts):
      let bounds = Self.any(parts, cells)
      return (bounds.greatest.negated, bounds.least.negated)
    case .not(let part):
      let bounds = part.bounds(cells)
      return (bounds.greatest.negated, bounds.least.negated)
    case .isTrue(let part):
      let bounds = part.bounds(cells)
      return (Truth(bounds.least == .true), Truth(bounds.greatest == .true))
    case .atLeast(let count, let parts):
      let bounds = parts.map { $0.bounds(cells) }
      return (
        .atLeast(count, of: bounds.map(\.least)), .atLeast(count, of: bounds.map(\.greatest))
      )
    }
  }

  private static func any(
    _ parts: [RuleFormula], _ cells: [Int?]
  ) -> (least: Truth, greatest: Truth) {
    parts.reduce((.false, .false)) { found, part in
      let bounds = part.bounds(cells)
      return (max(found.0, bounds.least), max(found.1, bounds.greatest))
    }
  }
}

/// Looks for a member for whom some rules are true and others are not.
///
/// Every way to give each variable one of its cells is a member who may or may not exist, so that where
/// none is found there is no such member: a proof. Where one is found there need not be.
struct FormulaSearch {
  enum Outcome: Equatable {
    /// There can be no such member.
    case impossible
    /// A cell for each variable, by variable.
    case possible([Int: Int])
    /// Too much to look through.
    case undecided
  }

  /// What stands between two variables: whether a cell of one can go with a cell of the other.
  typealias Constraint = @Sendable (_ first: Int, _ second: Int) -> Bool

  let cellCounts: [Int]
  /// By variable, the others that it is tied to.
  let constraints: [Int: [(other: Int, allows: Constraint)]]
  var stepLimit = 50_000

  /// - Complexity: O(the product of the cells of all variables in the rules) at worst, and no more than
  ///   the limit of steps; far less where partial choices decide.
  func member(inAll wanted: [RuleFormula], outside unwanted: [RuleFormula]) -> Outcome {
    let formulas = wanted + unwanted
    // Those that many parts of the rules hang on first.
    let variables = formulas.reduce(into: Set<Int>()) { $0.formUnion($1.variables) }
      .sorted { (cellCounts[$0], $0) < (cellCounts[$1], $1) }
    var cells = [Int?](repeating: nil, count: cellCounts.count)
    var steps = 0
    /// Nil where the limit is reached.
    func search(_ depth: Int) -> Bool? {
      steps += 1
      guard steps <= stepLimit else { return nil }
      guard wanted.allSatisfy({ $0.bounds(cells).greatest == .true }),
        unwanted.allSatisfy({ $0.bounds(cells).least != .true })
      else { return false }
      guard depth < variables.count else { return true }
      let variable = variables[depth]
      defer { cells[variable] = nil }
      for cell in 0..<cellCounts[variable] {
        let isAllowed = (constraints[variable] ?? []).allSatisfy { other, allows in
          cells[other].map { allows(cell, $0) } ?? true
        }
        guard isAllowed else { continue }
        cells[variable] = cell
        guard let isFound = search(depth + 1) else { return nil }
        // The cells found stay.
        if isFound {
          found[variable] = cell
          return true
        }
      }
      return false
    }
    var found: [Int: Int] = [:]
    switch search(0) {
    case nil: return .undecided
    case true?: return .possible(found)
    case false?: return .impossible
    }
  }
}
