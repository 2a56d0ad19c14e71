import Engagement
import EventLog

extension Leaf {
  /// The fields of events that the leaf looks at.
  var eventFields: [EventField] {
    switch question {
    case .did(let selection, _, let measure, _):
      let fields = selection.conditions.map(\.field)
      switch measure {
      case .distinct(.field(let field)), .aggregate(_, of: let field): return fields + [field]
      default: return fields
      }
    case .didNot(let selection, _, _): return selection.conditions.map(\.field)
    case .occurrence(let occurrence):
      return (occurrence.selection.conditions + occurrence.having).map(\.field)
    default: return selections.flatMap(\.conditions).map(\.field) + fieldsRead
    }
  }

  /// The feature that the leaf compares or ranks by; nil where it does neither.
  var feature: FeatureDefinition? {
    switch question {
    case .feature(let feature, _): return feature
    case .rank(let rank):
      if case .feature(let feature) = rank.quantity { return feature }
      return nil
    default: return nil
    }
  }
}

extension ProjectFile {
  /// The features that a score is made of, by itself or by its parts.
  private func features(ofScore name: String) -> [FeatureDefinition] {
    guard let score = scores[name] else { return [] }
    guard case .weightedSum(let parts) = score else { return [score.feature].compactMap { $0 } }
    return parts.keys.flatMap { features(ofScore: $0) }
  }

  /// The place of the first rule that asks for the values of events, such as `coterie.yaml:7:12`; nil where
  /// none does.
  public var placeOfValues: String? {
    let asking = leaves.filter { leaf in
      var features = [leaf.feature].compactMap { $0 }
      if case .score(let name, _) = leaf.question { features += self.features(ofScore: name) }
      return leaf.eventFields.contains(.value)
        || features.contains { $0.isMadeOfValues(settings) }
    }
    return asking.map(\.position).min().map { "\(file):\($0.line):\($0.column)" }
  }
}
