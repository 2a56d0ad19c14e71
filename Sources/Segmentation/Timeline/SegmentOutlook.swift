public import EventLog
import LinearAlgebra

/// Who is in each segment and state now, and what time alone will change.
public struct SegmentOutlook: Sendable, Hashable {
  /// Who is in each segment and state at the as-of time.
  public let now: SegmentEvaluation
  /// Transitions after the as-of time, in order of time, then of the members' rows.
  public let transitions: [Transition]
}

extension SegmentEvaluator {
  /// Runs the members' timelines on past the as-of time without new facts.
  ///
  /// Events, additions to lists and removals after the as-of time do not exist yet; ends of list stays
  /// and dates in attributes that are written do. Learned labels stay as they are. What is found is what
  /// ``transitions(ofRow:)`` gives after the as-of time where an evaluator as of the end has the same facts.
  ///
  /// - Parameter end: the last instant that is looked at.
  /// - Returns: the memberships now, and the transitions up to the end, that included.
  /// - Precondition: no rule asks for a `rank`, which other members change too.
  /// - Complexity: that of ``evaluation(replays:)`` with replay. Where nothing has memory timelines begin at
  /// the as-of time, and evidence does not say since when a member has been in another segment.
  public func outlook(through end: Timestamp) -> SegmentOutlook {
    precondition(project.rankedSegments.isEmpty, "ranks are left out of outlooks")
    let rowsPerBlock = 32
    let blockCount = (rows.count + rowsPerBlock - 1) / rowsPerBlock
    var blocks = [[(codes: [Int32], ahead: [Transition])]](repeating: [], count: blockCount)
    blocks.withUnsafeMutableBufferPointer { buffer in
      nonisolated(unsafe) let blocks = buffer
      forEachBlock(count: blockCount, threadCount: threadCount) { block in
        let indices = block * rowsPerBlock..<min((block + 1) * rowsPerBlock, rows.count)
        blocks[block] = indices.map { index in
          var past = MemberTimeline.Log(isKept: false)
          var timeline = timeline(at: index, isReplayed: project.needsReplay, &past)
          let codes = timeline.codes
          var ahead = MemberTimeline.Log(isKept: true)
          timeline.run(through: end.microseconds, &ahead)
          return (codes, ahead.transitions)
        }
      }
    }
    let found = blocks.flatMap { $0 }
    let codes = found.map(\.codes)
    let ahead = found.flatMap(\.ahead).enumerated().sorted {
      ($0.element.time, $0.offset) < ($1.element.time, $1.offset)
    }
    return SegmentOutlook(
      now: evaluation { index, column in codes[index][column] }, transitions: ahead.map(\.element))
  }
}

extension ProjectFile {
  /// The ids of the segments whose rules ask for a `rank`, or about such a segment, in the order of the
  /// file: others change them, so that no member's own timeline tells when.
  public var rankedSegments: [String] {
    var ranked: Set<String> = []
    var count = -1
    while ranked.count > count {
      count = ranked.count
      for segment in segments {
        let asks = segment.conditions.flatMap(\.leaves).contains { leaf in
          if case .rank = leaf.question { return true }
          return leaf.need.map { ranked.contains($0) } ?? false
        }
        if asks { ranked.insert(segment.id) }
      }
    }
    return segments.map(\.id).filter { ranked.contains($0) }
  }

  /// The project without ``rankedSegments``.
  public var withoutRankedSegments: ProjectFile {
    let ranked = Set(rankedSegments)
    var project = self
    project.segments.removeAll { ranked.contains($0.id) }
    return project
  }

  /// The project with one segment or stage machine of a name alone, and with what it needs: segments and
  /// stages that its rules ask about, and those that go before it in exclusive groups.
  public func reduced(to name: String) -> ProjectFile {
    reduced(
      to: SegmentNeeds(of: self).closure(of: [name, SegmentNeeds.name(ofMachine: name)]))
  }

  /// The project with some segments and machines alone.
  func reduced(to kept: Set<String>) -> ProjectFile {
    var project = self
    project.segments.removeAll { !kept.contains($0.id) }
    project.stages.removeAll { !kept.contains(SegmentNeeds.name(ofMachine: $0.name)) }
    project.exclusiveGroups = exclusiveGroups.map { group in
      ExclusiveGroup(
        name: group.name, order: group.order.filter { kept.contains($0) }, position: group.position)
    }
    return project
  }
}
