public import EventLog

/// Members put together by hand.
public struct ListDefinition: Sendable, Hashable {
  /// The stays that are written down, in the order of the file.
  public let entries: [ListEntry]
  /// When the list ends: it holds while the as-of time is before this instant.
  public let expires: Timestamp?
  /// When someone should look at it again.
  public let reviewBy: Timestamp?
  /// Who looks after it.
  public let owner: String?
  /// The path of its file as written; nil where the members stand in the project file.
  public let file: String?
  /// Where it stands in the project file.
  public let position: SourcePosition
  /// The lines of the project file that hold its members; nil where a file does.
  public let memberLines: ClosedRange<Int>?
  /// For each id that may be a pseudonym already, the pseudonym that it would have as a plain id: the
  /// member, if any, has one of the two.
  public private(set) var pseudonymsOfPseudonyms: [String: String] = [:]

  /// The ids of the entries, compared as exact bytes; one that has several stays is there as often.
  public var members: [String] { entries.map(\.memberID) }

  /// The same list with other entries and ``pseudonymsOfPseudonyms``.
  func replacing(
    _ entries: [ListEntry], pseudonymsOfPseudonyms pseudonyms: [String: String] = [:]
  ) -> ListDefinition {
    var list = ListDefinition(
      entries: entries, expires: expires, reviewBy: reviewBy, owner: owner, file: file,
      position: position, memberLines: memberLines)
    list.pseudonymsOfPseudonyms = pseudonyms
    return list
  }

  /// Those of some ids on the list that nobody has.
  ///
  /// - Parameters:
  ///   - ids: ids on the list.
  ///   - isKnown: whether a member has an id.
  /// - Returns: the ids in their order, one for each that was written.
  public func unknown(_ ids: [String], isKnown: (String) -> Bool) -> [String] {
    let pseudonyms = Set(pseudonymsOfPseudonyms.values)
    return ids.filter { id in
      !isKnown(id) && !pseudonyms.contains(id)
        && !(pseudonymsOfPseudonyms[id].map(isKnown) ?? false)
    }
  }

  /// The entries by which members are on the list at an instant, one a member, in ascending order of
  /// the ids' bytes.
  ///
  /// Of several stays that hold, it is the one that ends last.
  ///
  /// - Complexity: O(n log n) in the number of entries.
  public func entries(at instant: Timestamp) -> [ListEntry] {
    let now = instant.microseconds
    return Dictionary(grouping: entries, by: { Array($0.memberID.utf8) }).values.compactMap {
      let standing = ListStanding(of: $0, knownAt: now)
      return standing.holds(at: now, ends: [expires].compactMap { $0 }) ? standing.entry : nil
    }.sorted { bytesPrecede($0.memberID, $1.memberID) }
  }
}

/// A member's stay on a list: a row of the list's file.
public struct ListEntry: Sendable, Hashable {
  /// The member.
  public var memberID: String
  /// When the member was put on the list; nil for "from the beginning".
  public var added: Timestamp?
  /// When the stay ends of itself; nil where it does not.
  public var expires: Timestamp?
  /// When the member was taken off; nil where that was not done.
  public var removed: Timestamp?
  /// Who put the member on the list.
  public var addedBy: String?
  /// Why.
  public var reason: String?
  /// Who took the member off.
  public var removedBy: String?
  /// Why.
  public var removalReason: String?

  /// Makes an entry from its parts.
  public init(
    memberID: String, added: Timestamp? = nil, expires: Timestamp? = nil,
    removed: Timestamp? = nil, addedBy: String? = nil, reason: String? = nil,
    removedBy: String? = nil, removalReason: String? = nil
  ) {
    self.memberID = memberID
    self.added = added
    self.expires = expires
    self.removed = removed
    self.addedBy = addedBy
    self.reason = reason
    self.removedBy = removedBy
    self.removalReason = removalReason
  }

  /// When the stay ends, of itself or by somebody; nil where it does not.
  public var end: Timestamp? { [expires, removed].compactMap { $0 }.min() }

  /// Whether the stay has an instant of the time from one instant to another; nil is without end.
  func overlaps(_ start: Timestamp, _ end: Timestamp?) -> Bool {
    let (from, to) = (
      added.map { max($0, start) } ?? start, [self.end, end].compactMap { $0 }.min()
    )
    return to.map { from < $0 } ?? true
  }

  /// Whether the member is on the list by this entry at an instant.
  func holds(at instant: Timestamp) -> Bool {
    (added.map { $0 <= instant } ?? true) && (expires.map { instant < $0 } ?? true)
      && (removed.map { instant < $0 } ?? true)
  }
}
