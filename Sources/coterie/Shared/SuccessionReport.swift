import Foundation
import Models

/// What becomes of an earlier model's segments, and whether the new model may take its place.
struct SuccessionReport {
  let succession: ModelSuccession
  /// The earlier model's name.
  let previous: String
  /// A segment's name, with what the project says.
  let names: [String: String]
  /// The least adjusted Rand index, and the least stability of a segment.
  let limits: (agreement: Double, stability: Double)

  /// Why the new model is not to be used; empty where it is.
  var objections: [String] {
    var found: [String] = []
    if let agreement = succession.migration.adjustedRand, limits.agreement > 0,
      agreement < limits.agreement
    {
      found.append(
        "agreement with \(previous) is \(decimal(agreement)), under \(limits.agreement): the two "
          + "divide the same members differently")
    }
    for segment in succession.model.segments {
      guard let stability = segment.stability, stability < limits.stability else { continue }
      found.append(
        "segment \(title(segment.id)) is unstable: \(decimal(stability)) of it comes back when members "
          + "are drawn anew, under \(limits.stability)")
    }
    return found
  }

  private func decimal(_ value: Double) -> String { String(format: "%.2f", value) }

  private func title(_ id: String) -> String {
    names[id].map { $0 == id ? id : "\(id) \($0)" } ?? id
  }

  var text: String {
    func list(_ ids: [String]) -> String { ids.isEmpty ? "none" : ids.joined(separator: ", ") }
    let migration = succession.migration
    var lines = [
      "Segments kept from \(previous): \(list(succession.kept)); new: \(list(succession.new)); "
        + "gone: \(list(succession.vanished))"
    ]
    if let agreement = migration.adjustedRand {
      lines.append(
        "Agreement: \(percent(migration.stayingCount, of: migration.memberCount)) of members stay in "
          + "their segment, adjusted Rand index \(decimal(agreement))")
    }
    for renaming in succession.renamings {
      let reasons = renaming.untrueClaims.map {
        "'\($0.text)' is true of \(String(format: "%.0f %%", 100 * $0.insideShare)) of its members"
      }
      lines.append(
        "\(renaming.id) was called '\(renaming.previousName)' and is now '\(renaming.name)'"
          + (reasons.isEmpty ? "" : ": " + reasons.joined(separator: ", ")))
    }
    lines += ["", "Members by \(previous)'s segment (down) and the new model's (across):", table]
    return lines.joined(separator: "\n")
  }

  private var table: String {
    let migration = succession.migration
    var table = TextTable(header: [""] + migration.ids + ["all"])
    for (old, id) in migration.previousIDs.enumerated() {
      let row = migration.counts[old]
      table.add([id] + row.map(String.init) + [String(row.reduce(0, +))])
    }
    let sums = migration.ids.indices.map { new in migration.counts.reduce(0) { $0 + $1[new] } }
    let joined = migration.joinedCounts
    table.add(["all"] + sums.map(String.init) + [String(migration.memberCount)])
    table.add(
      ["of these joined since"] + joined.map(String.init) + [String(joined.reduce(0, +))])
    table.add(
      ["most like"]
        + migration.ids.indices.map { new in
          migration.bestMatch(of: new).map { migration.previousIDs[$0.previous] } ?? "–"
        } + [""])
    table.add(
      ["Jaccard index"]
        + migration.ids.indices.map {
          migration.bestMatch(of: $0).map { decimal($0.jaccard) } ?? "–"
        }
        + [""])
    return table.text
  }

  var json: JSONValue {
    let migration = succession.migration
    return .object([
      "kept": .array(succession.kept.map { .string($0) }),
      "new": .array(succession.new.map { .string($0) }),
      "vanished": .array(succession.vanished.map { .string($0) }),
      "adjusted_rand": JSONValue(migration.adjustedRand),
      "members": .integer(migration.memberCount), "staying": .integer(migration.stayingCount),
      "renamed": .array(
        succession.renamings.map {
          .object([
            "segment": .string($0.id), "previous_name": .string($0.previousName),
            "name": .string($0.name),
            "untrue": .array($0.untrueClaims.map { JSONValue($0) }),
          ])
        }),
      "migration": .object([
        "previous": .array(migration.previousIDs.map { .string($0) }),
        "segments": .array(migration.ids.map { .string($0) }),
        "members": .array(migration.counts.map { .array($0.map { .integer($0) }) }),
        "joined_since": .array(migration.joinedCounts.map { .integer($0) }),
        "best_match": .array(
          migration.ids.indices.map { new in
            guard let best = migration.bestMatch(of: new) else { return .null }
            return .object([
              "previous": .string(migration.previousIDs[best.previous]),
              "jaccard": .number(best.jaccard),
            ])
          }),
      ]),
      "promoted": .boolean(objections.isEmpty),
      "objections": .array(objections.map { .string($0) }),
    ])
  }
}
