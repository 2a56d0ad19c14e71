import Engagement
import EventLog
import Testing

@testable import Segmentation

/// Who is on a list, by every way to evaluate it.
struct ListRuleTests {
  /// Random stays, overlapping ones too, of one member.
  private struct RandomStays {
    var generator: SeededGenerator
    let start = 1_704_067_200_000_000 as Int64

    mutating func time() -> Timestamp {
      Timestamp(
        microseconds: start + Int64.random(in: 0..<60, using: &generator) * 7_200_000_000)
    }

    mutating func stays() -> [ListEntry] {
      (0..<Int.random(in: 0...5, using: &generator)).map { index in
        var times = [time(), time(), time()].sorted()
        if generator.pick([true, false, false]) { times.shuffle(using: &generator) }
        var stay = ListEntry(memberID: "ann", addedBy: "p\(index)")
        if generator.pick([true, true, true, false]) { stay.added = times.min() }
        if generator.pick([true, false]) { stay.expires = times[1] }
        if generator.pick([true, false, false]) { stay.removed = times[2] }
        return stay
      }
    }
  }

  private func csv(_ stays: [ListEntry]) -> String {
    "member_id,added_at,expires,removed_at,added_by\n"
      + stays.map { stay in
        [stay.added, stay.expires, stay.removed].reduce(into: "ann") {
          $0 += "," + ($1?.description ?? "")
        } + ",\(stay.addedBy ?? "")\n"
      }.joined()
  }

  private func isOn(_ stays: [ListEntry], _ time: Int64, knownAt known: Int64) -> Bool {
    stays.contains { stay in
      (stay.added?.microseconds ?? .min) <= min(time, known)
        && time < (stay.expires?.microseconds ?? .max)
        && !(stay.removed.map { $0.microseconds <= min(time, known) } ?? false)
    }
  }

  private static let yaml = """
    version: 1
    lists: {l: {file: f.csv, expires: 2024-01-05}}
    segments:
    - {id: on, list: l}
    - {id: off, when: {not: {list: l}}}
    """

  @Test(arguments: 1...200)
  func batchReplayAndNextChangesAgreeWithTheStays(seed: Int) throws {
    var random = RandomStays(generator: SeededGenerator(seed: UInt64(seed)))
    let stays = random.stays()
    let end = try instant("2024-01-05").microseconds
    let project = try ProjectFile(parsing: Self.yaml, file: "c.yaml") { _ in csv(stays) }
    let community = Community(
      history: EventHistory([]),
      members: MemberTable(ids: ["ann"], joinedAt: [try instant("2023-12-01")], attributes: [:]))
    let edges = stays.flatMap {
      [$0.added, $0.expires, $0.removed].compactMap { $0?.microseconds }
    }
    for time in (edges + [random.time().microseconds, end]).flatMap({ [$0 - 1, $0, $0 + 1] }) {
      let expected = time < end && isOn(stays, time, knownAt: time)
      let evaluator = try SegmentEvaluator(
        project, community: community, asOf: Timestamp(microseconds: time), threadCount: 1)
      for replays in [false, true] {
        let found = evaluator.evaluation(replays: replays)
        #expect(found.segments.map { $0.rows == [0] } == [expected, !expected], "seed \(seed)")
      }
      // Later stays and removals do not exist yet: only ends that are written are ahead.
      let ahead = (edges + [end]).filter {
        $0 > time && (isOn(stays, $0, knownAt: time) && $0 < end) != expected
      }
      let next = evaluator.nextChange(evaluator.segments[0].condition, at: 0)
      #expect(next?.microseconds == (expected ? ahead.min() : nil), "seed \(seed) at \(time)")
      // Both ways say the same of the same leaf.
      let direct = try evaluator.explain("on", row: 0).parts
      let replayed = evaluator.unloggedTimeline(at: 0).explain(segment: 0, at: time).parts
      #expect(direct == replayed, "seed \(seed)")
    }
  }

  @Test(arguments: 1...100)
  func liveStaysAreThoseOfTheFile(seed: Int) throws {
    var random = RandomStays(generator: SeededGenerator(seed: UInt64(1_000 + seed)))
    // One after the other, as a live state is told.
    let times = Set((0..<9).map { _ in random.time() }).sorted()
    var stays: [ListEntry] = []
    for index in stride(from: 0, to: times.count - 1, by: 2) {
      var stay = ListEntry(
        memberID: "ann", added: times[index], addedBy: "eva", reason: "r\(index)")
      let end = index + 2 < times.count ? times[index + 2] : random.time()
      if random.generator.pick([true, false]) { stay.expires = max(end, times[index + 1]) }
      if random.generator.pick([true, false]) {
        (stay.removed, stay.removedBy, stay.removalReason) = (times[index + 1], "bo", "left")
      } else {
        stay.expires = times[index + 1]
      }
      stays.append(stay)
    }
    let full = ["removed_by", "removal_reason", "reason"]
    let header = "member_id,added_at,expires,removed_at,added_by,\(full.joined(separator: ","))\n"
    let rows = stays.map { stay in
      [stay.added, stay.expires, stay.removed].reduce(into: "ann") {
        $0 += "," + ($1?.description ?? "")
      } + ",eva,\(stay.removedBy ?? ""),\(stay.removalReason ?? ""),\(stay.reason ?? "")\n"
    }
    let project = try ProjectFile(parsing: Self.yaml, file: "c.yaml") { _ in
      header + rows.joined()
    }
    let end = try instant("2024-01-08")
    let joined = try instant("2023-12-01")
    let community = Community(
      history: EventHistory([]),
      members: MemberTable(ids: ["ann"], joinedAt: [joined], attributes: [:]))
    let batch = try SegmentEvaluator(
      project, community: community, asOf: end, threadCount: 1
    ).transitions(ofRow: 0)
    var record = MemberRecord(memberID: "ann")
    record.set("joined_at", to: .time(joined))
    var live = LiveSegments(record, plan: try TimelinePlan(project))
    _ = live.advance(to: joined)
    for stay in stays.shuffled(using: &random.generator) {
      let added = try #require(stay.added)
      if random.generator.pick([true, false]), live.clock.map({ $0 < added }) ?? true {
        _ = live.advance(to: added)
      }
      _ = live.set(
        list: "l", isOn: true, at: added, expires: stay.expires, by: stay.addedBy,
        reason: stay.reason)
      guard let removed = stay.removed else { continue }
      _ = live.set(
        list: "l", isOn: false, at: removed, by: stay.removedBy, reason: stay.removalReason)
    }
    _ = live.advance(to: end)
    #expect(live.transitions.map(\.line) == batch.map(\.line), "seed \(seed)")
    #expect(live.transitions == batch, "seed \(seed)")
  }

