extension VocabularyTable {
  /// One event type, alias or glob, or several.
  private static let names = VocabularyValue.either([.text, .list(.text, least: 1)])
  /// Events as names, or with conditions on their properties.
  private static let events = VocabularyValue.either([names, .mapping("event_selection")])
  private static let filter = VocabularyValue.named(.mapping("field_tests"), least: 1)

  private static let ifMissing = VocabularyKey(
    "if_missing", .constant(.string("unknown")),
    "With unknown, a missing value makes the condition unknown, also under not.")

  private static let window: [VocabularyKey] = [
    VocabularyKey("within", .duration, "Events younger than this count."),
    VocabularyKey(
      "ago", .list(.duration, least: 2, most: 2),
      "Events between two ages count, the older age first: [90d, 30d]."),
    VocabularyKey("since", .instant, "Events from this instant on count."),
    VocabularyKey("until", .instant, "Events before this instant count."),
    VocabularyKey("ever", .constant(.truth(true)), "All events count, as without a window."),
  ]

  private static func comparisons(_ value: VocabularyValue) -> [VocabularyKey] {
    ComparisonOperator.allCases.map { name in
      switch name {
      case .eq: VocabularyKey("eq", value, "Equal.")
      case .gt: VocabularyKey("gt", value, "Greater.")
      case .gte: VocabularyKey("gte", value, "Greater or equal.")
      case .lt: VocabularyKey("lt", value, "Less.")
      case .lte: VocabularyKey("lte", value, "Less or equal.")
      case .between:
        VocabularyKey(
          "between", .list(value, least: 2, most: 2), "From the first to the second, both in.")
      }
    }
  }

  private static let fieldTests: [VocabularyKey] = FieldOperator.allCases.map { name in
    let limit = VocabularyValue.either([.number, .instant])
    let values = VocabularyValue.list(.value, least: 1)
    let (value, meaning): (VocabularyValue, String) =
      switch name {
      case .is: (.value, "Equal; text folds case.")
      case .isNot: (.value, "Not equal; true where the field is missing.")
      case .in: (values, "Equal to one of the values.")
      case .notIn: (values, "Equal to none of the values; true where the field is missing.")
      case .contains: (.value, "The text stands somewhere in the field's.")
      case .notContains: (.value, "The text does not; true where the field is missing.")
      case .startsWith: (.value, "The field begins with the text.")
      case .endsWith: (.value, "The field ends with the text.")
      case .matches: (.text, "The regular expression is found in the field's text.")
      case .gt: (limit, "Greater than a number, or later than a date.")
      case .gte: (limit, "At least a number, or not before a date.")
      case .lt: (limit, "Less than a number, or earlier than a date.")
      case .lte: (limit, "At most a number, or not after a date.")
      case .between:
        (.list(limit, least: 2, most: 2), "From the first to the second, both in.")
      case .exists: (.truth, "Whether there is a value.")
      case .missing: (.truth, "Whether there is none.")
      case .hasAny: (values, "At least one of the values is among the field's items.")
      case .hasAll: (values, "All of the values are among the field's items.")
      case .hasNone: (values, "None of the values is; true where the field is missing.")
      case .olderThan: (.duration, "The date is at least so long ago.")
      case .newerThan: (.duration, "The date is less than so long ago.")
      case .before: (.instant, "The date is earlier.")
      case .after: (.instant, "The date is later.")
      case .anniversaryWithin: (.duration, "The anniversary is today or begins within this time.")
      }
    return VocabularyKey(name.rawValue, value, meaning)
  }

  /// A condition that is one mapping under its name.
  private static func nested(
    _ name: String, _ meaning: String, mayBeMissing: Bool = false
  ) -> VocabularyMapping {
    VocabularyMapping(
      name: name, meaning: meaning,
      keys: [VocabularyKey(name, .mapping("\(name)_body"), meaning)]
        + (mayBeMissing ? [ifMissing] : []), required: [name])
  }

