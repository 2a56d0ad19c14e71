import Engagement
import EventLog
import LinearAlgebra
import Synchronization

extension SegmentEvaluator {
  /// Who is in each segment and state: what is replayed, and beside it conditions as of the as-of time.
  ///
  /// Blocks of members are evaluated in parallel. Of what is not replayed, each member's events are looked at
  /// once; leaves then count bits.
  ///
  /// The parts are what is replayed, once for each thread as far as they go; none for nothing.
  ///
  /// - Complexity: O(events × selections of one + leaves × events of a member / 64), and the replays.
  func evaluation(replaying parts: [Part]) -> SegmentEvaluation {
    let part = parts.first
    let free = Mutex(parts)
    let isReplayed = Set(part?.segments ?? [])
    let program = BatchProgram(
      segments, order: order.filter { !isReplayed.contains($0) }, marker: marker, at: now)
    let (count, width) = (rows.count, segments.count)
    let machineCount = part?.plan.machines.count ?? 0
    // For each segment a flag for each member, and for each member its state in each machine.
    let flags = UnsafeMutablePointer<Bool>.allocate(capacity: max(1, count * width))
    let states = UnsafeMutablePointer<Int32>.allocate(capacity: max(1, count * machineCount))
    defer {
      flags.deallocate()
      states.deallocate()
    }
    nonisolated(unsafe) let (memory, stateMemory) = (flags, states)
    let rowsPerBlock = part == nil ? 512 : 64
    community.withEventColumns { columns in
      forEachBlock(count: (count + rowsPerBlock - 1) / rowsPerBlock, threadCount: threadCount) {
        block in
        var pass = BatchPass(program, self, columns)
        let own = free.withLock { $0.popLast() }
        defer { if let own { free.withLock { $0.append(own) } } }
        for index in block * rowsPerBlock..<min((block + 1) * rowsPerBlock, count) {
          if let part = own ?? part {
            let state = replayedState(at: index, of: part)
            for (segment, position) in zip(state.segments, part.segments) {
              pass.isMember[position] = segment.isMember
            }
            for (column, machine) in state.machines.enumerated() {
              stateMemory[column * count + index] = state.instant == nil ? -1 : Int32(machine.state)
            }
          }
          pass.evaluate(index)
          for (column, isMember) in pass.isMember.enumerated() {
            memory[column * count + index] = isMember
          }
        }
      }
    }
    var members = [[Int]](repeating: [], count: width)
    members.withUnsafeMutableBufferPointer { buffer in
      nonisolated(unsafe) let members = buffer
      forEachBlock(count: width, threadCount: threadCount) { column in
        let flags = UnsafeBufferPointer(start: memory + column * count, count: count)
        var found: [Int] = []
        found.reserveCapacity(flags.count { $0 })
        for index in 0..<count where flags[index] { found.append(rows[index]) }
        members[column] = found
      }
    }
    return SegmentEvaluation(
      segments: zip(segments, members).map { segment, rows in
        SegmentMembers(id: segment.definition.id, kind: segment.definition.kind, rows: rows)
      },
      stages: (part?.plan.machines ?? []).enumerated().map { column, machine in
        var rows = [[Int]](repeating: [], count: machine.states.count)
        for index in 0..<count {
          let state = Int(states[column * count + index])
          if state >= 0 { rows[state].append(self.rows[index]) }
        }
        return StageMembers(
          machine: project.stages[column].name, states: machine.states, rows: rows)
      })
  }
}

/// Evaluates one member after the other.
private struct BatchPass: ~Copyable {
  private let program: BatchProgram
  private let evaluator: SegmentEvaluator
  private let columns: EventColumns
  private let nodes: UnsafeBufferPointer<BatchProgram.Node>
  private let parts: UnsafeBufferPointer<Int>
  private var events: BatchEvents
  /// Whether the member is in each segment.
  let isMember: UnsafeMutableBufferPointer<Bool>
  private var index = 0
  /// The member's events as leaves that are looked at one by one need them, where one was.
  private var view: SegmentEvaluator.MemberView
  private var isViewed = false

  init(_ program: BatchProgram, _ evaluator: SegmentEvaluator, _ columns: EventColumns) {
    self.program = program
    self.evaluator = evaluator
    self.columns = columns
    nodes = program.nodes.elements
    parts = program.parts.elements
    events = BatchEvents(
      MemberPlaces(evaluator.marker.table, columns), program.tables, at: evaluator.now)
    isMember = .allocate(capacity: evaluator.segments.count)
    isMember.initialize(repeating: false)
    view = SegmentEvaluator.MemberView(index: 0, events: evaluator.marker.none)
  }

  deinit { isMember.deallocate() }

  mutating func evaluate(_ index: Int) {
    self.index = index
    isViewed = false
    events.load(
      columns.events(ofRow: evaluator.rows[index], asOf: evaluator.now.known),
      of: evaluator.community.history)
    for (position, node) in program.segments {
      isMember[position] = truth(nodes[node]) == .true
    }
  }

  private mutating func truth(_ node: BatchProgram.Node) -> Truth {
    switch node.kind {
    case .leaf(let look, let isUnknownIfMissing):
      switch look {
      case .number(let column, let interval):
        let value = program.numbers[column][index]
        if value.isNaN { return isUnknownIfMissing ? .unknown : .false }
        return Truth(interval.contains(value))
      case .segment(let position, let shouldBeMember):
        return Truth(isMember[position] == shouldBeMember)
      case .other(let leaf): return truth(program.others[leaf])
      default:
        return events.holds(look).map { Truth($0) } ?? (isUnknownIfMissing ? .unknown : .false)
      }
    case .all:
      var least = Truth.true
      for part in node.first..<node.end where least != .false {
        least = min(least, truth(nodes[parts[part]]))
      }
      return least
    case .any: return greatestTruth(node)
    case .none: return greatestTruth(node).negated
    case .atLeast(let count):
      var (certain, possible) = (0, 0)
      for part in node.first..<node.end {
        let truth = truth(nodes[parts[part]])
        if truth == .true { certain += 1 }
        if truth != .false { possible += 1 }
      }
      return certain >= count ? .true : possible < count ? .false : .unknown
    }
  }

  private mutating func greatestTruth(_ node: BatchProgram.Node) -> Truth {
    var greatest = Truth.false
    for part in node.first..<node.end where greatest != .true {
      greatest = max(greatest, truth(nodes[parts[part]]))
    }
    return greatest
  }

  private mutating func truth(_ leaf: CompiledLeaf) -> Truth {
    view.index = index
    if case .events = leaf.question, !isViewed {
      evaluator.move(&view, to: index)
      isViewed = true
    }
    return evaluator.observe(leaf, of: view, isMember: [], wantsFact: false).truth
  }
}
