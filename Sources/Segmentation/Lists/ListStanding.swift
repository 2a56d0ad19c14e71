import Engagement
import EventLog

/// What people did about a member and a list up to an instant; only time changes it further.
struct ListStanding: Sendable, Hashable {
  /// The entry that decides: of those that held then the one that ends last, else the one that ended
  /// last; nil where there is none.
  let entry: ListEntry?
  /// Whether the member was on the list then; the entry's end comes later, and is not looked at.
  let isOn: Bool

  init(entry: ListEntry?, isOn: Bool) {
    self.entry = entry
    self.isOn = isOn
  }

  /// What some entries of one member say.
  ///
  /// Entries that were added, and removals, after the instant do not exist yet.
  init(of entries: [ListEntry], knownAt instant: Int64) {
    let begun = entries.filter { $0.start <= instant }
    // When somebody did something last: between such instants only ends come.
    let times = begun.map(\.start) + begun.compactMap { $0.removed?.microseconds }
    let last = times.filter { $0 <= instant }.max() ?? instant
    let holding = begun.filter { $0.end(knownAt: last) > last }
    isOn = !holding.isEmpty
    entry = (isOn ? holding : begun).max { $0.end(knownAt: last) < $1.end(knownAt: last) }
  }

  /// Whether the member is on the list at an instant, given when the list ends.
  func holds(at instant: Int64, ends: [Timestamp]) -> Bool {
    isOn && end(ends).map { instant < $0.microseconds } ?? true
  }

  private func end(_ ends: [Timestamp]) -> Timestamp? {
    (ends + [isOn ? entry?.expires : nil].compactMap { $0 }).min()
  }

  /// Who put the member on the list, when, why and until when, or how the stay ended.
  func fact(at instant: Int64, ends: [Timestamp]) -> String {
    let end = end(ends)
    let isOver = end.map { instant >= $0.microseconds } ?? false
    func told(_ name: String?, _ reason: String?, _ verb: String) -> String {
      (name.map { "\(verb) by \($0)" } ?? "") + (reason.map { ", reason \"\($0)\"" } ?? "")
    }
    if let entry, isOn, !isOver {
      return "on the list" + (entry.added.map { " since \($0)" } ?? "")
        + told(entry.addedBy, entry.reason, ", added") + (end.map { ", until \($0)" } ?? "")
    }
    if let entry, !isOn, let removed = entry.removed, entry.expires.map({ removed <= $0 }) ?? true {
      return "not on the list, removed \(removed)" + told(entry.removedBy, entry.removalReason, "")
    }
    if let own = entry?.expires, end.map({ own <= $0 }) ?? true {
      return "not on the list, the stay ended \(own)"
    }
    return "not on the list"
      + (end.map { isOver ? ", which ended \($0)" : ", until \($0)" } ?? "")
  }
}

extension ListEntry {
  /// When the stay began; the least number for "from the beginning".
  var start: Int64 { added?.microseconds ?? .min }

  /// When it ends, the greatest number where it does not; a later removal does not exist yet.
  func end(knownAt instant: Int64) -> Int64 {
    let removal = removed.map(\.microseconds).flatMap { $0 <= instant ? $0 : nil }
    return min(expires?.microseconds ?? .max, removal ?? .max)
  }
}

extension ListDefinition {
  /// The entries of each row of a community, in the order of the file.
  func entriesByRow(in community: Community) -> [Int: [ListEntry]] {
    var byRow: [Int: [ListEntry]] = [:]
    for entry in entries {
      if let row = community.row(of: entry.memberID) { byRow[row, default: []].append(entry) }
    }
    return byRow
  }
}

extension MemberRecord {
  /// Tells what some entries of the member say of a list, as known at an instant: a change at each
  /// instant at which somebody put the member on it or took it off.
  mutating func set(list: String, to entries: [ListEntry], knownAt instant: Int64) {
    let times = entries.map(\.start) + entries.compactMap { $0.removed?.microseconds }
    for time in Set(times).sorted() where time <= instant {
      set(
        list: list, to: ListStanding(of: entries, knownAt: time),
        at: time == .min ? nil : Timestamp(microseconds: time))
    }
  }
}