  private static func one(
    _ name: String, _ value: VocabularyValue, _ meaning: String
  ) -> VocabularyMapping {
    VocabularyMapping(
      name: name, meaning: meaning, keys: [VocabularyKey(name, value, meaning)], required: [name])
  }

  private static func occurrence(_ name: String, _ meaning: String) -> VocabularyMapping {
    VocabularyMapping(
      name: name, meaning: meaning,
      keys: [
        VocabularyKey(name, names, "Event types, aliases or globs."),
        VocabularyKey("where", filter, "What must hold of the event's fields to be looked at."),
        VocabularyKey("age", .mapping("duration_comparisons"), "How old it must be: {gt: 60d}."),
        VocabularyKey("before", .instant, "It was earlier."),
        VocabularyKey("after", .instant, "It was later."),
        VocabularyKey("having", filter, "What must hold of that event's fields."), ifMissing,
      ], required: [name], atLeastOne: ["age", "before", "after", "having"])
  }

  private static func measured(_ name: String, _ meaning: String) -> VocabularyMapping {
    VocabularyMapping(
      name: name, meaning: meaning,
      keys: [VocabularyKey(name, .text, "Its name."), ifMissing] + comparisons(.number),
      required: [name], atLeastOne: ComparisonOperator.names)
  }

  /// What a rule can ask.
  static let conditions: [VocabularyMapping] = [
    one("all", .list(.condition, least: 1), "Every condition is true."),
    one("any", .list(.condition, least: 1), "At least one condition is true."),
    one("none", .list(.condition, least: 1), "Not one condition is true."),
    one("not", .condition, "The condition is not true."),
    nested("at_least", "So many of the conditions are true: {n: 2, of: [...]}."),
    VocabularyMapping(
      name: "attr", meaning: "An attribute of the member passes all tests.",
      keys: [VocabularyKey("attr", .text, "The attribute's name."), ifMissing] + fieldTests,
      required: ["attr"], atLeastOne: FieldOperator.names),
    VocabularyMapping(
      name: "did", meaning: "The member's matching events, counted or measured.",
      keys: [
        VocabularyKey("did", names, "Event types, aliases or globs."),
        VocabularyKey("where", filter, "What must hold of the events' fields."),
        VocabularyKey(
          "count", .either([.count(least: 0), .mapping("count_comparisons")]),
          "How many there must be; a number alone means at least so many. 1 if not given."),
        VocabularyKey(
          "distinct", .either([.text, .mapping("distinct_property")]),
          "Counts distinct day, week, month or values of a property."),
      ]
        + EventMeasure.Aggregate.allCases.map { aggregate in
          let meaning =
            switch aggregate {
            case .sum: "The sum of a property over the events."
            case .average: "The mean of a property over the events."
            case .least: "The least value of a property."
            case .greatest: "The greatest value of a property."
            }
          return VocabularyKey(
            aggregate.rawValue, .either([.text, .mapping("aggregate")]), meaning)
        } + window + comparisons(.number) + [ifMissing], required: ["did"]),
    VocabularyMapping(
      name: "did_not", meaning: "No matching event.",
      keys: [
        VocabularyKey("did_not", names, "Event types, aliases or globs."),
        VocabularyKey("where", filter, "What must hold of the events' fields."),
        VocabularyKey("after_ever", .truth, "With true, there is one outside the window."),
      ] + window, required: ["did_not"]),
    occurrence("first", "The member's first matching event."),
    occurrence("last", "The member's latest matching event."),
    measured("feature", "A feature, such as events_30d, compared with numbers."),
    measured("score", "A score, compared with numbers."),
    VocabularyMapping(
      name: "segment", meaning: "The member is, or was, in another segment.",
      keys: [
        VocabularyKey("segment", .text, "The other segment's id."),
        VocabularyKey("member", .truth, "Whether the member is in it; true if not given."),
        VocabularyKey("for", .duration, "It has been so for at least this long."),
        VocabularyKey("entered_within", .duration, "The latest entry is less than this ago."),
        VocabularyKey("left_within", .duration, "The latest leaving is less than this ago."),
        VocabularyKey("ever", .truth, "Whether the member has been in it at some time."),
      ], required: ["segment"]),
    nested(
      "cluster", "The learned label is one of some: {model: members, is: c0}.", mayBeMissing: true),
    one("list", .text, "The member is on the list of this name."),
    nested("regular", "Events in enough of the latest calendar periods."),
    nested("sequence", "One event for each step, in order."),
    nested("trend", "The events of a window against those of the one before.", mayBeMissing: true),
    nested("share", "The part of the events that pass further conditions.", mayBeMissing: true),
    nested("rank", "Where the member stands among all.", mayBeMissing: true),
    nested("near", "Within a distance of a point.", mayBeMissing: true),
    nested("bucket", "In a stable random part of all members."),
    nested("stage", "The member is in a state: {machine: lifecycle, is: active}."),
    one("consent", .text, "The member agrees to the purpose."),
  ]

