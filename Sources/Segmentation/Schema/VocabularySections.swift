import EventLog
import Engagement

extension VocabularyTable {
  private static let texts = VocabularyValue.list(.text)

  /// The file itself and its settings.
  static let sections: [VocabularyMapping] = [
    VocabularyMapping(
      name: root, meaning: "A coterie project file: what events mean, and the written segments.",
      keys: [
        VocabularyKey("version", .constant(.integer(1)), "The version of the format, always 1."),
        VocabularyKey(
          "clock", .mapping("clock"), "The calendar whose days, weeks and months count."),
        VocabularyKey(
          "events", .mapping("events"), "Columns of event files, and what events weigh."),
        VocabularyKey(
          "attributes", .named(.choice(ColumnType.allCases.map(\.rawValue))),
          "The types of attributes of members, where the cells' own is not meant."),
        VocabularyKey(
          "properties", .named(.choice(ColumnType.ofProperties.map(\.rawValue))),
          "The types of properties of events, where the values' own is not meant."),
        VocabularyKey(
          "aliases",
          .named(
            .list(.text, least: 1), pattern: "^(?!h[0-9]+$)[A-Za-z][A-Za-z0-9_]*$"),
          "Named groups of event types; an entry is a type or a glob such as lesson_*."),
        VocabularyKey("features", texts, "The features that train uses where none are given."),
        VocabularyKey(
          "transform", .mapping("transform"), "How features are transformed before clustering."),
        VocabularyKey(
          "scores", .named(.mapping("score_definition")), "Scores by name, built on features."),
        VocabularyKey(
          "lists", .named(.mapping("list_definition")), "Members put together by hand, by name."),
        VocabularyKey("segments", .list(.mapping("segment_definition")), "The written segments."),
        VocabularyKey(
          "segments_of", .named(.mapping("learned_names")),
          "Names for the learned segments of a model, by the name of its file without ending."),
        VocabularyKey(
          "stages", .named(.mapping("stage_machine")), "Exclusive lifecycle states, by machine."),
        VocabularyKey(
          "exclusive", .list(.mapping("exclusive_group")),
          "Groups of segments of which a member is in the first that takes it."),
        VocabularyKey(
          "privacy", .mapping("privacy"), "What holds of a purpose before a member says anything."),
        VocabularyKey(
          "tests", .list(.mapping("test")), "Little histories, and the segments expected of them."),
      ], required: ["version"]),
    VocabularyMapping(
      name: "clock", meaning: "The calendar whose days, weeks and months count.",
      keys: [
        VocabularyKey(
          "zone", .text, "The IANA name of the time zone, such as Europe/Vienna; UTC if not given."),
        VocabularyKey(
          "week_starts", .choice(Clock.WeekStart.allCases.map(\.rawValue)),
          "The first day of the week; monday if not given."),
        VocabularyKey("lateness", .duration, "How late events may come."),
      ]),
    VocabularyMapping(
      name: "events", meaning: "Columns of event files, and what events weigh.",
      keys: [
        VocabularyKey(
          "columns", .mapping("columns"), "The names of the columns of the event files."),
        VocabularyKey(
          "weights", .named(.number), "The weight of each event type in impact; 1 if not named."),
        VocabularyKey(
          "value", .choice(EngagementSettings.ValueUse.allCases.map(\.rawValue)),
          "How an event's value counts in impact; none if not given."),
      ]),
    VocabularyMapping(
      name: "columns", meaning: "The names of the columns of the event files, by what they hold.",
      keys: ProjectFile.columnRoles.map {
        VocabularyKey($0, .text, "The name of the column that holds \($0).")
      }),
    VocabularyMapping(
      name: "transform", meaning: "How features are transformed before clustering.",
      keys: [
        VocabularyKey(
          "log", .either([.choice(["automatic", "none"]), texts]),
          "The features that go through the logarithm first; automatic takes the skewed ones."),
        VocabularyKey(
          "scale", .choice(TransformChoices.Scale.allCases.map(\.rawValue)),
          "How features are brought to one scale; standardize if not given."),
        VocabularyKey(
          "reduce", .either([.choice(["none", "whiten"]), .mapping("reduction")]),
          "What is done with all features together, last; none if not given."),
      ]),
    VocabularyMapping(
      name: "reduction", meaning: "Principal components.",
      keys: [VocabularyKey("pca", .count(least: 1), "How many principal components are kept.")],
      required: ["pca"]),
    VocabularyMapping(
      name: "score_definition",
      meaning: "A score: a feature on a scale of 0 to 3, points, or a weighted sum.",
      keys: [
        VocabularyKey("feature", .text, "The feature that linear or percentile is built on."),
        VocabularyKey(
          "linear", .list(.number, least: 2, most: 2),
          "The two values of the feature where the score is 0 and where it is 3."),
        VocabularyKey("percentile", .text, "The model in whose community the feature is ranked."),
        VocabularyKey(
          "points", .named(.number, least: 1), "Points for each event, by type, alias or glob."),
        VocabularyKey("half_life", .duration, "After which time points count half."),
        VocabularyKey("sum", .named(.number), "The weights of other scores."),
      ], exactlyOne: ["linear", "percentile", "points", "sum"]),
    VocabularyMapping(
      name: "list_definition", meaning: "Members put together by hand, here or in a file.",
      keys: [
        VocabularyKey("members", texts, "The ids of the members."),
        VocabularyKey(
          "file", .text, "A CSV file with a column member_id, from the project file's folder on."),
        VocabularyKey("expires", .instant, "When the list ends."),
        VocabularyKey("review_by", .instant, "When someone should look at it again."),
        VocabularyKey("owner", .text, "Who looks after it."),
      ], exactlyOne: ["members", "file"]),
    VocabularyMapping(
      name: "learned_names", meaning: "Names for the learned segments of a model.",
      keys: [
        VocabularyKey(
          "names", .named(.text, pattern: "^c?(0|[1-9][0-9]*)$"),
          "Names by the number or id of the learned segment: 0 or c0.")
      ]),
    VocabularyMapping(
      name: "privacy", meaning: "What holds of a purpose before a member says anything.",
      keys: [
        VocabularyKey(
          "default", .choice(ConsentState.allCases.map(\.rawValue)), "granted if not given.")
      ]),
  ]

