import Engagement
import EventLog

/// Compiles single leaves for a community of one member.
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
