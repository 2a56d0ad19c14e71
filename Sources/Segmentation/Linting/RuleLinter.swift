import EventLog

/// Something about a project's rules that is probably not meant.
public struct RuleFinding: Sendable, Hashable, CustomStringConvertible {
  /// What is found.
  public enum Kind: String, Sendable, Hashable, CaseIterable {
    /// No member can ever be in the segment.
    case contradictory
    /// Every member always is.
    case alwaysTrue = "always_true"
    /// Two segments always have the same members.
    case duplicate
    /// All members of a segment are always in another one, too.
    case subsumed
    /// Nobody is in the segment.
    case neverMatched = "never_matched"
    /// Two segments have the same members.
    case sameMembers = "same_members"
    /// Fewer members than `expect` says.
    case tooNarrow = "too_narrow"
    /// More members than `expect` says.
    case tooBroad = "too_broad"
    /// `review_by` has come.
    case reviewDue = "review_due"
    /// An alias or score that nothing uses.
    case unused
    /// Ids on a list that nobody has.
    case unknownMember = "unknown_member"
    /// Nobody can ever come into a stage.
    case unreachableStage = "unreachable_stage"
    /// Two segments have the same name for reading, or one the other's id.
    case duplicateName = "duplicate_name"
    /// Two segments that can share members put on and take off the same tag, or tell the same place as
    /// members enter the one and leave the other.
    case conflictingActions = "conflicting_actions"
    /// More segments than so few members can fill.
    case tooManySegments = "too_many_segments"
  }

  /// Where it is known from.
  public enum Basis: String, Sendable, Hashable {
    /// From the rules alone: it holds for every community.
    case proof
    /// From this community as of this time.
    case data
    /// From looking for a proof that it cannot be, and finding none: there may be such members.
    case tested
  }

  /// What is found.
  public let kind: Kind
  /// Where it is known from.
  public let basis: Basis
  /// The segment that it is about, or the first of them; nil where it is about none.
  public let segment: String?
  /// Where, and what it is in words.
  public let diagnostic: Diagnostic

  /// `file:line:column: message (proof)`.
  public var description: String {
    "\(diagnostic.file):\(diagnostic.position.line):\(diagnostic.position.column): "
      + "\(diagnostic.message) (\(basis.rawValue))"
  }
}

/// Finds rules that contradict themselves or say what others say.
///
/// Rules are looked at as logic over what they ask about: numbers by their intervals, texts and labels by
/// the values that rules name, events by counts in windows, of which a window inside another one has no
/// more. What is said to be proved holds for every community; a rule that cannot be proved to be one of
/// these may still be.
public struct RuleLinter: Sendable {
  let project: ProjectFile
  let universe: RuleUniverse

  /// Prepares a project's rules.
  public init(_ project: ProjectFile) {
    self.project = project
    universe = RuleUniverse(project)
  }

  /// What the rules alone tell, in the order of the file.
  ///
  /// - Complexity: O(segments²) searches, each of a limited number of steps.
  public func proofs() -> [RuleFinding] {
    var findings: [RuleFinding] = []
    var plain: [Int] = []
    for (place, formula) in universe.formulas.enumerated() {
      guard let formula else { continue }
      let segment = project.segments[place]
      if universe.search.member(inAll: [formula], outside: []) == .impossible {
        findings.append(
          finding(.contradictory, segment, "no member can ever be in \"\(segment.id)\""))
      } else if !project.isInWhereTrue(segment) {
        continue
      } else if universe.search.member(inAll: [], outside: [formula]) == .impossible {
        findings.append(
          finding(.alwaysTrue, segment, "every member is always in \"\(segment.id)\""))
      } else {
        plain.append(place)
      }
    }
    for (index, place) in plain.enumerated() {
      for other in plain[(index + 1)...] {
        if let found = comparison(of: place, with: other) { findings.append(found) }
      }
    }
    return sorted(findings)
  }

