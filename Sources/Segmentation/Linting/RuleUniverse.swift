import Engagement

/// All that the rules of a project ask about, and each rule as logic over that.
struct RuleUniverse: Sendable {
  let search: FormulaSearch
  /// By segment; nil for those that are no rule.
  let formulas: [RuleFormula?]
  /// By stage machine, the conditions of its moves.
  let moveFormulas: [[RuleFormula]]

  init(_ project: ProjectFile) {
    var builder = Builder(project)
    for segment in project.segments {
      if case .rule(let condition) = segment.membership { builder.collect(condition) }
    }
    for move in project.stages.flatMap(\.moves) { builder.collect(move.when) }
    builder.makeCells()
    formulas = project.segments.map { segment in
      guard case .rule(let condition) = segment.membership else { return nil }
      return builder.formula(condition)
    }
    moveFormulas = project.stages.map { $0.moves.map { builder.formula($0.when) } }
    search = FormulaSearch(
      cellCounts: builder.cells.map(\.count), constraints: builder.constraints())
  }
}

private struct Builder {
  let project: ProjectFile
  private var variables: [RuleVariable] = []
  private var positions: [RuleVariable: Int] = [:]
  private var comparisons: [Int: [Comparison<Double>]] = [:]
  private var tests: [Int: [FieldTest]] = [:]
  private var labels: [Int: Set<String>] = [:]
  private(set) var cells: [VariableCells] = []

  init(_ project: ProjectFile) { self.project = project }

  private mutating func position(_ variable: RuleVariable) -> Int {
    if let known = positions[variable] { return known }
    positions[variable] = variables.count
    variables.append(variable)
    return variables.count - 1
  }

  mutating func collect(_ condition: Condition) {
    for leaf in condition.leaves {
      switch leaf.question {
      case .attribute(let name, let asked):
        tests[position(.attribute(name)), default: []] += asked
        // In case the attribute's cells are too many.
        _ = position(.opaque(leaf.question))
      case .did(let selection, let window, .count, let asked):
        add(asked, to: .count(CountedEvents(selection, window)))
      case .did(let selection, let window, let measure, let asked):
        add(asked, to: .measure(CountedEvents(selection, window), measure))
      case .didNot(let selection, let window, let afterEver):
        add([.atLeast(1)], to: .count(CountedEvents(selection, window)))
        if afterEver { add([.atLeast(1)], to: .count(CountedEvents(selection, .ever))) }
      case .feature(let feature, let asked): add(asked, to: .feature(feature))
      case .score(let name, let asked): add(asked, to: .score(name))
      case .cluster(let model, let segments, let confidence):
        if confidence.isEmpty, let ids = ids(of: segments, model: model) {
          labels[position(.label(model: model)), default: []].formUnion(ids)
        } else {
          _ = position(.opaque(leaf.question))
        }
      case .list(let name): _ = position(.list(name))
      case .segment(let id, _):
        // Its own leaves are collected with it.
        if rule(of: id) == nil { _ = position(.opaque(.segment(id: id, isMember: true))) }
      default: _ = position(.opaque(leaf.question))
      }
    }
  }

  /// The ids of learned segments; nil where one is called by a name that only its model knows.
  private func ids(of segments: [String], model: String) -> Set<String>? {
    let given = project.segmentNames[model] ?? [:]
    let ids = segments.map { name in given.first { $0.value == name }?.key ?? name }
    let areIDs = ids.allSatisfy { $0.first == "c" && $0.dropFirst().allSatisfy(\.isNumber) }
    return areIDs ? Set(ids) : nil
  }

  private mutating func add(_ asked: [Comparison<Double>], to variable: RuleVariable) {
    comparisons[position(variable), default: []] += asked
  }

  /// The condition of a segment that its members are those of.
  private func rule(of id: String) -> Condition? {
    guard let segment = project.segment(id), project.isInWhereTrue(segment),
      case .rule(let condition) = segment.membership
    else { return nil }
    return condition
  }

  mutating func makeCells() {
    cells = variables.enumerated().map { place, variable in
      let asked = comparisons[place] ?? []
      switch variable {
      case .attribute:
        return AttributeCell.cells(tests[place] ?? []).map { .attribute($0) } ?? .truths
      case .feature(let feature):
        return .numbers(comparedWith: asked, in: feature.range, mayBeMissing: true)
      case .score(let name):
        return .numbers(comparedWith: asked, in: range(ofScore: name), mayBeMissing: true)
      case .count, .measure(_, .count), .measure(_, .distinct):
        return .counts(comparedWith: asked)
      case .measure(_, .aggregate(let aggregate, _)):
        return .numbers(
          comparedWith: asked, in: -.infinity ... .infinity, mayBeMissing: aggregate != .sum)
      case .label: return .labels((labels[place] ?? []).sorted(by: bytesAscend) + ["\u{0}", nil])
      case .list, .opaque: return .truths
      }
    }
  }

  private func bytesAscend(_ left: String, _ right: String) -> Bool {
    left.utf8.lexicographicallyPrecedes(right.utf8)
  }

  private func range(ofScore name: String) -> ClosedRange<Double> {
    switch project.scores[name] {
    case .linear?, .percentile?: 0...3
    case .points?, .weightedSum?, nil: -.infinity ... .infinity
    }
  }

