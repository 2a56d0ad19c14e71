import Testing

@testable import Segmentation

/// What is wrong in a project file is said with its place and the way out.
struct ProjectErrorTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let name: String
    let yaml: String
    let expected: [String]

    init(_ name: String, _ yaml: String, _ expected: String...) {
      self.name = name
      self.yaml = yaml
      self.expected = expected
    }

    var testDescription: String { name }
  }

  @Test(
    arguments: structure + sections + scores + lists + segments + leaves + events + patterns)
  func errorsNamePlaceAndWayOut(_ example: Case) throws {
    let error = try #require(throws: ProjectFileError.self) {
      try ProjectFile(parsing: example.yaml, file: "c.yaml")
    }
    #expect(error.diagnostics.map(\.description) == example.expected)
  }

  static let structure = [
    Case(
      "empty", "",
      "c.yaml:1:1: the file is empty; it needs \"version: 1\""),
    Case(
      "noVersion", "clock: {zone: UTC}",
      "c.yaml:1:1: \"version: 1\" is missing"),
    Case(
      "otherVersion", "version: 2",
      "c.yaml:1:10: this version reads \"version: 1\", not \"2\""),
    Case(
      "notYAML", "version: 1\nclock: {zone: [}",
      "c.yaml:2:16: not YAML: did not find expected node content (while parsing a flow node at line 2)"
    ),
    Case(
      "duplicateKey", "version: 1\nclock: {}\nclock: {}",
      "c.yaml:2:1: key \"clock\" stands twice in one mapping; keep one of them"),
    Case(
      "sameKeyQuoted", "version: 1\nevents: {weights: {1: 2, \"1\": 3}}",
      "c.yaml:2:26: key \"1\" stands twice in one mapping; keep one of them"),
    Case(
      "anchorInJSON", "{\"version\":1,\"aliases\":&a {\"x\":[\"&y\"]}}",
      "c.yaml:1:24: anchors and aliases are not read; write the part out, or quote the text"),
    Case(
      "aliasBehindBlock", "a: |\n  *x\nb: *x",
      "c.yaml:3:4: anchors and aliases are not read; write the part out, or quote the text"),
    Case(
      "anchor", "version: 1\naliases: &a\n  x: [y]",
      "c.yaml:2:10: anchors and aliases are not read; write the part out, or quote the text"),
    Case(
      "alias", "version: 1\nsegments:\n  - {id: a, when: {did: *}}",
      "c.yaml:3:25: anchors and aliases are not read; write the part out, or quote the text"),
    Case(
      "tag", "version: !!python/object 1",
      "c.yaml:1:10: tag \"tag:yaml.org,2002:python/object\" is not read; leave it out"),
    Case(
      "twoDocuments", "version: 1\n---\nversion: 1",
      "c.yaml:2:1: not YAML: but found another document (expected a single document in the stream at line 1)"
    ),
    Case(
      "unknownSection", "version: 1\nsegmnts: []",
      "c.yaml:2:1: unknown key \"segmnts\" in the project; did you mean \"segments\"?"),
    Case(
      "list", "- version: 1",
      "c.yaml:1:1: the project needs a mapping with version, clock, events, attributes, properties, aliases, features, transform, scores, lists, segments, segments_of, stages, exclusive, privacy and tests, not a list"
    ),
    Case(
      "complexKey", "version: 1\naliases: {[a]: [b]}",
      "c.yaml:2:11: a key must be a plain word"),
  ]

  static let sections = [
    Case(
      "zone", "version: 1\nclock: {zone: Mars/Olympus}",
      "c.yaml:2:15: unknown time zone \"Mars/Olympus\"; give its IANA name, such as Europe/Vienna"),
    Case(
      "weekStart", "version: 1\nclock: {week_starts: sundy}",
      "c.yaml:2:22: unknown week_starts \"sundy\"; did you mean \"sunday\"?"),
    Case(
      "lateness", "version: 1\nclock: {lateness: 10}",
      "c.yaml:2:19: lateness needs a duration such as 30d, 12h, 45m, 10s or 2w, up to 365250d, not \"10\""
    ),
    Case(
      "overflow", "version: 1\nclock: {lateness: 99999999999999999d}",
      "c.yaml:2:19: lateness needs a duration such as 30d, 12h, 45m, 10s or 2w, up to 365250d, not \"99999999999999999d\""
    ),
    Case(
      "role", "version: 1\nevents: {columns: {member: user}}",
      "c.yaml:2:20: unknown key \"member\" in columns; did you mean \"member_id\"?"),
    Case(
      "columnTwice", "version: 1\nevents: {columns: {event: a, value: a}}",
      "c.yaml:2:37: column \"a\" is already event"),
    Case(
      "weight", "version: 1\nevents: {weights: {post: \"3\"}}",
      "c.yaml:2:26: the weight of post needs a number, not \"3\""),
    Case(
      "valueUse", "version: 1\nevents: {value: logg}",
      "c.yaml:2:17: unknown value \"logg\"; did you mean \"log\"?"),
    Case(
      "aliasName", "version: 1\naliases:\n  h14: [a]\n  30d: [b]\n  a-b: [c]",
      "c.yaml:3:3: an alias is named by letters, digits and _, a letter first, and not as a window (30d) or a half-life (h14); \"h14\" is not",
      "c.yaml:4:3: an alias is named by letters, digits and _, a letter first, and not as a window (30d) or a half-life (h14); \"30d\" is not",
      "c.yaml:5:3: an alias is named by letters, digits and _, a letter first, and not as a window (30d) or a half-life (h14); \"a-b\" is not"
    ),
    Case(
      "aliasEmpty", "version: 1\naliases: {a: []}",
      "c.yaml:2:14: alias a needs at least one event type"),
    Case(
      "aliasText", "version: 1\naliases: {a: b}",
      "c.yaml:2:14: alias a needs a list of texts in [ ], not \"b\""),
    Case(
      "features", "version: 1\nfeatures: recency_days",
      "c.yaml:2:11: features needs a list of texts in [ ], not \"recency_days\""),
    Case(
      "transform", "version: 1\ntransform: {scale: standard, log: yes, reduce: pc}",
      "c.yaml:2:20: unknown scale \"standard\"; did you mean \"standardize\"?",
      "c.yaml:2:35: log needs a list of features, automatic or none, not \"yes\"",
      "c.yaml:2:48: reduce needs none, whiten or {pca: 3}, not \"pc\"; did you mean \"pca\"?"),
    Case(
      "pca", "version: 1\ntransform: {reduce: {pca: 0}}",
      "c.yaml:2:27: pca needs a whole number of at least 1, not \"0\""),
    Case(
      "names", "version: 1\nsegments_of: {m: {names: {x1: a, 0: b, c0: c}}}",
      "c.yaml:2:27: \"x1\" is no learned segment; write its number or id, such as 0 or c0",
      "c.yaml:2:40: segment c0 is named twice"),
  ]

  static let scores = [
    Case(
      "noForm", "version: 1\nscores: {a: {feature: events}}",
      "c.yaml:2:13: score a needs one of linear, percentile, points and sum, not 0"),
    Case(
      "noFeature", "version: 1\nscores: {a: {linear: [0, 1]}}",
      "c.yaml:2:13: score a needs the feature that it is built on"),
    Case(
      "equalEnds", "version: 1\nscores: {a: {feature: events, linear: [1, 1]}}",
      "c.yaml:2:39: linear of score a needs two different numbers"),
    Case(
      "oneEnd", "version: 1\nscores: {a: {feature: events, linear: 3}}",
      "c.yaml:2:39: linear of score a needs two numbers, where it is 0 and where it is 3: [0, 12]"),
    Case(
      "halfLife", "version: 1\nscores: {a: {points: {x: 1}, half_life: 0d}}",
      "c.yaml:2:41: a half_life must be longer than 0"),
    Case(
      "strayHalfLife", "version: 1\nscores: {a: {sum: {b: 1}, half_life: 1d}}",
      "c.yaml:2:20: score a: unknown score \"b\"",
      "c.yaml:2:38: score a can have a half_life only beside points"),
    Case(
      "unknownPart",
      "version: 1\n"
        + "scores:\n"
        + "  impact: {feature: impact, linear: [0, 1]}\n"
        + "  b: {sum: {impat: 1}}",
      "c.yaml:4:13: score b: unknown score \"impat\"; did you mean \"impact\"?"),
    Case(
      "circle", "version: 1\nscores: {a: {sum: {b: 1}}, b: {sum: {a: 1}}}",
      "c.yaml:2:10: scores refer to each other in a circle: a → b → a"),
  ]

  static let lists = [
    Case(
      "nothing", "version: 1\nlists: {a: {}}",
      "c.yaml:2:12: list a needs either members or a file"),
    Case(
      "both", "version: 1\nlists: {a: {members: [], file: b.csv}}",
      "c.yaml:2:12: list a needs either members or a file"),
    Case(
      "expires", "version: 1\nlists: {a: {members: [x], expires: 2022-02-30}}",
      "c.yaml:2:36: expires needs a date such as 2027-02-01 or an instant such as 2027-02-01T12:00:00Z, not \"2022-02-30\""
    ),
    Case(
      "file", "version: 1\nlists: {a: {file: b.csv}}",
      "c.yaml:2:19: list a: \"b.csv\" cannot be read: files cannot be read here; write the members into the project file"
    ),
    Case(
      "key", "version: 1\nlists: {a: {member: [x]}}",
      "c.yaml:2:13: unknown key \"member\" in list a; did you mean \"members\"?"),
  ]

  static let segments = [
    Case(
      "mapping", "version: 1\nsegments: {a: {}}",
      "c.yaml:2:11: segments needs a list, each entry with \"- id:\", not a mapping"),
    Case(
      "noID", "version: 1\nsegments:\n  - when: {did: x}",
      "c.yaml:3:5: a segment needs an id"),
    Case(
      "noRule", "version: 1\nsegments:\n  - id: a",
      "c.yaml:3:5: segment a needs either when or a list"),
    Case(
      "twice",
      "version: 1\n"
        + "segments:\n"
        + "  - {id: a, when: {did: x}}\n"
        + "  - {id: a, when: {did: y}}",
      "c.yaml:4:10: segment \"a\" is already defined in line 3"),
    Case(
      "unknownList",
      "version: 1\n"
        + "lists: {mentees: {members: []}}\n"
        + "segments:\n"
        + "  - {id: a, list: mentes}",
      "c.yaml:4:19: unknown list \"mentes\"; did you mean \"mentees\"?"),
    Case(
      "unknownSegment",
      "version: 1\n"
        + "segments:\n"
        + "  - {id: at-risk, when: {did: x}}\n"
        + "  - {id: b, when: {segment: at-rsk}}",
      "c.yaml:4:29: unknown segment \"at-rsk\"; did you mean \"at-risk\"?"),
    Case(
      "unknownScore",
      "version: 1\n"
        + "scores: {impact: {points: {x: 1}}}\n"
        + "segments:\n"
        + "  - {id: a, when: {score: impakt, gt: 2}}",
      "c.yaml:4:27: unknown score \"impakt\"; did you mean \"impact\"?"),
    Case(
      "unknownListLeaf", "version: 1\nsegments:\n  - {id: a, when: {list: x}}",
      "c.yaml:3:26: unknown list \"x\""),
    Case(
      "circle",
      "version: 1\n"
        + "segments:\n"
        + "  - {id: a, when: {segment: b}}\n"
        + "  - {id: b, when: {any: [{did: x}, {segment: c}]}}\n"
        + "  - {id: c, when: {not: {segment: b}}}",
      "c.yaml:4:10: segments refer to each other in a circle: b → c → b"),
    Case(
      "itself", "version: 1\nsegments:\n  - {id: a, when: {segment: a}}",
      "c.yaml:3:10: segments refer to each other in a circle: a → a"),
    Case(
      "expect",
      "version: 1\n"
        + "segments:\n"
        + "  - {id: a, when: {did: x}, expect: {min: 5%, max: 1%}}\n"
        + "  - {id: b, when: {did: x}, expect: {max: 101%}}",
      "c.yaml:3:37: expect has a min above its max",
      "c.yaml:4:43: max needs a number of members or a share such as 5%, not \"101%\""),
    Case(
      "reviewBy", "version: 1\nsegments:\n  - {id: a, when: {did: x}, review_by: soon}",
      "c.yaml:3:40: review_by needs a date such as 2027-02-01 or an instant such as 2027-02-01T12:00:00Z, not \"soon\""
    ),
    Case(
      "strayExpires",
      "version: 1\n"
        + "segments:\n"
        + "  - {id: a, when: {did: x}, expires: 2022-01-01}",
      "c.yaml:3:38: segment a: expires belongs to segments with a list"),
  ]

  static func leaf(_ text: String) -> String {
    "version: 1\nsegments:\n- id: a\n  when:\n    \(text)"
  }

  static let leaves = [
    Case(
      "unknown", leaf("{dit: x}"),
      "c.yaml:5:6: unknown condition \"dit\"; did you mean \"did\"?"),
    Case(
      "two", leaf("{did: x, segment: a}"),
      "c.yaml:5:14: \"did\" and \"segment\" stand in one condition; put both under all: or any:"),
    Case(
      "notAMapping", leaf("post_created"),
      "c.yaml:5:5: a condition needs a mapping such as {did: post_created}, not \"post_created\""),
    Case(
      "emptyAll", leaf("{all: []}"),
      "c.yaml:5:11: \"all\" needs at least one condition"),
    Case(
      "allOfOne", leaf("{all: {did: x}}"),
      "c.yaml:5:11: \"all\" needs a list of conditions in [ ], not a mapping"),
    Case(
      "atLeast", leaf("{at_least: {n: 3, of: [{did: x}]}}"),
      "c.yaml:5:20: at_least asks for 3 of 1 conditions"),
    Case(
      "strayBesideLogic", leaf("{any: [{did: x}], within: 3d}"),
      "c.yaml:5:23: unknown key \"within\" in \"any\"; known are any"),
    Case(
      "operator", leaf("{attr: city, iss: x}"),
      "c.yaml:5:18: unknown key \"iss\" in attr; did you mean \"is\"?"),
    Case(
      "noOperator", leaf("{attr: city}"),
      "c.yaml:5:5: attr city needs an operator, such as is, in, contains, gte or exists"),
    Case(
      "wrongOperand", leaf("{attr: age, gt: old}"),
      "c.yaml:5:21: gt needs a number or a date, not \"old\""),
    Case(
      "in", leaf("{attr: age, in: 3}"),
      "c.yaml:5:21: in needs a list of values in [ ], not \"3\""),
    Case(
      "null", leaf("{attr: age, is: }"),
      "c.yaml:5:21: is needs one value, not nothing"),
    Case(
      "between", leaf("{attr: age, between: [3, 1]}"),
      "c.yaml:5:26: between needs the smaller value first"),
    Case(
      "ifMissing", leaf("{attr: age, is: 3, if_missing: maybe}"),
      "c.yaml:5:36: if_missing can only be unknown, not \"maybe\"; leave it out otherwise"),
    Case(
      "duration", leaf("{attr: joined_at, newer_than: 30 days}"),
      "c.yaml:5:35: newer_than needs a duration such as 30d, 12h, 45m, 10s or 2w, up to 365250d, not \"30 days\""
    ),
    Case(
      "pattern", leaf("{attr: city, matches: \"(a\"}"),
      "c.yaml:5:27: matches: \"(\" without \")\""),
    Case(
      "lookaround", leaf("{attr: city, matches: \"(?=a)\"}"),
      "c.yaml:5:27: matches: \"(?\" is read only as \"(?:\"; look-around is not supported"),
    Case(
      "exists", leaf("{attr: city, exists: yes}"),
      "c.yaml:5:26: exists needs true or false, not \"yes\""),
    Case(
      "heldFor", leaf("{attr: city, is: x, for: 3d}"),
      "c.yaml:5:25: \"for\" in attr is not supported by this version"),
    Case(
      "feature", leaf("{feature: events_30d}"),
      "c.yaml:5:5: feature events_30d needs a comparison: eq, gt, gte, lt, lte or between"),
    Case(
      "segmentFor", leaf("{segment: a, member: true, for: 3}"),
      "c.yaml:5:37: for needs a duration such as 30d, 12h, 45m, 10s or 2w, up to 365250d, not \"3\""
    ),
    Case(
      "cluster", leaf("{cluster: {model: m}}"),
      "c.yaml:5:15: cluster needs model and is: {model: members, is: c0}"),
    Case(
      "clusterConfidence", leaf("{cluster: {model: m, is: c0, confidence: 0.5}}"),
      "c.yaml:5:46: confidence needs a mapping with eq, gt, gte, lt, lte and between, not \"0.5\""),
  ]

  static let events = [
    Case(
      "ifMissing", leaf("{did: x, where: {a: {is: 1}}, if_missing: unknown}"),
      "c.yaml:5:47: if_missing in did belongs to avg, min and max; a count or a sum is never missing"
    ),
    Case(
      "emptyNames", leaf("{did: []}"),
      "c.yaml:5:11: at least one event type, alias or glob is needed"),
    Case(
      "twoWindows", leaf("{did: x, within: 3d, ever: true}"),
      "c.yaml:5:32: one window only: within and ever do not go together"),
    Case(
      "never", leaf("{did: x, ever: false}"),
      "c.yaml:5:20: ever can only be true; leave it out otherwise"),
    Case(
      "ago", leaf("{did: x, ago: [30d, 90d]}"),
      "c.yaml:5:19: ago needs the older age first: [90d, 30d]"),
    Case(
      "agoOne", leaf("{did: x, ago: 30d}"),
      "c.yaml:5:19: ago needs two ages, the older first: [90d, 30d], not \"30d\""),
    Case(
      "within", leaf("{did: x, within: 0d}"),
      "c.yaml:5:22: within must be longer than 0"),
    Case(
      "range", leaf("{did: x, since: 2024-02-01, until: 2024-01-01}"),
      "c.yaml:5:40: until must be later than since"),
    Case(
      "count", leaf("{did: x, count: 2.5}"),
      "c.yaml:5:21: count needs a whole number of at least 0, not \"2.5\""),
    Case(
      "countQuoted", leaf("{did: x, count: {gte: \"2\"}}"),
      "c.yaml:5:27: gte needs a whole number of at least 0, not \"2\""),
    Case(
      "countOperator", leaf("{did: x, count: {ge: 2}}"),
      "c.yaml:5:22: unknown key \"ge\" in count; did you mean \"gt\"?"),
    Case(
      "stray", leaf("{did: x, gte: 2}"),
      "c.yaml:5:14: \"gte\" in did compares a sum, avg, min or max; for the number of events write count: {gte: …}"
    ),
    Case(
      "sum", leaf("{did: x, sum: amount}"),
      "c.yaml:5:5: sum amount needs a comparison: eq, gt, gte, lt, lte or between"),
    Case(
      "sumAndCount", leaf("{did: x, sum: amount, gte: 2, count: 2}"),
      "c.yaml:5:42: sum and count stand in one condition; put both under all:"),
    Case(
      "sumOf", leaf("{did: x, sum: {gte: 2}}"),
      "c.yaml:5:19: sum needs what it is of: {of: amount, gte: 100}"),
    Case(
      "sumOfType", leaf("{did: x, sum: event, gte: 2}"),
      "c.yaml:5:19: sum needs a number: value or a property, not event"),
    Case(
      "where", leaf("{did: x, where: {area: roadmap}}"),
      "c.yaml:5:28: where: write area: {is: roadmap}"),
    Case(
      "whereOperator", leaf("{did: x, where: {area: {equals: roadmap}}}"),
      "c.yaml:5:29: unknown key \"equals\" in where area; known are is, is_not, in, not_in, contains, not_contains, starts_with, ends_with, matches, gt, gte, lt, lte, between, exists, missing, has_any, has_all, has_none, older_than, newer_than, before, after and anniversary_within"
    ),
    Case(
      "whereEmpty", leaf("{did: x, where: {}}"),
      "c.yaml:5:21: where needs at least one property"),
    Case(
      "afterEver", leaf("{did_not: x, after_ever: true}"),
      "c.yaml:5:30: after_ever needs a window: did at some time, but not within 30d"),
    Case(
      "didNotCount", leaf("{did_not: x, count: 3}"),
      "c.yaml:5:18: unknown key \"count\" in did_not; known are did_not, where, after_ever, within, ago, since, until and ever"
    ),
    Case(
      "last", leaf("{last: x}"),
      "c.yaml:5:5: last needs age, before, after or having"),
    Case(
      "age", leaf("{last: x, age: 60d}"),
      "c.yaml:5:20: age needs a mapping with eq, gt, gte, lt, lte and between, not \"60d\""),
    Case(
      "ageNumber", leaf("{last: x, age: {gt: 60}}"),
      "c.yaml:5:25: gt needs a duration such as 30d, 12h, 45m, 10s or 2w, up to 365250d, not \"60\""
    ),
    Case(
      "before", leaf("{last: x, before: yesterday}"),
      "c.yaml:5:23: before needs a date such as 2027-02-01 or an instant such as 2027-02-01T12:00:00Z, not \"yesterday\""
    ),
  ]
}
