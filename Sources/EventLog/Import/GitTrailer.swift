/// Someone named at the beginning of a line of a commit's message, such as
/// `Co-authored-by: Ada <ada@example.org>`.
struct GitTrailer: Equatable {
  enum Role {
    case coauthor
    case reviewer
  }

  let role: Role
  /// Name and address, as git writes them.
  let contact: GitContact

  /// All people named in a message, in order.
  ///
  /// Lines that name no address are none.
  static func all(in message: String) -> [GitTrailer] {
    // Most messages have none, and splitting lines is what takes time.
    guard message.utf8.contains(ascii("<")) else { return [] }
    return message.split(whereSeparator: \.isNewline).compactMap { line in
      guard let colon = line.firstIndex(of: ":"), let role = role(ofKey: line[..<colon]),
        let contact = GitContact(line[line.index(after: colon)...])
      else { return nil }
      return GitTrailer(role: role, contact: contact)
    }
  }

  private static func role(ofKey key: Substring) -> Role? {
    // The longest key has 14 letters; blanks before it are forgiven.
    guard key.utf8.count < 40 else { return nil }
    switch key.drop(while: \.isWhitespace).lowercased() {
    case "co-authored-by": return .coauthor
    case "reviewed-by", "acked-by": return .reviewer
    default: return nil
    }
  }
}

/// A name and an e-mail address.
struct GitContact: Hashable, CustomStringConvertible {
  let name: String
  let address: String

  init(name: String, address: String) {
    self.name = name
    self.address = address
  }

  /// Reads `Name <address>`; nil where there is no address in angle brackets.
  init?(_ text: some StringProtocol) {
    guard let open = text.firstIndex(of: "<"), let close = text[open...].firstIndex(of: ">")
    else { return nil }
    let address = String(text[text.index(after: open)..<close].filter { !$0.isWhitespace })
    guard !address.isEmpty, !address.utf8.contains(ascii("<")) else { return nil }
    self.address = address
    name = text[..<open].split(whereSeparator: \.isWhitespace).joined(separator: " ")
  }

  /// `Name <address>`.
  var description: String { name.isEmpty ? "<\(address)>" : "\(name) <\(address)>" }

  /// What the member is known by: the address in lower case, or the name where there is none.
  var identity: String {
    let known = address.isEmpty ? name : address
    return known.lowercased()
  }

  /// True where name or address are plainly those of a program: the address of a code assistant,
  /// `[bot]`, the word `bot`, one of the usual services, or a single word in both that ends with `bot`
  /// and is no surname.
  var isPlainlyAutomatic: Bool {
    if CodeAssistant.isOne(address: address) { return true }
    let name = name.lowercased()
    let local = address.lowercased().prefix { $0 != "@" }
    if name.contains("[bot]") || local.contains("[bot]") { return true }
    let words = (name.split { !$0.isLetter }) + (local.split { !$0.isLetter })
    if words.contains("bot") || words.contains("robot") { return true }
    if Self.services.contains(name) || Self.services.contains(String(local)) { return true }
    return !name.isEmpty && name.allSatisfy(\.isLetter) && name.hasSuffix("bot")
      && !Self.surnames.contains(name)
  }

  private static let services: Set<String> = [
    "dependabot", "dependabot-preview", "github-actions", "greenkeeper", "greenkeeperio",
    "renovate",
    "travis-ci", "circleci", "jenkins", "semantic-release", "web-flow",
  ]
  private static let surnames: Set<String> = [
    "abbot", "cabot", "talbot", "turbot", "chabot", "jabot", "thibot",
  ]
}
