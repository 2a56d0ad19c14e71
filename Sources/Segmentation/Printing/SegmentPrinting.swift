import EventLog

// Segments, stages and tests in the normal form.

extension ProjectPrinter {
  func segment(_ segment: SegmentDefinition) -> BlockText {
    var entries = [BlockText.entry("id", text(segment.id))]
    func add(_ key: String, _ value: BlockText?) {
      if let value { entries.append(BlockText.entry(key, value)) }
    }
    add("name", segment.name.map(text))
    add("description", segment.description.map(text))
    switch segment.membership {
    case .rule(let condition): add("when", self.condition(condition))
    case .list(let name, let expires):
      add("list", text(name))
      add("expires", expires.map(instant))
    }
    add("stay_while", segment.memory.stayWhile.map { condition($0) })
    add("min_stay", segment.memory.leastStay.map { duration($0) })
    add("cooldown", segment.memory.cooldown.map { duration($0) })
    add("purpose", segment.purpose.map(text))
    add("tag", segment.tag.map(text))
    add("expect", segment.expectedSize.map(expectedSize))
    add("review_by", segment.reviewBy.map(instant))
    add("on_enter", actions(segment.onEnter))
    add("on_exit", actions(segment.onExit))
    return .mapping(entries, .block)
  }

  private func expectedSize(_ size: SegmentDefinition.ExpectedSize) -> BlockText {
    let bounds = [("min", size.least), ("max", size.greatest)]
    return .mapping(
      bounds.compactMap { key, bound in bound.map { BlockText.entry(key, self.bound($0)) } },
      .flow)
  }

  private func bound(_ bound: SegmentDefinition.ExpectedSize.Bound) -> BlockText {
    switch bound {
    case .count(let count): .scalar("\(count)")
    case .share(let share): .scalar(percentage(share) ?? "\(formatted(share * 100))%")
    }
  }

  private func actions(_ actions: [SegmentAction]) -> BlockText? {
    guard !actions.isEmpty else { return nil }
    return .list(
      actions.map { .mapping([BlockText.entry($0.kind.rawValue, text($0.target))], .flow) },
      .fitting)
  }

  var stages: BlockText? {
    guard !project.stages.isEmpty else { return nil }
    return .mapping(
      project.stages.map { machine in
        BlockText.entry(
          machine.name,
          .mapping(
            [
              BlockText.entry("start", text(machine.start)),
              BlockText.entry("moves", .list(machine.moves.map(move), .block)),
            ], .block))
      }, .block)
  }

  private func move(_ move: StageMachine.Move) -> BlockText {
    var style = BlockText.Style.block
    if case .leaf = move.when { style = .flow }
    return .mapping(
      [
        BlockText.entry("from", move.from.map(text) ?? .scalar("\"*\"")),
        BlockText.entry("to", text(move.to)), BlockText.entry("when", condition(move.when)),
      ], style)
  }

  func test(_ test: RuleTest) -> BlockText {
    var entries = [
      BlockText.entry("name", text(test.name)), BlockText.entry("as_of", instant(test.asOf)),
    ]
    func add(_ key: String, _ value: BlockText?) {
      if let value { entries.append(BlockText.entry(key, value)) }
    }
    if test.memberID != "member" { add("id", text(test.memberID)) }
    add("joined_at", test.joinedAt.map(instant))
    if !test.attributes.isEmpty {
      add(
        "attributes",
        .mapping(
          test.attributes.sorted { bytesPrecede($0.key, $1.key) }
            .map { BlockText.entry($0.key, attribute($0.value)) }, .fitting))
    }
    if !test.events.isEmpty {
      add("events", .list(test.events.map { event($0, of: test.memberID) }, .fitting))
    }
    if !test.labels.isEmpty {
      add(
        "labels",
        .mapping(
          test.labels.sorted { bytesPrecede($0.key, $1.key) }
            .map { BlockText.entry($0.key, text($0.value)) }, .fitting))
    }
    if !test.expectedIn.isEmpty { add("in", texts(test.expectedIn)) }
    if !test.expectedOut.isEmpty { add("not_in", texts(test.expectedOut)) }
    return .mapping(entries, .block)
  }

  /// The one cell of an attribute.
  private func attribute(_ column: AttributeColumn) -> BlockText {
    switch column {
    case .number(let cells): return cells.first.map { number($0) } ?? .scalar("\"\"")
    case .boolean(let cells): return .scalar("\(cells.first.flatMap { $0 } ?? false)")
    case .time(let cells): return .scalar(cells.first.flatMap { $0 }?.description ?? "\"\"")
    case .list(let cells):
      let items = cells.first.flatMap { $0 } ?? []
      // Items of a list are never blank, those of a text with bars may be.
      let areBlank = items.contains { $0.trimmingASCIIBlanks.isEmpty }
      return areBlank ? text(items.joined(separator: "|")) : .list(items.map { text($0) }, .flow)
    case .text(let cells): return text(cells.first.flatMap { $0 } ?? "")
    }
  }

  private func event(_ event: Event, of id: String) -> BlockText {
    let isPlain =
      event.value == nil && event.targetID == nil && event.properties.isEmpty
      && event.memberID == id && event.type != "event" && event.type != "at"
    if isPlain { return .mapping([BlockText.entry(event.type, instant(event.timestamp))], .flow) }
    var entries = [
      BlockText.entry("event", text(event.type)), BlockText.entry("at", instant(event.timestamp)),
    ]
    if let value = event.value { entries.append(BlockText.entry("value", number(value))) }
    if let target = event.targetID { entries.append(BlockText.entry("target_id", text(target))) }
    if event.memberID != id { entries.append(BlockText.entry("by", text(event.memberID))) }
    entries += event.properties.sorted { bytesPrecede($0.key, $1.key) }.map { name, value in
      switch value {
      case .string(let text): BlockText.entry(name, self.text(text))
      case .number(let number): BlockText.entry(name, self.number(number))
      case .boolean(let isTrue): BlockText.entry(name, .scalar("\(isTrue)"))
      }
    }
    return .mapping(entries, .flow)
  }
}
