import Engagement
import EventLog

/// Compiles single leaves for a community of one member, and moves compiled ones in time.
struct LeafCompiler {
  let project: ProjectFile
  let community: Community

  /// The row of the only member of the members file.
  static func row(of memberID: String, in community: Community) -> Int {
    guard let row = community.row(of: memberID) else {
      preconditionFailure("a member's own community has the member")
    }
    return row
  }

  func compile(_ leaf: Leaf, at instant: Int64) -> CompiledLeaf {
    let compiler = SegmentCompiler(
      project: project, community: community, rows: [],
      now: EvaluationInstant(
        asOf: Timestamp(microseconds: instant), clock: project.settings.clock))
    do {
      return try compiler.compiled(leaf)
    } catch {
      preconditionFailure("leaves about events and attributes need no models: \(error)")
    }
  }
}

extension CompiledLeaf {
  /// The same leaf at another time, where its source looks at no clock inside of conditions.
  func moved(to now: Timestamp, source: Leaf) -> CompiledLeaf {
    func bounds(_ window: EventWindow) -> EventBounds {
      let (first, last) = window.bounds(asOf: now)
      return EventBounds(first: first, last: last)
    }
    let question: Question
    switch (self.question, source.question) {
    case (.did(let selection, _, let measure, let comparisons), .did(_, let window, _, _)):
      question = .did(selection, bounds(window), measure, comparisons)
    case (.didNot(let selection, _, let afterEver), .didNot(_, let window, _)):
      question = .didNot(selection, bounds(window), afterEver: afterEver)
    default: return self
    }
    return CompiledLeaf(
      question: question, isUnknownIfMissing: isUnknownIfMissing, written: written)
  }

  /// The selection of events, if the leaf has one.
  var selection: CompiledSelection? {
    switch question {
    case .did(let selection, _, _, _), .didNot(let selection, _, _): selection
    case .occurrence(_, let selection, _): selection
    default: nil
    }
  }
}

extension Leaf {
  /// Tests of the fields of events.
  var eventFieldTests: [FieldTest] {
    switch question {
    case .did(let selection, _, _, _), .didNot(let selection, _, _):
      selection.conditions.flatMap(\.tests)
    case .occurrence(let occurrence):
      (occurrence.selection.conditions + occurrence.having).flatMap(\.tests)
    default: []
    }
  }

  /// True where which events match depends on the time at which that is asked.
  var readsClockInside: Bool { eventFieldTests.contains { $0.lengthOfAge != nil } }
}

extension FieldTest {
  /// The length of time that the test compares an age with.
  var lengthOfAge: Int64? {
    switch self {
    case .olderThan(let duration), .newerThan(let duration), .anniversaryWithin(let duration):
      duration.microseconds
    default: nil
    }
  }
}
