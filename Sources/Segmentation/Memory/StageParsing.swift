import EventLog

extension ProjectParser {
  /// Parses `stages`.
  mutating func parseStages(_ node: SourceNode) {
    for entry in namedEntries(of: node, in: "stages") {
      declaredStages.append(entry.key)
      let what = "stage machine \(entry.key)"
      guard let fields = fields(of: entry.value, in: what, known: ["start", "moves"]) else {
        continue
      }
      guard let startNode = fields["start"], let movesNode = fields["moves"] else {
        if hasReportedKey(in: entry.value) { continue }
        report(entry.value, "\(what) needs start and moves")
        continue
      }
      guard let start = state(startNode, "start") else { continue }
      guard let items = movesNode.items else {
        report(
          movesNode,
          "moves needs a list such as [{from: new, to: active, when: …}], not \(movesNode.kindName)"
        )
        continue
      }
      let moves = items.compactMap { move($0) }
      let machine = StageMachine(
        name: entry.key, start: start, moves: moves, position: entry.keyPosition)
      project.stages.append(machine)
      guard moves.count == items.count else { continue }
      for (move, item) in zip(moves, items) {
        guard let from = move.from, !machine.states.contains(from) else { continue }
        let place = item.entries?.first { $0.key == "from" }?.value ?? item
        report(
          place,
          "\(what) has no way into state \"\(from)\"\(suggestion(for: from, among: machine.states))"
        )
      }
    }
  }

  private mutating func move(_ node: SourceNode) -> StageMachine.Move? {
    guard let fields = fields(of: node, in: "a move", known: ["from", "to", "when"]) else {
      return nil
    }
    guard let from = fields["from"], let to = fields["to"], let when = fields["when"] else {
      if hasReportedKey(in: node) { return nil }
      report(node, "a move needs from, to and when")
      return nil
    }
    let isFromAny = from.text == "*"
    let source = isFromAny ? nil : state(from, "from")
    let target = state(to, "to")
    let condition = condition(when)
    guard let target, let condition, isFromAny || source != nil else { return nil }
    if let source, bytesAreEqual(source, target) {
      report(to, "a move from \"\(source)\" to itself moves nobody")
    }
    return StageMachine.Move(from: source, to: target, when: condition, position: node.position)
  }

  private mutating func state(_ node: SourceNode, _ what: String) -> String? {
    guard let name = text(node, what) else { return nil }
    if name == "*" { report(node, "\(what) needs one state; \"*\" can stand in from only") }
    return name
  }

  /// Parses `exclusive`; whether the segments exist is checked later.
  mutating func parseExclusive(_ node: SourceNode) {
    guard let items = node.items else {
      report(
        node,
        "exclusive needs a list such as [{group: outreach, order: [a, b]}], not \(node.kindName)")
      return
    }
    for item in items {
      guard let fields = fields(of: item, in: "an exclusive group", known: ["group", "order"])
      else { continue }
      guard let group = fields["group"], let orderNode = fields["order"] else {
        if hasReportedKey(in: item) { continue }
        report(item, "an exclusive group needs group and order")
        continue
      }
      guard let name = text(group, "group"), let ids = texts(orderNode, "order") else { continue }
      if let first = project.exclusiveGroups.first(where: { bytesAreEqual($0.name, name) }) {
        report(group, "group \"\(name)\" is already defined in line \(first.position.line)")
      }
      var order: [String] = []
      for (id, place) in zip(ids, orderNode.items ?? []) {
        if order.contains(where: { bytesAreEqual($0, id) }) {
          report(place, "segment \"\(id)\" stands twice in group \(name)")
          continue
        }
        order.append(id)
        if !declaredSegments.contains(id) {
          let known = project.segments.map(\.id)
          report(place, "unknown segment \"\(id)\"\(suggestion(for: id, among: known))")
        }
      }
      project.exclusiveGroups.append(
        ExclusiveGroup(name: name, order: order, position: group.position))
    }
  }
}
