import EventLog

extension ProjectParser {
  static let windowKeys = ["within", "ago", "since", "until", "ever"]
  private static let aggregates = EventMeasure.Aggregate.allCases.map(\.rawValue)
  private static let measureKeys = ["count", "distinct"] + aggregates

  /// `did`: events counted or measured.
  mutating func did(_ node: SourceNode, _ kind: SourceNode.Entry) -> Leaf.Question? {
    guard
      let fields = fields(
        of: node, in: "did",
        known: ["did", "where", "if_missing"] + Self.windowKeys + Self.measureKeys
          + ComparisonOperator.names,
        unsupported: ["for"])
    else { return nil }
    checkIfMissing(fields["if_missing"])
    let selection = selection(kind.value, where: fields["where"])
    let window = window(fields)
    guard let (measure, comparisons) = measure(node, fields), let selection, let window else {
      return nil
    }
    if let node = fields["if_missing"], !measure.mayBeMissing {
      report(
        node, "if_missing in did belongs to avg, min and max; a count or a sum is never missing")
    }
    return .did(selection, window, measure, comparisons)
  }

  /// `did_not`: no events.
  mutating func didNot(_ node: SourceNode, _ kind: SourceNode.Entry) -> Leaf.Question? {
    guard
      let fields = fields(
        of: node, in: "did_not", known: ["did_not", "where", "after_ever"] + Self.windowKeys)
    else { return nil }
    let selection = selection(kind.value, where: fields["where"])
    var afterEver = false
    if let node = fields["after_ever"] {
      guard let isTrue = truthValue(node, "after_ever") else { return nil }
      afterEver = isTrue
      if isTrue, !Self.windowKeys.dropLast().contains(where: { fields[$0] != nil }) {
        report(node, "after_ever needs a window: did at some time, but not within 30d")
      }
    }
    guard let window = window(fields), let selection else { return nil }
    return .didNot(selection, window, afterEver: afterEver)
  }

  /// `first`, `last`: one event.
  mutating func occurrence(_ node: SourceNode, _ kind: SourceNode.Entry) -> Leaf.Question? {
    guard
      let fields = fields(
        of: node, in: kind.key,
        known: [kind.key, "where", "age", "before", "after", "having", "if_missing"]),
      let order = EventOccurrence.Order(rawValue: kind.key)
    else { return nil }
    checkIfMissing(fields["if_missing"])
    let questions = ["age", "before", "after", "having"]
    guard questions.contains(where: { fields[$0] != nil }) else {
      report(node, "\(kind.key) needs \(listing(questions, "or"))")
      return nil
    }
    let selection = selection(kind.value, where: fields["where"])
    let age = fields["age"].map { ages($0) } ?? []
    let having = fields["having"].map { eventConditions($0, in: "having") } ?? []
    var isValid = true
    var instants: [Comparison<Timestamp>] = []
    for (key, isUpper) in [("before", true), ("after", false)] {
      guard let node = fields[key] else { continue }
      if let instant = instant(node, key) {
        instants.append(isUpper ? .less(instant) : .greater(instant))
      } else {
        isValid = false
      }
    }
    guard isValid, let selection, let age, let having else { return nil }
    return .occurrence(
      EventOccurrence(
        order: order, selection: selection, age: age, instant: instants, having: having))
  }

  mutating func selection(_ node: SourceNode, where filter: SourceNode?) -> EventSelection? {
    let names = node.items == nil ? text(node, "an event name").map { [$0] } : texts(node, "events")
    if names?.isEmpty == true { report(node, "at least one event type, alias or glob is needed") }
    let conditions = filter.map { eventConditions($0, in: "where") } ?? []
    guard let names, !names.isEmpty, let conditions else { return nil }
    return EventSelection(names: names, conditions: conditions, position: node.position)
  }

  mutating func eventConditions(
    _ node: SourceNode, in what: String
  ) -> [EventFieldCondition]? {
    let entries = namedEntries(of: node, in: what)
    guard node.entries != nil else { return nil }
    guard !entries.isEmpty else {
      report(node, "\(what) needs at least one property")
      return nil
    }
    var conditions: [EventFieldCondition] = []
    for entry in entries {
      let field = EventField(entry.key)
      guard entry.value.entries != nil else {
        report(
          entry.value,
          "\(what): write \(entry.key): {is: \(entry.value.items == nil ? entry.value.written : "…")}"
        )
        continue
      }
      guard
        fields(of: entry.value, in: "\(what) \(entry.key)", known: FieldOperator.names) != nil,
        let tests = fieldTests(
          entry.value, in: "\(what) \(entry.key)", foldsCase: field != .type && field != .target)
      else { continue }
      conditions.append(
        EventFieldCondition(field: field, tests: tests, position: entry.keyPosition))
    }
    return conditions.count == entries.count ? conditions : nil
  }

