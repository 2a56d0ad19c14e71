public import EventLog
import Engagement

// What has to be looked at again, and what nothing uses.

extension RuleLinter {
  /// What has to be looked at again by a time, where one is given, and what nothing uses or can come to.
  public func upkeep(asOf: Timestamp?) -> [RuleFinding] {
    var findings = unreachableStages() + repeatedNames() + (asOf.map(dueReviews) ?? [])
    let used = project.usedNames
    findings += project.settings.aliases.keys.filter { !used.contains($0) }.map {
      unused("alias", $0, at: project.aliasPositions[$0])
    }
    let scores = project.usedScores
    findings += project.scores.keys.filter { !scores.contains($0) }.map {
      unused("score", $0, at: project.scorePositions[$0])
    }
    return sorted(findings)
  }

  /// Segments and lists that were to be reviewed by a time.
  private func dueReviews(by asOf: Timestamp) -> [RuleFinding] {
    var findings: [RuleFinding] = []
    for segment in project.segments {
      if let date = segment.reviewBy, date <= asOf {
        findings.append(
          finding(
            .reviewDue, segment, "\"\(segment.id)\" was to be reviewed by \(date)", .data))
      }
    }
    for (name, list) in project.lists {
      guard let date = list.reviewBy, date <= asOf else { continue }
      let owner = list.owner.map { "; \($0) looks after it" } ?? ""
      findings.append(
        RuleFinding(
          kind: .reviewDue, basis: .data, segment: nil,
          diagnostic: warning(
            list.position, "the list \"\(name)\" was to be reviewed by \(date)\(owner)")))
    }
    return findings
  }

  /// Ids on lists that nobody has.
  ///
  /// - Parameters:
  ///   - ids: for each list that has such ids, which.
  ///   - tellsIDs: whether the first few are named; under pseudonyms they are not.
  /// - Returns: a finding a list, in the order of the file.
  public func unknownMembers(_ ids: [String: [String]], tellsIDs: Bool = true) -> [RuleFinding] {
    sorted(
      ids.compactMap { name, ids in
        project.lists[name].map { list in
          RuleFinding(
            kind: .unknownMember, basis: .data, segment: nil,
            diagnostic: warning(
              list.position,
              ListDefinition.warning(ofUnknown: ids, onList: name, tellsIDs: tellsIDs)))
        }
      })
  }

  private func unused(_ kind: String, _ name: String, at position: SourcePosition?) -> RuleFinding {
    RuleFinding(
      kind: .unused, basis: .proof, segment: nil,
      diagnostic: warning(
        position ?? SourcePosition(line: 1, column: 1), "nothing uses the \(kind) \"\(name)\""))
  }

  /// States into which every way begins in such a state or has a condition that is never true.
  private func unreachableStages() -> [RuleFinding] {
    var findings: [RuleFinding] = []
    for (machine, formulas) in zip(project.stages, universe.moveFormulas) {
      let ways = zip(machine.moves, formulas).filter { _, formula in
        universe.search.member(inAll: [formula], outside: []) != .impossible
      }.map(\.0)
      var reached: Set<String> = [machine.start]
      var count = 0
      while count < reached.count {
        count = reached.count
        for way in ways where way.from.map({ reached.contains($0) }) ?? true {
          reached.insert(way.to)
        }
      }
      findings += machine.states.filter { !reached.contains($0) }.map { state in
        let position = machine.moves.first { $0.to == state }?.position ?? machine.position
        return RuleFinding(
          kind: .unreachableStage, basis: .proof, segment: nil,
          diagnostic: warning(
            position, "no member can ever come into the stage \"\(state)\" of \(machine.name)"))
      }
    }
    return findings
  }

  private func repeatedNames() -> [RuleFinding] {
    var findings: [RuleFinding] = []
    var owners: [String: SegmentDefinition] = [:]
    for segment in project.segments { owners[folded(segment.id)] = segment }
    for segment in project.segments {
      guard let name = segment.name else { continue }
      if let other = owners[folded(name)], other.id != segment.id {
        findings.append(
          finding(
            .duplicateName, segment, "\"\(segment.id)\" is named \"\(name)\", as is \"\(other.id)\""
          ))
      } else {
        owners[folded(name)] = segment
      }
    }
    return findings
  }

  /// The fewest members that a segment should have on average.
  static let leastMembersPerSegment = 20

  /// Why segments of some sizes are too many, or nil where they are not.
  ///
  /// They are where there are fewer than ``leastMembersPerSegment`` members for each of two or more, or where
  /// more than half of four or more hold less than 1 % of the members.
  func tooMany(_ sizes: [Int], of total: Int) -> String? {
    if sizes.count > max(1, total / Self.leastMembersPerSegment) {
      return "\(sizes.count) segments for \(total) members, fewer than "
        + "\(Self.leastMembersPerSegment) members for each"
    }
    let smallCount = sizes.filter { 100 * $0 < total }.count
    guard sizes.count >= 4, 2 * smallCount > sizes.count else { return nil }
    return "\(smallCount) of \(sizes.count) segments hold less than 1 % of \(total) members"
  }
}

extension ProjectFile {
  /// The names of scores that rules use, directly or as a part of others.
  fileprivate var usedScores: Set<String> {
    var names: Set<String> = []
    for leaf in leaves {
      switch leaf.question {
      case .score(let name, _): names.insert(name)
      case .rank(let rank):
        if case .score(let name) = rank.quantity { names.insert(name) }
      default: break
      }
    }
    var added = names
    while !added.isEmpty {
      let parts = added.flatMap { name -> [String] in
        if case .weightedSum(let weights)? = scores[name] { return Array(weights.keys) }
        return []
      }
      added = Set(parts).subtracting(names)
      names.formUnion(added)
    }
    return names
  }

  /// The names of event types and aliases that rules, scores and features use.
  fileprivate var usedNames: Set<String> {
    var names = Set(pointNames.map(\.name))
    func take(_ feature: FeatureDefinition?) {
      switch feature {
      case .eventCount(let name?, _), .share(let name, _): names.insert(name)
      default: break
      }
    }
    for feature in features ?? [] { take(feature) }
    for score in scores.values { take(score.feature) }
    for leaf in leaves {
      switch leaf.question {
      case .did(let selection, _, _, _), .didNot(let selection, _, _):
        names.formUnion(selection.names)
      case .occurrence(let occurrence): names.formUnion(occurrence.selection.names)
      case .feature(let feature, _): take(feature)
      default: names.formUnion(leaf.selections.flatMap(\.names))
      }
    }
    return names
  }
}