  private func comparison(of first: Int, with second: Int) -> RuleFinding? {
    guard let left = universe.formulas[first], let right = universe.formulas[second] else {
      return nil
    }
    let (one, other) = (project.segments[first], project.segments[second])
    let isLeftInRight =
      universe.search.member(inAll: [left], outside: [right]) == .impossible
    let isRightInLeft =
      universe.search.member(inAll: [right], outside: [left]) == .impossible
    switch (isLeftInRight, isRightInLeft) {
    case (true, true):
      return finding(
        .duplicate, other, "\"\(other.id)\" always has the members of \"\(one.id)\"")
    // A segment that names another one is meant to be a part of it.
    case (true, false) where one.names(other), (false, true) where other.names(one): return nil
    case (true, false):
      return finding(
        .subsumed, one, "every member of \"\(one.id)\" is always in \"\(other.id)\", too")
    case (false, true):
      return finding(
        .subsumed, other, "every member of \"\(other.id)\" is always in \"\(one.id)\", too")
    case (false, false): return nil
    }
  }

  /// What a community tells, in the order of the file.
  ///
  /// - Parameters:
  ///   - members: who is in each segment, in the order of the file, as rising rows of any table.
  ///   - total: the number of members in that table.
  /// - Returns: what is found, in the order of the file.
  public func witnesses(
    _ members: [(id: String, rows: [Int])], of total: Int
  ) -> [RuleFinding] {
    var findings: [RuleFinding] = []
    var firstWithRows: [[Int]: SegmentDefinition] = [:]
    for found in members {
      guard let segment = project.segment(found.id) else { continue }
      let size = found.rows.count
      if size == 0 {
        findings.append(
          finding(.neverMatched, segment, "nobody of \(total) is in \"\(segment.id)\"", .data))
      } else if let first = firstWithRows[found.rows] {
        findings.append(
          finding(
            .sameMembers, segment,
            "\"\(segment.id)\" has the same \(size) members as \"\(first.id)\"", .data))
      } else {
        firstWithRows[found.rows] = segment
      }
      if let least = segment.expectedSize?.least, Double(size) < least.count(of: total) {
        findings.append(
          finding(
            .tooNarrow, segment,
            "\"\(segment.id)\" has \(size) of \(total) members, \(least) expected at least", .data))
      }
      if let greatest = segment.expectedSize?.greatest, Double(size) > greatest.count(of: total) {
        findings.append(
          finding(
            .tooBroad, segment,
            "\"\(segment.id)\" has \(size) of \(total) members, \(greatest) expected at most",
            .data))
      }
    }
    if let message = tooMany(members.map(\.rows.count), of: total), let last = project.segments.last
    {
      findings.append(
        RuleFinding(
          kind: .tooManySegments, basis: .data, segment: nil,
          diagnostic: warning(last.position, message)))
    }
    return sorted(findings)
  }

  func sorted(_ findings: [RuleFinding]) -> [RuleFinding] {
    findings.sorted {
      ($0.diagnostic.position, $0.kind.rawValue, $0.segment ?? "")
        < ($1.diagnostic.position, $1.kind.rawValue, $1.segment ?? "")
    }
  }

  func finding(
    _ kind: RuleFinding.Kind, _ segment: SegmentDefinition, _ message: String,
    _ basis: RuleFinding.Basis = .proof
  ) -> RuleFinding {
    RuleFinding(
      kind: kind, basis: basis, segment: segment.id,
      diagnostic: warning(segment.position, message))
  }

  func warning(_ position: SourcePosition, _ message: String) -> Diagnostic {
    Diagnostic(severity: .warning, file: project.file, position: position, message: message)
  }
}

extension SegmentDefinition {
  /// Whether the rule asks about another segment.
  fileprivate func names(_ other: SegmentDefinition) -> Bool {
    guard case .rule(let condition) = membership else { return false }
    return condition.leaves.contains {
      if case .segment(let id, _) = $0.question { return bytesAreEqual(id, other.id) }
      return false
    }
  }
}

extension SegmentDefinition.ExpectedSize.Bound: CustomStringConvertible {
  /// The number of members that this is of a total.
  func count(of total: Int) -> Double {
    switch self {
    case .count(let count): Double(count)
    case .share(let share): share * Double(total)
    }
  }

  /// `120` or `25 %`.
  public var description: String {
    switch self {
    case .count(let count): "\(count)"
    case .share(let share): "\(formatted(100 * share)) %"
    }
  }
}
