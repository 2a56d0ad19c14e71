import Engagement
import EventLog

/// A condition on a member's place among others, with its names resolved.
enum CompiledPattern: Sendable {
  case rank(MemberRank, Ranking)
  case near(Nearness, latitude: AttributeReader, longitude: AttributeReader)
  case bucket(MemberBucket)
}

extension SegmentCompiler {
  /// Resolves the names of a leaf that is a pattern.
  func pattern(_ leaf: Leaf) throws(SegmentationError) -> CompiledPattern {
    switch leaf.question {
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
          ]).quoting(project.text, of: project.file))
      }
    case .near(let near):
      let readers = near.fields.map {
        AttributeReader(name: $0, column: community.members.attributes[$0])
      }
      return .near(near, latitude: readers[0], longitude: readers[1])
    case .bucket(let bucket): return .bucket(bucket)
    case .attribute, .did, .didNot, .occurrence, .regular, .sequence, .trend, .share, .feature,
      .score, .segment, .cluster, .list, .segmentHistory, .stage, .consent:
      preconditionFailure("other questions are resolved by themselves")
    }
  }
}
