import Engagement
import EventLog
import Foundation
import Membership
import Models
import Segmentation

/// What one pass over the events gave: features, and a community without events.
struct ScannedCommunity {
  let input: LoadedCommunity
  let members: MemberTable
  /// A scan for each of the features and settings asked for, in their order.
  let scans: [FeatureScan]

  /// Features, and the settings that they are computed with.
  typealias Wanted = (features: [FeatureDefinition], settings: EngagementSettings)

  /// The table of the features asked for at a position.
  func table(_ position: Int = 0) throws(EngagementError) -> FeatureTable {
    try scans[position].table(members: members)
  }
}

extension CommunityOptions {
  /// Takes features of all members from one pass over the events, without keeping those; nil where
  /// that is not enough, because a feature, pseudonyms or the project ask for the events themselves,
  /// or because `--as-of last` is asked of an input that cannot be read twice.
  func scan(
    _ events: [String], project: ProjectFile, _ wanted: [ScannedCommunity.Wanted]
  ) throws -> ScannedCommunity? {
    let started = Date()
    guard pseudonymize == nil, project.eventProperties.isEmpty,
      wanted.allSatisfy({
        FeatureScan(features: $0.features, asOf: Timestamp(microseconds: 0)) != nil
      }), let asOf = asOf.known ?? newest(in: events, project: project)
    else { return nil }
    let scans = wanted.compactMap {
      FeatureScan(
        features: $0.features, asOf: asOf, settings: $0.settings, threadCount: threads)
    }
    let (filled, reports, memberTable) = try read(
      events, project: project, properties: []
    ) { reader, inputs in
      var scans = scans
      let report = try FeatureScan.read(inputs, with: reader, into: &scans)
      return (scans, report)
    }
    let community = filled[0].communityWithoutEvents(members: memberTable)
    try check(project, against: community)
    let input = LoadedCommunity(
      community: community, asOf: asOf, report: reports.events, memberReport: reports.members,
      acceptedCount: filled[0].eventCount, readSeconds: Date().timeIntervalSince(started))
    return ScannedCommunity(input: input, members: memberTable, scans: filled)
  }

  /// The newest event, from a reading of its own; nil where a second one would not find the same, where
  /// there is no event, and where reading fails: whoever reads next says why.
  private func newest(in events: [String], project: ProjectFile) -> Timestamp? {
    guard let inputs = try? Input.inputs(arguments: events), inputs.allSatisfy(\.canBeReadAgain)
    else { return nil }
    let progress = ReadProgress()
    let bar = ProgressBar(progress, of: inputs)
    defer { bar?.end() }
    var reader = EventReader(columns: columns(project), properties: .named([]))
    reader.progress = progress
    return (try? reader.newestInstant(in: inputs, threadCount: threads)) ?? nil
  }

  /// Labels all members with models and with the project's rules and lists: from one pass over the
  /// events, or from events that are kept where rules or features ask for them.
  func memberships(
    _ events: [String], models: [NamedModel], project: ProjectFile,
    wantsProbabilities: Bool = false, doing activity: String
  ) throws -> (table: MembershipTable, input: LoadedCommunity) {
    let wanted =
      [(project.ruleFeatures, project.settings)]
      + models.map { ($0.model.inputs, $0.model.settings) }
    guard !project.rulesNeedEvents,
      let scanned = try scan(events, project: project, wanted)
    else {
      let loaded = try load(events, project: project, features: models.flatMap(\.model.inputs))
      Console.progress(activity)
      let table = try MembershipTable(
        labelling: loaded.community, asOf: loaded.asOf, models: models, project: project,
        wantsProbabilities: wantsProbabilities, threadCount: threads)
      return (table, loaded)
    }
    Console.progress(activity)
    let community = scanned.scans[0].communityOfMembers(scanned.members)
    let rows = scanned.scans[0].memberIDs(scanned.members).compactMap { community.row(of: $0) }
    let positions = Dictionary(
      models.enumerated().map { ($1.name, $0 + 1) }, uniquingKeysWith: { first, _ in first })
    let table = try MembershipTable(
      rows, of: community, asOf: scanned.input.asOf, oldestEvent: scanned.scans[0].oldestEvent,
      models: models, project: project,
      // Where names are wrong, the rules that hold them are found without it.
      ruleFeatures: project.ruleFeatures.isEmpty ? nil : try? scanned.table(),
      wantsProbabilities: wantsProbabilities, threadCount: threads
    ) { model in
      do {
        return try scanned.table(positions[model.name] ?? 0)
      } catch let error as EngagementError {
        throw ModelError.missingInput(model: model.name, reason: error.description)
      }
    }
    return (table, scanned.input)
  }
}