  func formula(_ condition: Condition) -> RuleFormula {
    switch condition {
    case .all(let parts): .all(parts.map(formula))
    case .any(let parts): .any(parts.map(formula))
    case .none(let parts): RuleFormula.none(parts.map(formula))
    case .not(let part): .not(formula(part))
    case .atLeast(let count, let parts): .atLeast(count, parts.map(formula))
    case .leaf(let leaf): formula(leaf)
    }
  }

  private func formula(_ leaf: Leaf) -> RuleFormula {
    let missing = leaf.isUnknownIfMissing ? Truth.unknown : .false
    switch leaf.question {
    case .attribute(let name, let asked):
      guard let place = positions[.attribute(name)], case .attribute(let cells) = cells[place]
      else { return opaque(leaf) }
      let asksOnlyExistence = asked.allSatisfy { test in
        if case .exists = test { return true }
        return false
      }
      return .leaf(
        variable: place,
        truths: cells.map { cell in
          if cell.isMissing, leaf.isUnknownIfMissing, !asksOnlyExistence { return .unknown }
          return Truth(asked.allSatisfy(cell.holds))
        })
    case .did(let selection, let window, .count, let asked):
      return number(.count(CountedEvents(selection, window)), asked, missing: missing)
    case .did(let selection, let window, let measure, let asked):
      return number(
        .measure(CountedEvents(selection, window), measure), asked, missing: missing)
    case .didNot(let selection, let window, let afterEver):
      let none = RuleFormula.not(
        number(.count(CountedEvents(selection, window)), [.atLeast(1)], missing: missing))
      guard afterEver else { return none }
      return .all([
        none, number(.count(CountedEvents(selection, .ever)), [.atLeast(1)], missing: missing),
      ])
    case .feature(let feature, let asked):
      return number(.feature(feature), asked, missing: missing)
    case .score(let name, let asked): return number(.score(name), asked, missing: missing)
    case .cluster(let model, let segments, let confidence):
      guard confidence.isEmpty, let ids = ids(of: segments, model: model),
        let place = positions[.label(model: model)], case .labels(let cells) = cells[place]
      else { return opaque(leaf) }
      return .leaf(
        variable: place,
        truths: cells.map { label in label.map { Truth(ids.contains($0)) } ?? missing })
    case .list(let name):
      return .leaf(variable: positions[.list(name)] ?? 0, truths: [.false, .false, .true])
    case .segment(let id, let isMember):
      guard let rule = rule(of: id) else {
        let place = positions[.opaque(.segment(id: id, isMember: true))] ?? 0
        return .leaf(
          variable: place,
          truths: isMember ? [.false, .false, .true] : [.true, .true, .false])
      }
      let isIn = RuleFormula.isTrue(formula(rule))
      return isMember ? isIn : .not(isIn)
    default: return opaque(leaf)
    }
  }

  private func opaque(_ leaf: Leaf) -> RuleFormula {
    .leaf(
      variable: positions[.opaque(leaf.question)] ?? 0,
      truths: [.false, leaf.isUnknownIfMissing ? .unknown : .false, .true])
  }

  private func number(
    _ variable: RuleVariable, _ asked: [Comparison<Double>], missing: Truth
  ) -> RuleFormula {
    let place = positions[variable] ?? 0
    let values: [Double] =
      switch cells[place] {
      case .counts(let cells): cells.map(\.low)
      case .numbers(let values): values
      default: []
      }
    return .leaf(
      variable: place,
      truths: values.map { value in
        value.isNaN ? missing : Truth(asked.allSatisfy { $0.holds(for: value) })
      })
  }

  /// Events of a part are no more than those of the whole.
  func constraints() -> [Int: [(other: Int, allows: FormulaSearch.Constraint)]] {
    var constraints: [Int: [(other: Int, allows: FormulaSearch.Constraint)]] = [:]
    for (first, part) in variables.enumerated() {
      for (second, whole) in variables.enumerated() where first != second {
        guard case .count(let part) = part, case .count(let whole) = whole,
          part.isPart(of: whole), case .counts(let parts) = cells[first],
          case .counts(let wholes) = cells[second]
        else { continue }
        let allows: FormulaSearch.Constraint = { parts[$0].low <= wholes[$1].high }
        constraints[first, default: []].append((second, allows))
        constraints[second, default: []].append((first, { allows($1, $0) }))
      }
    }
    return constraints
  }
}

extension ProjectFile {
  /// Whether members are in a segment where its rule is true: it has no memory, asks for no consent and
  /// gives way to no other one.
  func isInWhereTrue(_ segment: SegmentDefinition) -> Bool {
    segment.memory.isEmpty && segment.purpose == nil
      && !exclusiveGroups.contains { group in
        group.order.contains { bytesAreEqual($0, segment.id) }
      }
  }
}

extension FeatureDefinition {
  /// The values that a feature can have at all.
  fileprivate var range: ClosedRange<Double> {
    switch self {
    case .recencyDays, .tenureDays, .lifespanDays, .eventCount, .activeDays, .activeWeeks,
      .frequency, .streakWeeks, .distinctValues, .typeEntropy, .medianGapDays:
      0 ... .infinity
    case .share, .propertyShare: 0...1
    case .burstiness: -1...1
    default: -.infinity ... .infinity
    }
  }
}