  /// The mappings within conditions.
  static let conditionParts: [VocabularyMapping] = [
    VocabularyMapping(
      name: "at_least_body", meaning: "How many of which conditions.",
      keys: [
        VocabularyKey("n", .count(least: 1), "How many must be true."),
        VocabularyKey("of", .list(.condition, least: 1), "The conditions."),
      ], required: ["n", "of"]),
    VocabularyMapping(
      name: "field_tests", meaning: "What a field must pass, all of it.", keys: fieldTests,
      atLeastOne: FieldOperator.names),
    VocabularyMapping(
      name: "number_comparisons", meaning: "What a number must be, all of it.",
      keys: comparisons(.number), atLeastOne: ComparisonOperator.names),
    VocabularyMapping(
      name: "count_comparisons", meaning: "What a number of events must be, all of it.",
      keys: comparisons(.count(least: 0)), atLeastOne: ComparisonOperator.names),
    VocabularyMapping(
      name: "duration_comparisons", meaning: "What an age must be, all of it.",
      keys: comparisons(.duration), atLeastOne: ComparisonOperator.names),
    VocabularyMapping(
      name: "distinct_property", meaning: "A property that is named like a period.",
      keys: [VocabularyKey("property", .text, "The property's name.")], required: ["property"]),
    VocabularyMapping(
      name: "aggregate", meaning: "A property and what its aggregate must be.",
      keys: [VocabularyKey("of", .text, "value or a property.")] + comparisons(.number),
      required: ["of"], atLeastOne: ComparisonOperator.names),
    VocabularyMapping(
      name: "event_selection", meaning: "Events with conditions on their fields.",
      keys: [
        VocabularyKey("did", names, "Event types, aliases or globs."),
        VocabularyKey("where", filter, "What must hold of the events' fields."),
      ], required: ["did"]),
    VocabularyMapping(
      name: "cluster_body", meaning: "A model, and which of its segments.",
      keys: [
        VocabularyKey("model", .text, "The model's file name without ending."),
        VocabularyKey("is", names, "Ids or names of learned segments."),
        VocabularyKey(
          "confidence", .mapping("number_comparisons"), "The label's confidence, 0 to 1."),
      ], required: ["model", "is"]),
    VocabularyMapping(
      name: "regular_body", meaning: "Which events, in how many of the latest periods.",
      keys: [
        VocabularyKey("did", names, "Event types, aliases or globs; all if not given."),
        VocabularyKey("where", filter, "What must hold of the events' fields."),
        VocabularyKey(
          "unit", .choice(RegularActivity.Unit.allCases.map(\.rawValue)), "The kind of period."),
        VocabularyKey("at_least", .count(least: 1), "How many periods need an event."),
        VocabularyKey("of_last", .count(least: 1), "How many periods are looked at."),
        VocabularyKey("consecutive", .truth, "Whether the periods must be neighbours."),
      ], required: ["unit", "at_least", "of_last"]),
    VocabularyMapping(
      name: "sequence_body", meaning: "The steps, and what lies between and behind them.",
      keys: [
        VocabularyKey(
          "steps", .list(events, least: 1, most: EventSequence.mostSteps),
          "An event each, in order."),
        VocabularyKey("span", .duration, "The longest time from the first to the last step."),
        VocabularyKey("within", .duration, "The first step is younger than this."),
        VocabularyKey("after", .duration, "The last step is at least so old."),
        VocabularyKey("same", .text, "A property that all steps share."),
        VocabularyKey("without", events, "An event that must not follow the first step."),
        VocabularyKey("order", .constant(.string("any")), "With any, steps may come in any order."),
      ], required: ["steps"]),
    VocabularyMapping(
      name: "trend_body", meaning: "Two windows, and how they compare.",
      keys: [
        VocabularyKey("of", events, "The events."),
        VocabularyKey("current", .duration, "The window up to now."),
        VocabularyKey("previous", .duration, "The window before it; as long if not given."),
        VocabularyKey(
          "ratio", .either([.number, .mapping("number_comparisons")]),
          "Events per day now by those before; a number alone means at least."),
        VocabularyKey(
          "delta", .either([.number, .mapping("number_comparisons")]),
          "Events now less those before; a number alone means at least."),
        VocabularyKey("min", .count(least: 0), "The least number of events in both together."),
      ], required: ["of", "current"], exactlyOne: ["ratio", "delta"]),
    VocabularyMapping(
      name: "share_body", meaning: "Events, which part of them, and how great it must be.",
      keys: [
        VocabularyKey("of", events, "The events that are the whole."),
        VocabularyKey("where", filter, "What must hold of an event to be of the part."),
        VocabularyKey("min", .count(least: 0), "The least number of events in the whole."),
      ] + comparisons(.number) + window, required: ["of", "where"],
      atLeastOne: ComparisonOperator.names),
    VocabularyMapping(
      name: "rank_body", meaning: "What members are ranked by, and which end is asked for.",
      keys: [
        VocabularyKey("score", .text, "A score's name."),
        VocabularyKey("feature", .text, "A feature's name."),
        VocabularyKey("top", .either([.share, .percentage]), "The share of the greatest: 5%."),
        VocabularyKey("bottom", .either([.share, .percentage]), "The share of the least: 5%."),
        VocabularyKey("as_of", .either([.duration, .instant]), "When the ranking is taken."),
      ], exactlyOne: ["score", "feature"], atLeastOne: ["top", "bottom"]),
    VocabularyMapping(
      name: "near_body", meaning: "A point and a distance from it.",
      keys: [
        VocabularyKey(
          "point", .list(.number, least: 2, most: 2), "Latitude and longitude in degrees."),
        VocabularyKey("km", .number, "The greatest distance in km."),
        VocabularyKey(
          "fields", .list(.text, least: 2, most: 2),
          "The attributes of latitude and longitude; these words if not given."),
      ], required: ["point", "km"]),
    VocabularyMapping(
      name: "bucket_body", meaning: "A part of all members, by a hash of their ids.",
      keys: [
        VocabularyKey("salt", .text, "What makes one split unlike another."),
        VocabularyKey("from", .number, "Where the part begins, from 0."),
        VocabularyKey("to", .number, "Where the part ends, up to 1."),
      ], required: ["salt", "from", "to"]),
    VocabularyMapping(
      name: "stage_body", meaning: "A stage machine, and which of its states.",
      keys: [
        VocabularyKey("machine", .text, "The machine's name."),
        VocabularyKey("is", names, "One state or several."),
      ], required: ["machine", "is"]),
  ]
}