  mutating func window(_ fields: [String: SourceNode]) -> EventWindow? {
    let given = Self.windowKeys.filter { fields[$0] != nil }
    guard given.count <= 1 || given == ["since", "until"] else {
      if let node = fields[given[1]] {
        report(node, "one window only: \(listing(given)) do not go together")
      }
      return nil
    }
    if let node = fields["ever"] {
      guard let isEver = truthValue(node, "ever") else { return nil }
      if !isEver { report(node, "ever can only be true; leave it out otherwise") }
      return .ever
    }
    if let node = fields["within"] {
      guard let duration = duration(node, "within") else { return nil }
      if duration.microseconds == 0 { report(node, "within must be longer than 0") }
      return .within(duration)
    }
    if let node = fields["ago"] {
      guard let items = node.items, items.count == 2 else {
        report(node, "ago needs two ages, the older first: [90d, 30d], not \(node.kindName)")
        return nil
      }
      guard let older = duration(items[0], "ago"), let newer = duration(items[1], "ago") else {
        return nil
      }
      if older <= newer { report(node, "ago needs the older age first: [90d, 30d]") }
      return .ago(older: older, newer: newer)
    }
    guard !given.isEmpty else { return .ever }
    let since = fields["since"].map { instant($0, "since") }
    let until = fields["until"].map { instant($0, "until") }
    if case .some(nil) = since { return nil }
    if case .some(nil) = until { return nil }
    let (start, end) = (since.flatMap { $0 }, until.flatMap { $0 })
    if let start, let end, start >= end, let node = fields["until"] {
      report(node, "until must be later than since")
    }
    return .range(since: start, until: end)
  }

  private mutating func measure(
    _ node: SourceNode, _ fields: [String: SourceNode]
  ) -> (EventMeasure, [Comparison<Double>])? {
    let aggregates = Self.aggregates.filter { fields[$0] != nil }
    if let name = aggregates.first {
      if let other = aggregates.dropFirst().first
        ?? ["count", "distinct"].first(where: {
          fields[$0] != nil
        }), let node = fields[other]
      {
        report(node, "\(name) and \(other) stand in one condition; put both under all:")
        return nil
      }
      return aggregate(name, node, fields)
    }
    if let stray = node.entries?.first(where: { ComparisonOperator(rawValue: $0.key) != nil }) {
      report(
        stray.keyPosition,
        "\"\(stray.key)\" in did compares a \(listing(Self.aggregates, "or")); for the number of "
          + "events write count: {\(stray.key): …}")
      return nil
    }
    let comparisons = fields["count"].map { counts($0, of: "count") } ?? [.atLeast(1)]
    guard let comparisons else { return nil }
    guard let distinct = fields["distinct"] else { return (.count, comparisons) }
    guard let key = distinctKey(distinct) else { return nil }
    return (.distinct(key), comparisons)
  }

  /// `sum: amount, gte: 100`, or the same as `sum: {of: amount, gte: 100}`.
  private mutating func aggregate(
    _ name: String, _ node: SourceNode, _ fields: [String: SourceNode]
  ) -> (EventMeasure, [Comparison<Double>])? {
    guard let body = fields[name], let aggregate = EventMeasure.Aggregate(rawValue: name) else {
      return nil
    }
    var field = body
    var comparisons = node
    if body.entries != nil {
      if let stray = node.entries?.first(where: { ComparisonOperator(rawValue: $0.key) != nil }) {
        report(stray.keyPosition, "put \"\(stray.key)\" inside \(name): {…}, with the others")
        return nil
      }
      guard
        let inner = self.fields(of: body, in: name, known: ["of"] + ComparisonOperator.names)
      else { return nil }
      guard let of = inner["of"] else {
        report(body, "\(name) needs what it is of: {of: amount, gte: 100}")
        return nil
      }
      (field, comparisons) = (of, body)
    }
    guard let property = text(field, name),
      let numbers = numberComparisons(comparisons, in: "\(name) \(property)")
    else { return nil }
    let eventField = EventField(property)
    if eventField == .type || eventField == .target {
      report(field, "\(name) needs a number: value or a property, not \(property)")
    }
    return (.aggregate(aggregate, of: eventField), numbers)
  }

  private mutating func distinctKey(_ node: SourceNode) -> DistinctKey? {
    if node.entries != nil {
      guard let fields = fields(of: node, in: "distinct", known: ["property"]) else { return nil }
      guard let property = fields["property"] else {
        report(node, "distinct needs {property: NAME}")
        return nil
      }
      return text(property, "property").map { .field(.property($0)) }
    }
    guard let name = text(node, "distinct") else { return nil }
    switch name {
    case "day": return .day
    case "week": return .week
    case "month": return .month
    default: return .field(EventField(name))
    }
  }
}

extension EventField {
  /// The field of a name: `value`, `event` and `target_id` are the event's own.
  init(_ name: String) {
    switch name {
    case "value": self = .value
    case "event": self = .type
    case "target_id": self = .target
    default: self = .property(name)
    }
  }

  /// The field's name, as written.
  var name: String {
    switch self {
    case .property(let name): name
    case .value: "value"
    case .type: "event"
    case .target: "target_id"
    }
  }
}
