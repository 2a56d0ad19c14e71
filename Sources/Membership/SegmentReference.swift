import EventLog
import Models
public import Segmentation

/// One segment, list or state among all that a table holds.
public struct SegmentReference: Sendable, Hashable {
  /// How it comes about.
  public let kind: Membership.Kind
  /// For learned segments the model's name, for states the machine's, else empty.
  public let source: String
  /// The segment's id, the list's name, or the state.
  public let id: String

  /// Makes a reference from its parts.
  public init(kind: Membership.Kind, source: String = "", id: String) {
    self.kind = kind
    self.source = source
    self.id = id
  }
}

/// All segments that models and a project have, with their names, before anybody is looked at.
public struct SegmentDirectory: Sendable {
  /// A segment and what it is called.
  public struct Entry: Sendable, Hashable {
    /// Which one it is.
    public let segment: SegmentReference
    /// The name: that of a learned segment, or the one written for a rule; else the id.
    public let name: String
  }

  /// The segments: learned ones by model, written ones in the order of the file, lists, then states.
  public let entries: [Entry]

  /// Lists the segments of models and a project.
  public init(models: [NamedModel], project: ProjectFile) {
    let models = models.sorted { bytesPrecede($0.name, $1.name) }
    let learned = models.flatMap { model in
      model.model.segments.indices.map { position in
        Entry(
          segment: SegmentReference(
            kind: .learned, source: model.name, id: model.model.segments[position].id),
          name: model.segmentName(position, in: project))
      }
    }
    let written = project.segments.map { segment in
      Entry(
        segment: SegmentReference(kind: segment.kind == .list ? .list : .rule, id: segment.id),
        name: segment.name ?? segment.id)
    }
    let lists = project.listsOfTheirOwn.map {
      Entry(segment: SegmentReference(kind: .list, id: $0), name: $0)
    }
    let states = project.stages.flatMap { machine in
      machine.states.map {
        Entry(segment: SegmentReference(kind: .stage, source: machine.name, id: $0), name: $0)
      }
    }
    entries = learned + written + lists + states
  }

  /// The segments that somebody means by a text: an id, a learned segment's name, or `MACHINE=STATE`; none
  /// where there is no such segment, several where several models have the id.
  public func segments(called text: String) -> [SegmentReference] {
    entries.filter { entry in
      Self.texts(entry).contains { $0.utf8.elementsEqual(text.utf8) }
    }.map(\.segment)
  }

  /// All texts by which ``segments(called:)`` finds segments.
  public var texts: [String] { entries.flatMap(Self.texts) }

  private static func texts(_ entry: Entry) -> [String] {
    switch entry.segment.kind {
    case .stage: ["\(entry.segment.source)=\(entry.segment.id)"]
    case .learned: [entry.segment.id, entry.name]
    case .list, .rule: [entry.segment.id]
    }
  }
}
