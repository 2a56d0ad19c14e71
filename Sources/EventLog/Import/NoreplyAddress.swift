/// An address that a forge gives an account, so that people need not show their own.
///
/// GitHub's are `NUMBER+NAME@users.noreply.github.com`, and `NAME@…` for accounts made before July
/// 2017; GitLab's are `NUMBER-NAME@users.noreply.gitlab.com`. Servers of one's own have their own host.
///
/// Source: "Setting your commit email address" in GitHub's documentation, "Use a private commit email"
/// in GitLab's.
struct NoreplyAddress: Equatable {
  /// All behind the `@`.
  let host: String
  /// What stands between number and name.
  let separator: String
  /// The account's number, which it keeps for ever.
  let number: String?
  /// The account's name, which it may change.
  let name: String?

  /// Reads an address in lower case; nil where it is another kind of address.
  init?(_ address: String) {
    guard let at = address.lastIndex(of: "@") else { return nil }
    let host = address[address.index(after: at)...]
    let local = address[..<at]
    guard host.hasPrefix("users.noreply."), !local.isEmpty else { return nil }
    self.host = String(host)
    separator = host.contains("gitlab") ? "-" : "+"
    let digits = local.prefix { $0.isASCII && $0.isNumber }
    let rest = local[digits.endIndex...]
    if !digits.isEmpty, rest.count > 1, rest.hasPrefix(separator) {
      (number, name) = (String(digits), String(rest.dropFirst()))
    } else if separator == "-", rest.isEmpty {
      (number, name) = (String(digits), nil)
    } else {
      (number, name) = (nil, String(local))
    }
  }
}

/// Which of many addresses belong to one account of a forge.
///
/// Addresses with one number do, whatever the name; one without a number belongs to the account that
/// has its name, where there is exactly one.
struct AccountAddresses {
  private struct Key: Hashable {
    let host: String
    let text: String
  }

  private var names: [Key: Set<String>] = [:]
  private var numbers: [Key: Set<String>] = [:]

  /// Looks at all addresses, in lower case.
  init(_ addresses: some Sequence<String>) {
    for address in addresses {
      guard let known = NoreplyAddress(address), let number = known.number else { continue }
      let key = Key(host: known.host, text: number)
      guard let name = known.name else { continue }
      names[key, default: []].insert(name)
      numbers[Key(host: known.host, text: name), default: []].insert(number)
    }
  }

  /// The one address that stands for all those of the account: its least name's, without the number
  /// where no other account has that name.
  func address(standingFor address: String) -> String {
    guard let known = NoreplyAddress(address) else { return address }
    let owners = known.name.flatMap { numbers[Key(host: known.host, text: $0)] } ?? []
    guard let number = known.number ?? (owners.count == 1 ? owners.first : nil),
      let name = names[Key(host: known.host, text: number)]?.min(by: bytesPrecede)
    else { return address }
    let isOnly = numbers[Key(host: known.host, text: name)]?.count == 1
    let local = isOnly ? name : number + known.separator + name
    return "\(local)@\(known.host)"
  }
}