  /// Segments, stages and tests.
  static let members: [VocabularyMapping] = [
    VocabularyMapping(
      name: "segment_definition", meaning: "A segment with a rule (when) or of a list.",
      keys: [
        VocabularyKey("id", .text, "The id, unlike every other segment's."),
        VocabularyKey("name", .text, "The name for reading."),
        VocabularyKey("description", .text, "What it is for."),
        VocabularyKey("when", .condition, "What must hold for a member to be in it."),
        VocabularyKey("list", .text, "The list whose members are in it."),
        VocabularyKey("expires", .instant, "When a segment of a list ends."),
        VocabularyKey("tag", .text, "The tag that its members carry elsewhere."),
        VocabularyKey("expect", .mapping("expected_size"), "The size that it is expected to have."),
        VocabularyKey("review_by", .instant, "When someone should look at it again."),
        VocabularyKey("stay_while", .condition, "While this is true, members stay."),
        VocabularyKey("min_stay", .duration, "The least time in the segment."),
        VocabularyKey("cooldown", .duration, "The least time between leaving and entering again."),
        VocabularyKey("purpose", .text, "What members must agree to."),
        VocabularyKey(
          "on_enter", .list(.mapping("action")), "What is to be done as members enter."),
        VocabularyKey("on_exit", .list(.mapping("action")), "What is to be done as members leave."),
      ], required: ["id"], exactlyOne: ["when", "list"]),
    VocabularyMapping(
      name: "expected_size", meaning: "The size that a segment is expected to have.",
      keys: [("min", "The least"), ("max", "The greatest")].map {
        VocabularyKey(
          $0, .either([.count(least: 0), .percentage]),
          "\($1) size: a number of members or a share of them such as 5%.")
      }, atLeastOne: ["min", "max"]),
    VocabularyMapping(
      name: "action", meaning: "What is to be done as members enter or leave.",
      keys: [VocabularyKey("webhook", .text, "The name of a place that is told.")],
      required: ["webhook"]),
    VocabularyMapping(
      name: "stage_machine", meaning: "Exclusive lifecycle states, and the moves between them.",
      keys: [
        VocabularyKey("start", .text, "The state in which members begin."),
        VocabularyKey(
          "moves", .list(.mapping("move")), "The moves; the first that applies is made."),
      ], required: ["start", "moves"]),
    VocabularyMapping(
      name: "move", meaning: "A way from state to state.",
      keys: [
        VocabularyKey("from", .text, "The state that is left; \"*\" is any but the target."),
        VocabularyKey("to", .text, "The state that is entered."),
        VocabularyKey("when", .condition, "What makes a member move."),
      ], required: ["from", "to", "when"]),
    VocabularyMapping(
      name: "exclusive_group", meaning: "Segments of which a member is in one at most.",
      keys: [
        VocabularyKey("group", .text, "The group's name."),
        VocabularyKey("order", texts, "The segments' ids; an earlier one goes before a later one."),
      ], required: ["group", "order"]),
    VocabularyMapping(
      name: "test", meaning: "A member's little history, and the segments expected of it.",
      keys: [
        VocabularyKey("name", .text, "What it is about."),
        VocabularyKey("as_of", .instant, "When the member is looked at."),
        VocabularyKey("id", .text, "The member's id, which lists may hold; member if not given."),
        VocabularyKey("joined_at", .instant, "When the member joined."),
        VocabularyKey("attributes", .named(.either([.text, texts])), "Attributes by name."),
        VocabularyKey(
          "events", .list(.either([.named(.instant, least: 1), .mapping("test_event")])),
          "What happened: {TYPE: TIME}, or {event: TYPE, at: TIME} with properties."),
        VocabularyKey("labels", .named(.text), "The learned segment the member is in, by model."),
        VocabularyKey("in", texts, "Segments that the member must be in."),
        VocabularyKey("not_in", texts, "Segments that the member must not be in."),
      ], required: ["name", "as_of"], atLeastOne: ["in", "not_in"]),
    VocabularyMapping(
      name: "test_event", meaning: "An event with what else it has; other keys are properties.",
      keys: [
        VocabularyKey("event", .text, "The event's type."),
        VocabularyKey("at", .instant, "When it happened."),
        VocabularyKey("value", .number, "The event's value."),
        VocabularyKey("target_id", .text, "The member it was done to."),
        VocabularyKey("by", .text, "Who did it; the member if not given."),
      ], required: ["event", "at"], others: .text),
  ]
}