  @Test func endsAreOfTimeAndRemovalsByHand() throws {
    let project = try ProjectFile(parsing: Self.yaml, file: "c.yaml") { _ in
      """
      member_id,added_at,expires,removed_at,removed_by
      ann,2024-01-01,2024-01-02,,
      ann,2024-01-03,2024-01-09,2024-01-04,bo
      ann,2024-01-04T12:00:00Z,,,
      """
    }
    let community = Community(
      history: EventHistory([try Event("ann", "post", "2023-12-31")]))
    let transitions = try SegmentEvaluator(
      project, community: community, asOf: try instant("2024-02-01"), threadCount: 1
    ).transitions(ofRow: 0).filter { $0.subject == .segment("on") }
    #expect(
      transitions.map(\.line) == [
        "2024-01-01T00:00:00Z entered on (manual: {list: l})",
        "2024-01-02T00:00:00Z left on (time: {list: l})",
        "2024-01-03T00:00:00Z entered on (manual: {list: l})",
        "2024-01-04T00:00:00Z left on (manual: {list: l})",
        "2024-01-04T12:00:00Z entered on (manual: {list: l})",
        "2024-01-05T00:00:00Z left on (time: {list: l})",
      ])
    #expect(
      transitions.compactMap(\.evidence.first?.fact).suffix(4) == [
        "on the list since 2024-01-03T00:00:00Z, until 2024-01-05T00:00:00Z",
        "not on the list, removed 2024-01-04T00:00:00Z by bo",
        "on the list since 2024-01-04T12:00:00Z, until 2024-01-05T00:00:00Z",
        "not on the list, which ended 2024-01-05T00:00:00Z",
      ])
  }

  @Test(arguments: [
    ("2023-12-31", "not on the list"),
    (
      "2024-01-01",
      "on the list since 2024-01-01T00:00:00Z, added by eva, reason \"hosted\", until 2024-01-02T00:00:00Z"
    ),
    ("2024-01-02", "not on the list, the stay ended 2024-01-02T00:00:00Z"),
    ("2024-01-03", "on the list since 2024-01-03T00:00:00Z, reason \"back\""),
    ("2024-01-04", "not on the list, removed 2024-01-04T00:00:00Z by bo, reason \"left\""),
  ])
  func explanationsSayWhoWhenAndWhy(time: String, fact: String) throws {
    for memory in ["", "- {id: m, when: {list: l}, min_stay: 1d}"] {
      let project = try ProjectFile(
        parsing: "version: 1\nlists: {l: {file: f}}\nsegments:\n- {id: s, list: l}\n\(memory)",
        file: "c.yaml"
      ) { _ in
        """
        member_id,added_at,expires,removed_at,added_by,reason,removed_by,removal_reason
        ann,2024-01-01,2024-01-02,,eva,hosted,,
        ann,2024-01-03,,2024-01-04,,back,bo,left
        """
      }
      let community = Community(history: EventHistory([try Event("ann", "post", "2023-12-31")]))
      let explanation = try SegmentEvaluator(
        project, community: community, asOf: try instant(time), threadCount: 1
      ).explain("s", row: 0)
      #expect(explanation.parts.first?.fact == fact)
      #expect(explanation.truth == Truth(fact.hasPrefix("on")))
    }
  }

  @Test func pseudonymsStandOnListsWithTheirTimesAndWithoutTexts() throws {
    let key = Pseudonymizer(key: Array("0123456789abcdef".utf8))
    let known = key.pseudonym(of: "bob")
    let project = try ProjectFile(parsing: Self.yaml, file: "c.yaml") { _ in
      "member_id,added_at,reason,added_by\nann,2024-01-01,Ann Miller hosted,eva\n\(known),2024-01-02,,\n"
    }.pseudonymizingLists(with: key)
    let list = try #require(project.lists["l"])
    #expect(
      list.entries(at: try instant("2024-01-03"))
        == [
          ListEntry(memberID: key.pseudonym(of: "ann"), added: Timestamp("2024-01-01")),
          ListEntry(memberID: key.pseudonym(of: known), added: Timestamp("2024-01-02")),
          ListEntry(memberID: known, added: Timestamp("2024-01-02")),
        ].sorted { $0.memberID < $1.memberID })
    #expect(list.expires == Timestamp("2024-01-05") && list.file == "f.csv")
  }
}
