public import Engagement

/// Why segments cannot be evaluated.
public enum SegmentationError: Error, Equatable, Sendable {
  /// The project file names what the community does not have.
  case project(ProjectFileError)
  /// Features or scores cannot be computed.
  case engagement(EngagementError)
  /// A rule asks for a learned label of a model that was not given.
  case missingModel(name: String, place: String, suggestion: String)
  /// The project has no segment of this id.
  case unknownSegment(id: String, suggestion: String)
}

extension SegmentationError: CustomStringConvertible {
  /// What is wrong and the way out, in one line.
  public var description: String {
    switch self {
    case .project(let error): error.description
    case .engagement(let error): error.description
    case .missingModel(let name, let place, let suggestion):
      "\(place): the rule needs the labels of model \"\(name)\"\(suggestion); give it with --model "
        + "\(name).safetensors"
    case .unknownSegment(let id, let suggestion):
      "the project file has no segment \"\(id)\"\(suggestion)"
    }
  }
}
