import Engagement
import EventLog

/// A pattern of events, or a condition on a member's place among others, with its names resolved.
enum CompiledPattern: Sendable {
  case regular(RegularActivity, CompiledSelection)
  case sequence(EventSequence, CompiledSequence)
  case trend(EventTrend, CompiledSelection)
  case share(EventShare, CompiledSelection, part: [CompiledEventTest])
  case rank(MemberRank, Ranking)
  case near(Nearness, latitude: AttributeReader, longitude: AttributeReader)
  case bucket(MemberBucket)
}

/// The parts of a sequence, resolved against a history.
struct CompiledSequence: Sendable {
  let steps: [CompiledSelection]
  let without: CompiledSelection?
  let same: CompiledKey?
}

extension SegmentCompiler {
  /// Resolves the names of a leaf that is a pattern.
  func pattern(
    _ leaf: Leaf, events: EventCompiler
  ) throws(SegmentationError) -> CompiledPattern {
    switch leaf.question {
    case .regular(let regular): return .regular(regular, events.selection(regular.selection))
    case .sequence(let sequence):
      return .sequence(
        sequence,
        CompiledSequence(
          steps: sequence.steps.map { events.selection($0) },
          without: sequence.without.map { events.selection($0) },
          same: sequence.same.map { events.compiled(.field($0)) }))
    case .trend(let trend): return .trend(trend, events.selection(trend.selection))
    case .share(let share):
      return .share(
        share, events.selection(share.selection), part: share.conditions.map { events.test($0) })
    case .rank(let rank):
      do {
        return .rank(
          rank,
          try Ranking(
            rank, project: project, community: community, asOf: rank.snapshot(asOf: now.asOf),
            distributions: distributions, threadCount: threadCount))
      } catch {
        throw .project(
          ProjectFileError([
            Diagnostic(file: project.file, position: leaf.position, message: error.description)
          ]))
      }
    case .near(let near):
      let readers = near.fields.map {
        AttributeReader(name: $0, column: community.members.attributes[$0])
      }
      return .near(near, latitude: readers[0], longitude: readers[1])
    case .bucket(let bucket): return .bucket(bucket)
    case .attribute, .did, .didNot, .occurrence, .feature, .score, .segment, .cluster, .list,
      .segmentHistory, .stage, .consent:
      preconditionFailure("other questions are resolved by themselves")
    }
  }
}
