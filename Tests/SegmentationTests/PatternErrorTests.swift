import Testing

extension ProjectErrorTests {
  /// Patterns of events, ranks, distances and buckets.
  static let patterns = [
    Case(
      "regularParts", leaf("{regular: {unit: day}}"),
      "c.yaml:5:15: regular needs unit, at_least and of_last: {unit: week, at_least: 3, of_last: 4}"
    ),
    Case(
      "regularUnit", leaf("{regular: {unit: weak, at_least: 3, of_last: 4}}"),
      "c.yaml:5:22: unknown unit \"weak\"; did you mean \"week\"?"),
    Case(
      "regularKey", leaf("{regular: {unit: day, at_leats: 3, of_last: 4}}"),
      "c.yaml:5:27: unknown key \"at_leats\" in regular; did you mean \"at_least\"?"),
    Case(
      "regularCount", leaf("{regular: {unit: day, at_least: 5, of_last: 4}}"),
      "c.yaml:5:37: at_least asks for 5 of the last 4 periods"),
    Case(
      "regularMost", leaf("{regular: {unit: day, at_least: 5, of_last: 10001}}"),
      "c.yaml:5:49: of_last can be at most 10000"),
    Case(
      "regularBeside", leaf("{regular: {unit: day, at_least: 1, of_last: 4}, within: 3d}"),
      "c.yaml:5:53: unknown key \"within\" in a regular condition; known are regular"),
    Case(
      "steps", leaf("{sequence: {without: x}}"),
      "c.yaml:5:16: sequence needs steps: [signed_up, post_created]"),
    Case(
      "noSteps", leaf("{sequence: {steps: []}}"),
      "c.yaml:5:24: sequence needs steps: [signed_up, post_created]"),
    Case(
      "step", leaf("{sequence: {steps: [{where: {a: {is: 1}}}]}}"),
      "c.yaml:5:25: a step needs events: {did: post_created}"),
    Case(
      "order", leaf("{sequence: {steps: [a, b], order: all}}"),
      "c.yaml:5:39: order can only be any, not \"all\"; leave it out otherwise"),
    Case(
      "afterWithin", leaf("{sequence: {steps: [a], after: 3d, within: 2d}}"),
      "c.yaml:5:36: after 3d leaves nothing within 2d"),
    Case(
      "sequenceKey", leaf("{sequence: {steps: [a], spam: 3d}}"),
      "c.yaml:5:29: unknown key \"spam\" in sequence; did you mean \"span\"?"),
    Case(
      "trendParts", leaf("{trend: {of: x, current: 3d}}"),
      "c.yaml:5:13: trend needs of, current and ratio or delta: {of: {did: post_created}, current: 14d, ratio: {gte: 2}}"
    ),
    Case(
      "trendBoth", leaf("{trend: {of: x, current: 3d, ratio: 2, delta: 1}}"),
      "c.yaml:5:51: ratio and delta stand in one condition; put both under all:"),
    Case(
      "trendWindow", leaf("{trend: {of: x, current: 0d, ratio: 2}}"),
      "c.yaml:5:30: current must be longer than 0"),
    Case(
      "trendOf", leaf("{trend: {of: {did: x, within: 3d}, current: 3d, ratio: 2}}"),
      "c.yaml:5:27: unknown key \"within\" in of; known are did and where"),
    Case(
      "shareParts", leaf("{share: {of: x, gte: 0.4}}"),
      "c.yaml:5:13: share needs of and where: {of: {did: post_created}, where: {area: {is: help}}, gte: 0.4}"
    ),
    Case(
      "shareComparison", leaf("{share: {of: x, where: {a: {is: 1}}}}"),
      "c.yaml:5:13: share needs a comparison: eq, gt, gte, lt, lte or between"),
    Case(
      "rankParts", leaf("{rank: {top: 5%}}"),
      "c.yaml:5:12: rank needs one of score and feature, and one of top and bottom: {score: impact, top: 5%}"
    ),
    Case(
      "rankShare", leaf("{rank: {feature: events, top: 10}}"),
      "c.yaml:5:35: top needs a share of the members such as 5% or 0.05, not \"10\""),
    Case(
      "rankScore", leaf("{rank: {score: impact, top: 5%}}"),
      "c.yaml:5:12: unknown score \"impact\""),
    Case(
      "rankAsOf", leaf("{rank: {feature: events, top: 5%, as_of: soon}}"),
      "c.yaml:5:46: as_of needs a duration such as 28d or a date, not \"soon\""),
    Case(
      "nearParts", leaf("{near: {km: 3}}"),
      "c.yaml:5:12: near needs point and km: {point: [30.27, -97.74], km: 40}"),
    Case(
      "nearPoint", leaf("{near: {point: [1], km: 3}}"),
      "c.yaml:5:20: point needs a latitude and a longitude: [30.27, -97.74], not a list"),
    Case(
      "nearLatitude", leaf("{near: {point: [-97.74, 30.27], km: -3}}"),
      "c.yaml:5:21: the latitude must be from -90 to 90",
      "c.yaml:5:41: km must not be negative"),
    Case(
      "bucketParts", leaf("{bucket: {salt: a, to: 1}}"),
      "c.yaml:5:14: bucket needs salt, from and to: {salt: welcome, from: 0, to: 0.5}"),
    Case(
      "bucketEnds", leaf("{bucket: {salt: a, from: 0.5, to: 50}}"),
      "c.yaml:5:39: to must be from 0 to 1"),
    Case(
      "bucketOrder", leaf("{bucket: {salt: a, from: 0.5, to: 0.5}}"),
      "c.yaml:5:39: to must be greater than from"),
  ]
}
