/// What an importer calls members by.
public enum MemberNaming: Sendable {
  /// The id that the source has: an e-mail address, a user name.
  case plain
  /// Pseudonyms of these ids.
  case pseudonyms(Pseudonymizer)

  func names(of ids: [String]) throws(EventLogError) -> [String] {
    switch self {
    case .plain: ids
    case .pseudonyms(let pseudonymizer): try pseudonymizer.pseudonyms(of: ids)
    }
  }
}
