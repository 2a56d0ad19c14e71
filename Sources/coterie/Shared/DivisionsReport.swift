import Comparison
import Foundation
import Membership
import Models
import Segmentation

/// How several models and project files agree with one another.
struct DivisionsReport {
  private let titles: [String]
  /// The pairs of divisions, each after those before it.
  private let agreements: [(first: Int, second: Int, agreement: DivisionAgreement)]

  init(_ tables: [MembershipTable], _ models: [NamedModel], _ projects: [ProjectFile]) {
    var divisions = models.map { model in
      (
        title: model.name,
        sets: (tables[0].labels[model.name] ?? []).map { $0.map { [$0.segment] } }
      )
    }
    for (project, table) in zip(projects, tables) {
      var sets = [[Int]](repeating: [], count: table.memberIDs.count)
      for (position, segment) in table.writtenAndStates.enumerated() where segment.isClaim {
        for member in segment.members { sets[member].append(position) }
      }
      divisions.append((project.file, sets.map { $0 }))
    }
    titles = divisions.map(\.title)
    agreements = divisions.indices.flatMap { first in
      divisions.indices.filter { $0 > first }.map { second in
        // Members whom a model is not about are in neither.
        let pairs = zip(divisions[first].sets, divisions[second].sets).compactMap { pair in
          pair.0.flatMap { own in pair.1.map { (own, $0) } }
        }
        return (first, second, DivisionAgreement(pairs.map(\.0), pairs.map(\.1)))
      }
    }
  }

  private func number(_ value: Double?) -> String {
    value.map { String(format: "%.3f", $0) } ?? "–"
  }

  var text: String {
    var table = TextTable(header: ["all side by side", "ARI", "AMI", "omega", "BCubed F"])
    for (first, second, agreement) in agreements {
      table.add([
        "\(titles[first]) and \(titles[second])", number(agreement.adjustedRand),
        number(agreement.adjustedMutualInformation), number(agreement.omega),
        number(agreement.fMeasure),
      ])
    }
    return table.text
  }

  var json: JSONValue {
    .array(
      agreements.map { first, second, agreement in
        .object(
          agreement.json.merging([
            "first": .string(titles[first]), "second": .string(titles[second]),
          ]) { own, _ in own })
      })
  }
}

extension DivisionAgreement {
  /// The indices by name.
  var json: [String: JSONValue] {
    [
      "adjusted_rand": JSONValue(adjustedRand),
      "adjusted_mutual_information": JSONValue(adjustedMutualInformation),
      "normalized_mutual_information": JSONValue(normalizedMutualInformation),
      "homogeneity": JSONValue(homogeneity), "completeness": JSONValue(completeness),
      "fowlkes_mallows": JSONValue(fowlkesMallows), "purity": JSONValue(purity),
      "matched_accuracy": JSONValue(matchedAccuracy), "omega": JSONValue(omega),
      "bcubed_precision": JSONValue(precision), "bcubed_recall": JSONValue(recall),
      "bcubed_f": JSONValue(fMeasure),
    ]
  }
}
