import Engagement
import EventLog

extension ProjectParser {
  /// `rank: {score: impact, top: 5%, as_of: 28d}`.
  mutating func rank(_ node: SourceNode, _ kind: SourceNode.Entry) -> Leaf.Question? {
    let outer = fields(of: node, in: "a rank condition", known: ["rank", "if_missing"])
    checkIfMissing(outer?["if_missing"])
    guard
      let fields = fields(
        of: kind.value, in: "rank", known: ["score", "feature", "top", "bottom", "as_of"])
    else { return nil }
    let quantities = ["score", "feature"].filter { fields[$0] != nil }
    let sides = MemberRank.Side.allCases.filter { fields[$0.rawValue] != nil }
    guard quantities.count == 1, sides.count == 1, let side = sides.first,
      let shareNode = fields[side.rawValue], let nameNode = fields["score"] ?? fields["feature"]
    else {
      if !hasReportedKey(in: kind.value) {
        report(
          kind.value,
          "rank needs one of score and feature, and one of top and bottom: "
            + "{score: impact, top: 5%}")
      }
      return nil
    }
    let name = text(nameNode, quantities[0])
    let share = partOfMembers(shareNode, side.rawValue)
    var snapshot: MemberRank.Snapshot?
    if let node = fields["as_of"] {
      if let duration = node.text.flatMap(ExactDuration.init) {
        snapshot = .ago(duration)
      } else if let instant = node.text.flatMap({ Timestamp($0, in: project.settings.clock) }) {
        snapshot = .instant(instant)
      } else {
        report(node, "as_of needs a duration such as 28d or a date, not \(node.kindName)")
        return nil
      }
    } else {
      snapshot = ExactDuration("0d").map { .ago($0) }
    }
    guard let name, let share, let snapshot else { return nil }
    let quantity: MemberRank.Quantity =
      fields["score"] == nil ? .feature(singleFeature(name, at: nameNode)) : .score(name)
    return .rank(MemberRank(quantity: quantity, side: side, share: share, snapshot: snapshot))
  }

  /// `5%` or `0.05`, more than nothing.
  private mutating func partOfMembers(_ node: SourceNode, _ what: String) -> Double? {
    let text = node.plainText ?? ""
    let share =
      text.hasSuffix("%") ? decimal(String(text.dropLast())).map { $0 / 100 } : decimal(text)
    guard let share, share > 0, share <= 1 else {
      report(
        node, "\(what) needs a share of the members such as 5% or 0.05, not \(node.kindName)")
      return nil
    }
    return share
  }

  /// `near: {point: [30.27, -97.74], km: 40}`.
  mutating func near(_ node: SourceNode, _ kind: SourceNode.Entry) -> Leaf.Question? {
    let outer = fields(of: node, in: "a near condition", known: ["near", "if_missing"])
    checkIfMissing(outer?["if_missing"])
    guard let fields = fields(of: kind.value, in: "near", known: ["point", "km", "fields"]) else {
      return nil
    }
    guard let pointNode = fields["point"], let radiusNode = fields["km"] else {
      if !hasReportedKey(in: kind.value) {
        report(kind.value, "near needs point and km: {point: [30.27, -97.74], km: 40}")
      }
      return nil
    }
    guard let items = pointNode.items, items.count == 2 else {
      report(
        pointNode,
        "point needs a latitude and a longitude: [30.27, -97.74], not "
          + pointNode.kindName)
      return nil
    }
    let latitude = number(items[0], "the latitude")
    let longitude = number(items[1], "the longitude")
    let radius = number(radiusNode, "km")
    var names = ["latitude", "longitude"]
    if let node = fields["fields"] {
      guard let given = texts(node, "fields") else { return nil }
      guard given.count == 2 else {
        report(node, "fields needs the attributes of latitude and longitude, in this order")
        return nil
      }
      names = given
    }
    guard let latitude, let longitude, let radius else { return nil }
    if abs(latitude) > 90 { report(items[0], "the latitude must be from -90 to 90") }
    if abs(longitude) > 180 { report(items[1], "the longitude must be from -180 to 180") }
    if radius < 0 { report(radiusNode, "km must not be negative") }
    return .near(
      Nearness(
        latitude: latitude, longitude: longitude, radiusInKilometres: radius, fields: names))
  }

  /// `bucket: {salt: welcome-test, from: 0, to: 0.5}`.
  mutating func bucket(_ node: SourceNode, _ kind: SourceNode.Entry) -> Leaf.Question? {
    _ = fields(of: node, in: "a bucket condition", known: ["bucket"])
    guard let fields = fields(of: kind.value, in: "bucket", known: ["salt", "from", "to"]) else {
      return nil
    }
    guard let saltNode = fields["salt"], let fromNode = fields["from"], let toNode = fields["to"]
    else {
      if !hasReportedKey(in: kind.value) {
        report(kind.value, "bucket needs salt, from and to: {salt: welcome, from: 0, to: 0.5}")
      }
      return nil
    }
    guard let salt = text(saltNode, "salt"), let from = number(fromNode, "from"),
      let to = number(toNode, "to")
    else { return nil }
    if !(0...1).contains(from) { report(fromNode, "from must be from 0 to 1") }
    if !(0...1).contains(to) { report(toNode, "to must be from 0 to 1") }
    if from >= to { report(toNode, "to must be greater than from") }
    return .bucket(MemberBucket(salt: salt, from: from, to: to))
  }
}
