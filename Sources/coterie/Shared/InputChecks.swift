import EventLog
import Foundation
import Membership
import Models

/// Ends where a file would be written over one that is read, or over another one that is written.
func checkOutputs(_ outputs: [String?], areNone inputs: [String?]) throws {
  func place(_ path: String) -> String {
    URL(fileURLWithPath: path).resolvingSymlinksInPath().standardizedFileURL.path
  }
  func isFile(_ path: String) -> Bool {
    path != "-"
      && (try? FileManager.default.attributesOfItem(atPath: place(path))[.type]
        as? FileAttributeType)
        ?? .typeRegular == .typeRegular
  }
  let read = Set(inputs.compactMap { $0 }.filter(isFile).map(place))
  var written: Set<String> = []
  for path in outputs.compactMap({ $0 }).filter(isFile) {
    guard !read.contains(place(path)) else {
      throw Failure.usage("\(path) is read, and would be written over: say another file")
    }
    guard written.insert(place(path)).inserted else {
      throw Failure.usage("\(path) would be written twice: say files of their own")
    }
  }
}

extension CommunityOptions {
  /// Ends where a verb would write over what it reads.
  func check(outputs: [String?], inputs: [String?]) throws {
    try checkOutputs(outputs + [rejects], areNone: inputs + configs + [members, pseudonymize])
  }
}

extension LoadedCommunity {
  /// Ends where a model has seen what comes after the as-of time.
  func check(isAfter model: NamedModel) throws {
    guard let trained = Timestamp(model.model.training.asOf), trained > asOf else { return }
    throw Failure.badInput(
      "--as-of \(asOf) is before \(trained), as of which model \(model.name) was trained: say a "
        + "later time, or an earlier model")
  }
}
