extension EventHistory {
  /// What came of joining ids.
  public struct JoinedIdentities: Sendable, Hashable {
    /// How many ids were replaced by the one that their member has.
    public internal(set) var joinedCount = 0
    /// Ids that records say to be of several members, in ascending order of their bytes; they stay as they are.
    public internal(set) var ambiguous: [String] = []
  }

  /// The same events with one id for each member, by what records say of ids, whichever came first.
  ///
  /// An id leads to the one that its member has, from there to the next and so on. Ids said to be of several
  /// members, such as that of a device which two people use, are not replaced; nor are ids that lead to
  /// each other.
  ///
  /// - Complexity: O(events + identities).
  public func joining(_ identities: Set<Identity>) -> (history: EventHistory, JoinedIdentities) {
    var next: [ExactText: ExactText] = [:]
    var ambiguous: Set<ExactText> = []
    for identity in identities {
      let (before, known) = (ExactText(identity.before), ExactText(identity.known))
      if let other = next.updateValue(known, forKey: before), other != known {
        ambiguous.insert(before)
      }
    }
    for id in ambiguous { next[id] = nil }
    func last(_ id: ExactText) -> ExactText {
      var (current, seen) = (id, Set([id]))
      while let following = next[current] {
        guard seen.insert(following).inserted else { return id }
        current = following
      }
      return current
    }
    var report = JoinedIdentities()
    report.ambiguous = ambiguous.map(\.text).sorted(by: bytesPrecede)
    var ids = Interner()
    let places = memberIDs.strings.map { id -> Int32 in
      let joined = last(ExactText(id)).text
      if !joined.utf8.elementsEqual(id.utf8) { report.joinedCount += 1 }
      return Int32(ids.intern(joined))
    }
    var history = self
    history.replaceMembers(by: ids, places: places)
    return (history, report)
  }
}

/// Text that is the same where its bytes are.
struct ExactText: Hashable {
  let text: String

  init(_ text: String) { self.text = text }

  static func == (left: ExactText, right: ExactText) -> Bool {
    left.text.utf8.elementsEqual(right.text.utf8)
  }

  func hash(into hasher: inout Hasher) {
    for byte in text.utf8 { hasher.combine(byte) }
  }
}
