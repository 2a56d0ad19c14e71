import EventLog

// Conditions in the normal form.

extension ProjectPrinter {
  /// A condition: logic in blocks, everything else in one line.
  func condition(_ condition: Condition, depth: Int = 0) -> BlockText {
    let (name, parts): (String, [Condition])
    switch condition {
    case .leaf(let leaf): return self.leaf(leaf)
    case .all(let conditions): (name, parts) = ("all", conditions)
    case .any(let conditions): (name, parts) = ("any", conditions)
    case .none(let conditions): (name, parts) = ("none", conditions)
    case .not(let part):
      var style = style(at: depth)
      if case .leaf = part { style = .flow }
      return .mapping([BlockText.entry("not", self.condition(part, depth: depth + 1))], style)
    case .atLeast(let count, let conditions):
      let body: [(key: String, value: BlockText)] = [
        BlockText.entry("n", .scalar("\(count)")),
        BlockText.entry("of", list(conditions, depth: depth)),
      ]
      return .mapping(
        [BlockText.entry("at_least", .mapping(body, style(at: depth)))], style(at: depth))
    }
    return .mapping([BlockText.entry(name, list(parts, depth: depth))], style(at: depth))
  }

  private func list(_ parts: [Condition], depth: Int) -> BlockText {
    .list(parts.map { condition($0, depth: depth + 1) }, style(at: depth))
  }

  private func style(at depth: Int) -> BlockText.Style { depth < Self.mostBlocks ? .block : .flow }

  private func leaf(_ leaf: Leaf) -> BlockText {
    var entries = entries(of: leaf.question)
    if leaf.isUnknownIfMissing { entries.append(BlockText.entry("if_missing", .scalar("unknown"))) }
    return .mapping(entries, .flow)
  }

  private func entries(of question: Leaf.Question) -> [(key: String, value: BlockText)] {
    switch question {
    case .attribute(let name, let tests):
      return [BlockText.entry("attr", text(name))] + self.tests(tests)
    case .did(let selection, let window, let measure, let comparisons):
      return self.selection(selection, "did") + self.window(window)
        + self.measure(measure, comparisons)
    case .didNot(let selection, let window, let afterEver):
      return self.selection(selection, "did_not") + self.window(window)
        + (afterEver ? [BlockText.entry("after_ever", .scalar("true"))] : [])
    case .occurrence(let occurrence): return self.occurrence(occurrence)
    case .feature(let feature, let comparisons):
      return [BlockText.entry("feature", text(name(of: feature)))]
        + self.comparisons(comparisons) { number($0) }
    case .score(let name, let comparisons):
      return [BlockText.entry("score", text(name))] + self.comparisons(comparisons) { number($0) }
    case .segment(let id, let isMember):
      return [BlockText.entry("segment", text(id))]
        + (isMember ? [] : [BlockText.entry("member", .scalar("false"))])
    case .segmentHistory(let history): return self.history(history)
    case .stage(let machine, let states):
      return nested(
        "stage",
        [BlockText.entry("machine", text(machine)), BlockText.entry("is", textOrTexts(states))])
    case .consent(let purpose): return [BlockText.entry("consent", text(purpose))]
    case .cluster(let model, let segments, let confidence):
      var body = [
        BlockText.entry("model", text(model)), BlockText.entry("is", textOrTexts(segments)),
      ]
      if !confidence.isEmpty {
        body.append(
          BlockText.entry(
            "confidence", .mapping(comparisons(confidence) { number($0) }, .flow)))
      }
      return nested("cluster", body)
    case .list(let name): return [BlockText.entry("list", text(name))]
    case .regular(let regular): return nested("regular", self.regular(regular))
    case .sequence(let sequence): return nested("sequence", self.sequence(sequence))
    case .trend(let trend): return nested("trend", self.trend(trend))
    case .share(let share): return nested("share", self.share(share))
    case .rank(let rank): return nested("rank", self.rank(rank))
    case .near(let near): return nested("near", self.near(near))
    case .bucket(let bucket):
      return nested(
        "bucket",
        [
          BlockText.entry("salt", text(bucket.salt)), BlockText.entry("from", number(bucket.from)),
          BlockText.entry("to", number(bucket.to)),
        ])
    }
  }

  private func nested(
    _ name: String, _ body: [(key: String, value: BlockText)]
  ) -> [(key: String, value: BlockText)] {
    [BlockText.entry(name, .mapping(body, .flow))]
  }

  private func history(_ history: SegmentHistoryQuestion) -> [(key: String, value: BlockText)] {
    var entries = [BlockText.entry("segment", text(history.id))]
    let implied: Bool? = history.heldFor == nil ? nil : true
    if let isMember = history.isMember, isMember != implied {
      entries.append(BlockText.entry("member", .scalar("\(isMember)")))
    }
    for (key, length) in [
      ("for", history.heldFor), ("entered_within", history.enteredWithin),
      ("left_within", history.leftWithin),
    ] {
      if let length { entries.append(BlockText.entry(key, duration(length))) }
    }
    if let ever = history.ever { entries.append(BlockText.entry("ever", .scalar("\(ever)"))) }
    return entries
  }

  private func rank(_ rank: MemberRank) -> [(key: String, value: BlockText)] {
    let quantity: (key: String, value: BlockText) =
      switch rank.quantity {
      case .score(let name): BlockText.entry("score", text(name))
      case .feature(let feature): BlockText.entry("feature", text(name(of: feature)))
      }
    let share = BlockText.scalar(percentage(rank.share) ?? formatted(rank.share))
    var entries = [quantity, BlockText.entry(rank.side.rawValue, share)]
    switch rank.snapshot {
    case .ago(let length):
      if length.microseconds > 0 { entries.append(BlockText.entry("as_of", duration(length))) }
    case .instant(let instant): entries.append(BlockText.entry("as_of", self.instant(instant)))
    }
    return entries
  }

  private func near(_ near: Nearness) -> [(key: String, value: BlockText)] {
    let point = BlockText.list([number(near.latitude), number(near.longitude)], .flow)
    var entries = [
      BlockText.entry("point", point), BlockText.entry("km", number(near.radiusInKilometres)),
    ]
    if near.fields != ["latitude", "longitude"] {
      entries.append(BlockText.entry("fields", .list(near.fields.map { text($0) }, .flow)))
    }
    return entries
  }
}
