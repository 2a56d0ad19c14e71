import Engagement
import EventLog

/// The features and scores that a project's rules ask for, computed once for all rules.
struct SharedNumbers {
  private(set) var features: [FeatureDefinition: [Double]] = [:]
  private(set) var scores: [String: [Double]] = [:]

  init(
    project: ProjectFile, community: Community, rows: [Int], asOf: Timestamp,
    distributions: [String: [FeatureDefinition: EmpiricalDistribution]],
    table known: FeatureTable?, threadCount: Int
  ) throws(SegmentationError) {
    guard !rows.isEmpty else { return }
    let leaves = project.leaves
    let definitions = project.ruleFeatures
    var names: [String] = []
    for leaf in leaves {
      if case .score(let name, _) = leaf.question, !names.contains(name) { names.append(name) }
    }
    let settings = project.settings
    do {
      // One table for all, so that events are looked at once.
      var wanted = known == nil ? definitions : []
      for feature in try scoredFeatures(names, definitions: project.scores)
      where !wanted.contains(feature) {
        wanted.append(feature)
      }
      let table =
        wanted.isEmpty
        ? nil
        : try FeatureTable(
          of: community, rows: rows, asOf: asOf, features: wanted, settings: settings,
          threadCount: threadCount)
      for feature in definitions { features[feature] = (known ?? table)?.column(feature) }
      if !names.isEmpty {
        scores = try Engagement.scores(
          names, definitions: project.scores, of: community, rows: rows, asOf: asOf,
          settings: settings, distributions: distributions, table: table)
      }
    } catch {
      // Which leaves are to blame is found one by one, so that all are reported with their places.
      var diagnostics: [Diagnostic] = []
      for leaf in leaves {
        do {
          let row = Array(rows.prefix(1))
          switch leaf.question {
          case .feature(let feature, _):
            _ = try FeatureTable(
              of: community, rows: row, asOf: asOf, features: [feature], settings: settings,
              threadCount: 1)
          case .score(let name, _):
            _ = try Engagement.scores(
              [name], definitions: project.scores, of: community, rows: row, asOf: asOf,
              settings: settings, distributions: distributions, threadCount: 1)
          default: break
          }
        } catch {
          diagnostics.append(
            Diagnostic(file: project.file, position: leaf.position, message: error.description))
        }
      }
      throw diagnostics.isEmpty ? .engagement(error) : .project(ProjectFileError(diagnostics))
    }
  }
}
