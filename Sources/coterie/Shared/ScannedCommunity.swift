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
  /// The scopes asked for, whose features' scans are the last ones.
  let scopes: [MemberScope]

  /// Features, and the settings that they are computed with.
  typealias Wanted = (features: [FeatureDefinition], settings: EngagementSettings)

  /// The table of the features asked for at a position.
  func table(_ position: Int = 0) throws(EngagementError) -> FeatureTable {
    try scans[position].table(members: members)
  }

  /// The table of the features that a scope compares; nil where it compares none.
  func table(ofScope position: Int) throws(EngagementError) -> FeatureTable? {
    guard !scopes[position].project.ruleFeatures.isEmpty else { return nil }
    return try table(scans.count - scopes.count + position)
  }

  /// All members of a table, in its order, and a community in which they have their rows.
  var membersOfTable: (community: Community, rows: [Int]) {
    let community = scans[0].communityOfMembers(members)
    return (community, scans[0].memberIDs(members).compactMap { community.row(of: $0) })
  }

  /// For each member of a table, whether a scope holds it.
  func isInside(_ scope: MemberScope, at position: Int = 0) throws -> [Bool] {
    let (community, rows) = membersOfTable
    return try scope.isInside(
      rows, of: community, asOf: input.asOf, features: table(ofScope: position))
  }
}

extension CommunityOptions {
  /// Takes features of all members from one pass over the events, without keeping those; nil where
  /// that is not enough, because a feature, pseudonyms, the project or a scope ask for the events
  /// themselves, or because `--as-of last` is asked of an input that cannot be read twice.
  func scan(
    _ events: [String], project: ProjectFile, _ wanted: [ScannedCommunity.Wanted],
    scopes: [MemberScope] = []
  ) throws -> ScannedCommunity? {
    let started = Date()
    let wanted = wanted + scopes.map { ($0.project.ruleFeatures, $0.project.settings) }
    guard pseudonymize == nil, !input.identities, project.eventProperties.isEmpty,
      !scopes.contains(where: \.project.rulesNeedEvents),
      wanted.allSatisfy({
        FeatureScan(features: $0.features, asOf: Timestamp(microseconds: 0)) != nil
      }), let asOf = asOf.known(in: project.settings.clock) ?? newest(in: events, project: project)
    else { return nil }
    let scans = wanted.compactMap {
      FeatureScan(
        features: $0.features, asOf: asOf, settings: $0.settings, threadCount: threads)
    }
    let purpose =
      wanted.lazy.flatMap { wanted in
        wanted.features.filter { $0.isMadeOfValues(wanted.settings) }
      }.first?.description
      ?? ([project] + scopes.map(\.project)).lazy.compactMap(\.placeOfValues).first
    let (filled, reports, memberTable) = try read(
      events, project: project, properties: [], valuesNeededBy: purpose
    ) { reader, inputs in
      var scans = scans
      let report = try FeatureScan.read(inputs, with: reader, into: &scans)
      return (scans, report)
    }
    let community = filled[0].communityWithoutEvents(members: memberTable)
    for project in [project] + scopes.map(\.project) { try check(project, against: community) }
    let input = LoadedCommunity(
      community: community, asOf: asOf, report: reports.events, memberReport: reports.members,
      acceptedCount: filled[0].eventCount, readSeconds: Date().timeIntervalSince(started))
    return ScannedCommunity(input: input, members: memberTable, scans: filled, scopes: scopes)
  }

  /// The newest event, from a reading of its own; nil where a second one would not find the same, where
  /// there is no event, and where reading fails: whoever reads next says why.
  private func newest(in events: [String], project: ProjectFile) -> Timestamp? {
    guard let inputs = try? Input.inputs(arguments: events), inputs.allSatisfy(\.canBeReadAgain)
    else { return nil }
    let progress = ReadProgress()
    let bar = ProgressBar(progress, of: inputs)
    defer { bar?.end() }
    var reader = eventReader(project, properties: [])
    reader.progress = progress
    return (try? reader.newestInstant(in: inputs, threadCount: threads)) ?? nil
  }

  /// Labels all members with models and with the project's rules and lists: from one pass over the
  /// events, or from events that are kept where rules or features ask for them.
  ///
  /// With `among`, those outside are left out of the table, and told of.
  func memberships(
    _ events: [String], models: [NamedModel], project: ProjectFile, among: MemberScope? = nil,
    wantsProbabilities: Bool = false, doing activity: String
  ) throws -> (table: MembershipTable, input: LoadedCommunity) {
    let scoped = models.filter { $0.model.among != nil }
    let scopes = try models.scopes() + (among.map { [$0] } ?? [])
    let wanted =
      [(project.ruleFeatures, project.settings)]
      + models.map { ($0.model.inputs, $0.model.settings) }
    guard !project.rulesNeedEvents,
      let scanned = try scan(events, project: project, wanted, scopes: scopes)
    else {
      let loaded = try load(
        events, project: project, features: models.flatMap(\.model.inputs), scopes: scopes)
      Console.progress(activity)
      let table = try MembershipTable(
        labelling: loaded.community, asOf: loaded.asOf, models: models, project: project,
        wantsProbabilities: wantsProbabilities, threadCount: threads)
      return (try table.restricted(to: among, in: loaded.community, threads: threads), loaded)
    }
    Console.progress(activity)
    let (community, rows) = scanned.membersOfTable
    let positions = Dictionary(
      models.enumerated().map { ($1.name, $0 + 1) }, uniquingKeysWith: { first, _ in first })
    let table = try MembershipTable(
      rows, of: community, asOf: scanned.input.asOf, oldestEvent: scanned.scans[0].oldestEvent,
      models: models, project: project,
      // Where names are wrong, the rules that hold them are found without it.
      ruleFeatures: project.ruleFeatures.isEmpty ? nil : try? scanned.table(),
      wantsProbabilities: wantsProbabilities, threadCount: threads,
      scopeFeatures: { model in
        try scoped.firstIndex(of: model).flatMap { try scanned.table(ofScope: $0) }
      }
    ) { model in
      do {
        return try scanned.table(positions[model.name] ?? 0)
      } catch let error as EngagementError {
        throw ModelError.missingInput(model: model.name, reason: error.description)
      }
    }
    return (
      try table.restricted(
        to: among, in: community,
        features: among.flatMap { _ in
          try scanned.table(ofScope: scoped.count)
        }, threads: threads),
      scanned.input
    )
  }
}

extension MembershipTable {
  /// The table of those inside a scope, which is told of; all without one.
  func restricted(
    to scope: MemberScope?, in community: Community, features: FeatureTable? = nil, threads: Int
  ) throws -> MembershipTable {
    guard let scope else { return self }
    let isInside = try scope.isInside(
      communityRows, of: community, asOf: asOf, features: features, threadCount: threads)
    try scope.tell(isInside, asOf: asOf)
    return restricted(to: isInside)
  }
}
