/// Why a model cannot be trained, read or used.
public enum ModelError: Error, Equatable, Sendable {
  /// The file cannot be read; the reason is the system's.
  case unreadable(file: String, reason: String)
  /// The bytes are no safetensors file, or one that is cut short or damaged.
  case malformed(file: String, reason: String)
  /// The file is a safetensors file of something else.
  case notAModel(file: String)
  /// The file is of a format version that this build does not read.
  case unsupportedVersion(file: String, found: Int, supported: Int)
  /// The file's parts contradict each other.
  case inconsistent(file: String, reason: String)
  /// The log or the members file lacks what the model's features need.
  case missingInput(model: String, reason: String)
  /// Two models of one name.
  case repeatedName(String)
}

extension ModelError: CustomStringConvertible {
  /// What is wrong, where, and the way out, in one line.
  public var description: String {
    switch self {
    case .unreadable(let file, let reason): "\(file): cannot be read: \(reason)"
    case .malformed(let file, let reason):
      "\(file): not a whole model file (\(reason)): copy it again, or train it again"
    case .notAModel(let file):
      "\(file): a safetensors file, but not a model of coterie: give one written by coterie train"
    case .unsupportedVersion(let file, let found, let supported):
      "\(file): model format \(found), this coterie reads formats up to \(supported): "
        + (found > supported ? "update coterie" : "train the model again")
    case .inconsistent(let file, let reason):
      "\(file): the model contradicts itself (\(reason)): train it again"
    case .missingInput(let model, let reason):
      "model \"\(model)\" cannot label these members: \(reason)"
    case .repeatedName(let name):
      "two models are named \"\(name)\": rename one of the files, since memberships name the model"
    }
  }
}
