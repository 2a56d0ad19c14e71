import Engagement
import EventLog

/// The conditions of segments in plain numbers, for evaluation of many members at one instant.
struct BatchProgram: Sendable {
  /// A condition: a leaf's look, or what becomes of the truths of its parts.
  struct Node: BitwiseCopyable, Sendable {
    enum Kind: BitwiseCopyable, Sendable {
      case all, any, none
      case atLeast(Int)
      case leaf(BatchLook, isUnknownIfMissing: Bool)
    }

    let kind: Kind
    /// Where its parts begin and end among the parts of all.
    var first = 0
    var end = 0
  }

  /// For each segment that is evaluated, in order of need, its position and its condition.
  let segments: [(position: Int, node: Int)]
  let nodes: PlainArray<Node>
  let parts: PlainArray<Int>
  let tables: BatchTables
  /// The leaves that are looked at as one member's are.
  let others: [CompiledLeaf]
  /// Columns of numbers, a value for each row.
  let numbers: [[Double]]

  /// - Parameters:
  ///   - segments: all segments.
  ///   - order: the positions of those that are evaluated, each after those it refers to.
  ///   - marker: marks events.
  ///   - now: the instant.
  init(
    _ segments: [CompiledSegment], order: [Int], marker: HistoryMarker, at now: EvaluationInstant
  ) {
    var compiler = ConditionCompiler(marker, at: now)
    self.segments = order.map { ($0, compiler.node(segments[$0].condition)) }
    nodes = PlainArray(compiler.nodes)
    parts = PlainArray(compiler.parts)
    tables = compiler.looks.tables
    others = compiler.others
    numbers = compiler.numbers
  }
}

private struct ConditionCompiler {
  let now: EvaluationInstant
  var nodes: [BatchProgram.Node] = []
  var parts: [Int] = []
  var looks: BatchLookCompiler
  var others: [CompiledLeaf] = []
  var numbers: [[Double]] = []

  init(_ marker: HistoryMarker, at now: EvaluationInstant) {
    self.now = now
    looks = BatchLookCompiler(marker, at: now)
  }

  /// Adds a condition; its position.
  mutating func node(_ condition: CompiledCondition) -> Int {
    switch condition {
    case .all(let conditions): return node(.all, conditions)
    case .any(let conditions): return node(.any, conditions)
    case .none(let conditions): return node(.none, conditions)
    case .not(let condition): return node(.none, [condition])
    case .atLeast(let count, let conditions): return node(.atLeast(count), conditions)
    case .leaf(let leaf):
      nodes.append(
        BatchProgram.Node(
          kind: .leaf(look(leaf), isUnknownIfMissing: leaf.isUnknownIfMissing)))
      return nodes.count - 1
    }
  }

  private mutating func node(
    _ kind: BatchProgram.Node.Kind, _ conditions: [CompiledCondition]
  ) -> Int {
    let own = conditions.map { node($0) }
    nodes.append(BatchProgram.Node(kind: kind, first: parts.count, end: parts.count + own.count))
    parts += own
    return nodes.count - 1
  }

  private mutating func look(_ leaf: CompiledLeaf) -> BatchLook {
    switch leaf.question {
    case .events(let question):
      if let look = looks.look(question) { return look }
    case .number(_, let source, let comparisons)
    where source.asOf == now.asOf && source.asOf == now.known:
      numbers.append(source.values)
      return .number(numbers.count - 1, Interval(comparisons))
    case .segment(let position, let isMember): return .segment(position, isMember: isMember)
    default: break
    }
    others.append(leaf)
    return .other(others.count - 1)
  }
}
