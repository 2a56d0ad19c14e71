public import Engagement
public import EventLog
public import LinearAlgebra
import Models
public import Segmentation

/// How segments would have done at past times: sizes, entries, exits, and what they share.
///
/// Every time is evaluated as if it were now: nothing later exists yet. Models are as they are today.
public struct MembershipBacktest: Sendable {
  /// One segment over all times.
  public struct Series: Sendable, Hashable {
    /// How the segment comes about.
    public let kind: Membership.Kind
    /// For learned segments the model's name, for states the machine's, else empty.
    public let source: String
    /// The segment's id, the list's name, or the state.
    public let id: String
    /// Its members, time by time.
    public fileprivate(set) var sizes: [Int] = []
    /// Those who were not in it at the time before; 0 at the first time.
    public fileprivate(set) var entered: [Int] = []
    /// Those who were in it at the time before only; 0 at the first time.
    public fileprivate(set) var left: [Int] = []

    /// The mean share of members that left from one time to the next; nil where nobody could.
    public var meanChurn: Double? {
      let shares = zip(sizes, left.dropFirst()).filter { $0.0 > 0 }
        .map { Double($0.1) / Double($0.0) }
      return shares.isEmpty ? nil : shares.reduce(0, +) / Double(shares.count)
    }
  }

  /// Members that two segments share at the last time.
  public struct Overlap: Sendable, Hashable {
    /// Positions in ``MembershipBacktest/series``.
    public let first: Int
    /// The later position.
    public let second: Int
    /// The members of both.
    public let sharedCount: Int
    /// The members of both among those of either (Jaccard 1901), over 0 to 1.
    public let jaccard: Double
  }

  /// The times, in order.
  public let times: [Timestamp]
  /// The members in the table at each time.
  public let memberCounts: [Int]
  /// The segments: learned ones by model, then those of the project in its order, lists and states.
  public let series: [Series]
  /// The pairs of segments that share members at the last time, largest overlap first.
  public let overlaps: [Overlap]

  /// Evaluates models and a project at past times.
  ///
  /// - Parameters:
  ///   - community: events and members.
  ///   - times: when to look, rising.
  ///   - models: the models; their names must differ.
  ///   - project: rules and lists.
  ///   - threadCount: how many threads work at once; nothing depends on it.
  ///   - onTime: told of each time before it is evaluated.
  /// - Throws: what ``MembershipTable`` throws, but for times before the first member, at which all
  ///   segments are empty.
  /// - Complexity: O(times × what a table takes).
  public init(
    of community: Community, at times: [Timestamp], models: [NamedModel], project: ProjectFile,
    threadCount: Int = availableProcessorCount, onTime: (Timestamp) -> Void = { _ in }
  ) throws {
    let models = models.sorted { bytesPrecede($0.name, $1.name) }
    var series: [Series] = []
    for model in models {
      series += model.model.segments.map {
        Series(kind: .learned, source: model.name, id: $0.id)
      }
    }
    series += SegmentDirectory(models: [], project: project).entries.map {
      Series(kind: $0.segment.kind, source: $0.segment.source, id: $0.segment.id)
    }
    var memberCounts: [Int] = []
    var last = [Set<Int>](repeating: [], count: series.count)
    for (place, time) in times.enumerated() {
      onTime(time)
      var members = [Set<Int>](repeating: [], count: series.count)
      do {
        let table = try MembershipTable(
          labelling: community, asOf: time, models: models, project: project,
          threadCount: threadCount)
        members = Self.members(of: table)
        memberCounts.append(table.memberIDs.count)
      } catch EngagementError.noMembers {
        memberCounts.append(0)
      }
      for index in series.indices {
        let (now, before) = (members[index], last[index])
        series[index].sizes.append(now.count)
        series[index].entered.append(place == 0 ? 0 : now.subtracting(before).count)
        series[index].left.append(place == 0 ? 0 : before.subtracting(now).count)
      }
      last = members
    }
    self.times = times
    self.memberCounts = memberCounts
    self.series = series
    overlaps = Self.overlaps(last)
  }

  /// The rows of the members of each segment, in the order of the series.
  private static func members(of table: MembershipTable) -> [Set<Int>] {
    var members: [Set<Int>] = []
    for model in table.models {
      var bySegment = [Set<Int>](repeating: [], count: model.model.segments.count)
      for (member, label) in (table.labels[model.name] ?? []).enumerated() {
        guard let label else { continue }
        bySegment[label.segment].insert(table.communityRows[member])
      }
      members += bySegment
    }
    return members + table.writtenAndStates.map { Set($0.members.map { table.communityRows[$0] }) }
  }

  private static func overlaps(_ members: [Set<Int>]) -> [Overlap] {
    var overlaps: [Overlap] = []
    for first in members.indices {
      for second in members.indices where second > first {
        let shared = members[first].intersection(members[second]).count
        guard shared > 0 else { continue }
        overlaps.append(
          Overlap(
            first: first, second: second, sharedCount: shared,
            jaccard: Double(shared)
              / Double(members[first].count + members[second].count - shared)))
      }
    }
    return overlaps.sorted {
      ($1.jaccard, $0.first, $0.second) < ($0.jaccard, $1.first, $1.second)
    }
  }
}

/// Who enters and who leaves a written segment when its project file is changed.
public struct MembershipChange: Sendable, Hashable {
  /// The segment's id, the list's name, or `MACHINE=STATE`.
  public let id: String
  /// Whether the segment is in the file before the change, and after it.
  public let exists: (before: Bool, after: Bool)
  /// Ids, in ascending order of their bytes.
  public let entered: [String]
  /// Ids, in ascending order of their bytes.
  public let left: [String]
  /// The size after the change.
  public let size: Int

  /// The changes from one table to another one of the same members, of all segments, lists and states of
  /// either, in the order of the second, those that are gone last.
  public static func between(
    _ before: MembershipTable, _ after: MembershipTable
  ) -> [MembershipChange] {
    func ids(_ table: MembershipTable) -> [SegmentReference: [String]] {
      Dictionary(
        table.writtenAndStates.map { ($0.reference, $0.members.map { table.memberIDs[$0] }) },
        uniquingKeysWith: { first, _ in first })
    }
    let (old, new) = (ids(before), ids(after))
    let gone = before.writtenAndStates.filter { new[$0.reference] == nil }
    return (after.writtenAndStates + gone).map { segment in
      let (was, isNow) = (
        Set(old[segment.reference] ?? []), Set(new[segment.reference] ?? [])
      )
      return MembershipChange(
        id: segment.title,
        exists: (old[segment.reference] != nil, new[segment.reference] != nil),
        entered: (new[segment.reference] ?? []).filter { !was.contains($0) },
        left: (old[segment.reference] ?? []).filter { !isNow.contains($0) }, size: isNow.count)
    }
  }

  /// Equal in all parts.
  public static func == (left: MembershipChange, right: MembershipChange) -> Bool {
    left.id == right.id && left.exists == right.exists && left.entered == right.entered
      && left.left == right.left && left.size == right.size
  }

  /// Hashes id and changes.
  public func hash(into hasher: inout Hasher) {
    hasher.combine(id)
    hasher.combine(entered)
    hasher.combine(left)
  }
}
