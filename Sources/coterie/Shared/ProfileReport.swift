import Engagement
import EventLog
import Foundation

/// A feature table's profile in words for the terminal, and as a value for `--json`: each column's
/// values, and what did not get into the table.
struct ProfileReport {
  private let table: FeatureTable
  private let profiles: [ColumnProfile]
  private let input: LoadedCommunity

  private let clock: Clock

  init(_ table: FeatureTable, input: LoadedCommunity, clock: Clock) {
    self.clock = clock
    self.table = table
    self.input = input
    profiles = table.profiles
  }

  /// The members of the members file that are not in the table: they joined later, or nobody knows
  /// when, and no event of theirs is at or before the as-of time.
  private var leftOutCount: Int {
    var ids = Interner()
    for id in table.memberIDs { _ = ids.intern(id) }
    return input.community.members.ids.strings.count { ids.index(of: $0) == nil }
  }

  // MARK: Text

  /// Prints the report where the output does not go.
  func print(besides output: String) throws {
    let text = text(isUnicode: Console.isUnicode)
    if output == "-" {
      Console.standardError(text)
    } else {
      try OutputFile.write(text.utf8, to: "-")
    }
  }

  /// The report for the terminal, its histograms in block characters or in ASCII.
  func text(isUnicode: Bool) -> String {
    """
    \(table.memberIDs.count) members as of \(clock.text(table.asOf))

    \(overview(isUnicode: isUnicode))

    \(quantiles)

    \(losses)

    """
  }

  private func overview(isUnicode: Bool) -> String {
    var rows = TextTable(
      header: ["feature", "missing", "zeros", "distinct", "mean", "skew", "from min to max"])
    for (feature, profile) in zip(table.features, profiles) {
      let found = profile.distribution
      rows.add([
        feature.description,
        profile.missingCount == 0
          ? "0"
          : String(
            format: "%d (%.1f %%)", profile.missingCount, 100 * profile.missingShare),
        found.map { String($0.zeroCount) } ?? "–", found.map { String($0.distinctCount) } ?? "–",
        Self.short(found?.mean), Self.short(found?.skew),
        Self.picture(found, isUnicode: isUnicode),
      ])
    }
    return isUnicode ? rows.text : rows.text.replacingOccurrences(of: "–", with: "-")
  }

  private static func picture(_ found: ColumnProfile.Distribution?, isUnicode: Bool) -> String {
    guard let found else { return "all missing" }
    guard found.distinctCount > 1 else { return "all the same" }
    return Histogram.text(found.histogram, isUnicode: isUnicode)
  }

  private var quantiles: String {
    var rows = TextTable(
      header: ["feature", "min"] + ColumnProfile.probabilities.map(Self.percent) + ["max"])
    for (feature, profile) in zip(table.features, profiles) {
      guard let found = profile.distribution else { continue }
      rows.add(
        [feature.description]
          + ([found.minimum] + found.quantiles + [found.maximum]).map(Self.short))
    }
    return rows.text
  }

  private var losses: String {
    let report = input.report
    var lines = ["\(report.recordCount) records read, \(input.acceptedCount) taken"]
    func say(_ count: Int, _ what: String) { if count > 0 { lines.append("  \(count) \(what)") } }
    for (kind, count) in report.rejections { say(count, "rejected: \(kind)") }
    say(report.repeatedEventCount, "left out: their event_id came before")
    if let members = input.memberReport {
      lines.append("\(members.recordCount) members read")
      for (kind, count) in members.rejections { say(count, "rejected: \(kind)") }
      say(members.repeatedMembers.count, "rows repeat a member: the last one counts")
      say(leftOutCount, "left out: neither joined nor active until \(clock.text(table.asOf))")
    }
    return lines.joined(separator: "\n")
  }

  /// A number of four digits, or of all its digits where it is whole and not too long.
  private static func short(_ number: Double?) -> String {
    guard let number else { return "–" }
    if number == number.rounded(), abs(number) < 1e7 { return String(Int(number)) }
    return String(format: "%.4g", number)
  }

  private static func percent(_ probability: Double) -> String {
    String(format: "%.0f %%", 100 * probability)
  }

  // MARK: JSON

  /// The report as a value.
  var json: JSONValue {
    var columns: [JSONValue] = []
    for (feature, profile) in zip(table.features, profiles) {
      var column: [String: JSONValue] = [
        "feature": .string(feature.description), "missing": .integer(profile.missingCount),
        "missing_share": .number(profile.missingShare),
      ]
      let found = profile.distribution
      column["min"] = JSONValue(found?.minimum)
      column["max"] = JSONValue(found?.maximum)
      column["mean"] = JSONValue(found?.mean)
      column["skew"] = JSONValue(found?.skew)
      column["distinct"] = .integer(found?.distinctCount ?? 0)
      column["zeros"] = .integer(found?.zeroCount ?? 0)
      column["histogram"] = .array((found?.histogram ?? []).map { .integer($0) })
      column["quantiles"] = .object(
        Dictionary(
          uniqueKeysWithValues: zip(ColumnProfile.probabilities, found?.quantiles ?? []).map {
            (formatted($0), .number($1))
          }))
      columns.append(.object(column))
    }
    var object: [String: JSONValue] = [
      "columns": .array(columns), "members": .integer(table.memberIDs.count),
    ]
    if let members = input.memberReport {
      object["members_file"] = .object([
        "rows": .integer(members.recordCount),
        "repeated": .integer(members.repeatedMembers.count),
        "left_out": .integer(leftOutCount),
        "rejected": .object(members.rejectedByKind.mapValues { .integer($0) }),
      ])
    }
    return .object(object)
  }
}

/// Counts as a row of bars.
enum Histogram {
  /// One character a count, as high as it is beside the largest; a count that is not 0 is always seen.
  static func text(_ counts: [Int], isUnicode: Bool) -> String {
    let bars = Array(isUnicode ? "▁▂▃▄▅▆▇█" : ".:-=+*#@")
    let largest = counts.max() ?? 0
    return String(
      counts.map { count in
        count == 0 ? " " : bars[(count * bars.count - 1) / largest]
      })
  }
}
