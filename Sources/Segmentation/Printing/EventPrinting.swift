import EventLog

// Conditions on events in the normal form.

extension ProjectPrinter {
  func selection(
    _ selection: EventSelection, _ key: String
  ) -> [(key: String, value: BlockText)] {
    [BlockText.entry(key, textOrTexts(selection.names))] + filter(selection.conditions, "where")
  }

  private func filter(
    _ conditions: [EventFieldCondition], _ key: String
  ) -> [(key: String, value: BlockText)] {
    guard !conditions.isEmpty else { return [] }
    let fields = conditions.map {
      BlockText.entry($0.field.name, .mapping(tests($0.tests), .flow))
    }
    return [BlockText.entry(key, .mapping(fields, .flow))]
  }

  /// Names alone where there are no conditions, else `{did: …, where: …}`.
  private func events(_ selection: EventSelection) -> BlockText {
    selection.conditions.isEmpty
      ? textOrTexts(selection.names) : .mapping(self.selection(selection, "did"), .flow)
  }

  func window(_ window: EventWindow) -> [(key: String, value: BlockText)] {
    switch window {
    case .ever: return []
    case .within(let length): return [BlockText.entry("within", duration(length))]
    case .ago(let older, let newer):
      return [BlockText.entry("ago", .list([duration(older), duration(newer)], .flow))]
    case .range(let since, let until):
      return [("since", since), ("until", until)].compactMap { key, end in
        end.map { BlockText.entry(key, instant($0)) }
      }
    }
  }

  func measure(
    _ measure: EventMeasure, _ comparisons: [Comparison<Double>]
  ) -> [(key: String, value: BlockText)] {
    let isAny = comparisons == [.atLeast(1)]
    let count = isAny ? [] : [BlockText.entry("count", bounds(comparisons))]
    switch measure {
    case .count: return count
    case .distinct(let key): return [BlockText.entry("distinct", distinct(key))] + count
    case .aggregate(let aggregate, let field):
      return [BlockText.entry(aggregate.rawValue, text(field.name))]
        + self.comparisons(comparisons) { number($0) }
    }
  }

  private func distinct(_ key: DistinctKey) -> BlockText {
    switch key {
    case .day: return .scalar("day")
    case .week: return .scalar("week")
    case .month: return .scalar("month")
    case .field(.property(let name))
    where ["day", "week", "month", "value", "event", "target_id"].contains(name):
      return .mapping([BlockText.entry("property", text(name))], .flow)
    case .field(let field): return text(field.name)
    }
  }

  func occurrence(_ occurrence: EventOccurrence) -> [(key: String, value: BlockText)] {
    var entries = selection(occurrence.selection, occurrence.order.rawValue)
    if !occurrence.age.isEmpty {
      let age = comparisons(occurrence.age) { duration($0) }
      entries.append(BlockText.entry("age", .mapping(age, .flow)))
    }
    for comparison in occurrence.instant {
      // `before` and `after` are all that can be asked.
      guard let end = comparison.operands.first else { continue }
      if case .less = comparison {
        entries.append(BlockText.entry("before", instant(end)))
      } else {
        entries.append(BlockText.entry("after", instant(end)))
      }
    }
    return entries + filter(occurrence.having, "having")
  }

  func regular(_ regular: RegularActivity) -> [(key: String, value: BlockText)] {
    let isEverything = regular.selection.names == ["*"]
    var entries =
      isEverything
      ? filter(regular.selection.conditions, "where") : selection(regular.selection, "did")
    entries += [
      BlockText.entry("unit", .scalar(regular.unit.rawValue)),
      BlockText.entry("at_least", .scalar("\(regular.leastActive)")),
      BlockText.entry("of_last", .scalar("\(regular.periodCount)")),
    ]
    if regular.isConsecutive { entries.append(BlockText.entry("consecutive", .scalar("true"))) }
    return entries
  }

  func sequence(_ sequence: EventSequence) -> [(key: String, value: BlockText)] {
    var entries = [BlockText.entry("steps", .list(sequence.steps.map(events), .flow))]
    if let without = sequence.without {
      entries.append(BlockText.entry("without", events(without)))
    }
    if let same = sequence.same { entries.append(BlockText.entry("same", text(same.name))) }
    for (key, length) in [
      ("span", sequence.span), ("within", sequence.within), ("after", sequence.after),
    ] {
      if let length { entries.append(BlockText.entry(key, duration(length))) }
    }
    if !sequence.isOrdered { entries.append(BlockText.entry("order", .scalar("any"))) }
    return entries
  }

  func trend(_ trend: EventTrend) -> [(key: String, value: BlockText)] {
    var entries = [
      BlockText.entry("of", events(trend.selection)),
      BlockText.entry("current", duration(trend.current)),
    ]
    if trend.previous != trend.current {
      entries.append(BlockText.entry("previous", duration(trend.previous)))
    }
    entries.append(BlockText.entry(trend.measure.rawValue, bounds(trend.comparisons)))
    if trend.leastCount > 0 {
      entries.append(BlockText.entry("min", .scalar("\(trend.leastCount)")))
    }
    return entries
  }

  func share(_ share: EventShare) -> [(key: String, value: BlockText)] {
    var entries = [BlockText.entry("of", events(share.selection))]
    entries += filter(share.conditions, "where")
    entries += comparisons(share.comparisons) { number($0) }
    if share.leastCount > 0 {
      entries.append(BlockText.entry("min", .scalar("\(share.leastCount)")))
    }
    return entries + window(share.window)
  }
}
