import Testing

@testable import EventLog

struct PseudonymizationTests {
  static let pseudonymizer = Pseudonymizer(key: PseudonymizerTests.key)

  @Test func everyIDBecomesItsPseudonymAndNothingElseChanges() throws {
    let ids = ["ada", "bob", "Ada"]
    var events: [Event] = []
    for index in 0..<30 {
      var event = Event(
        memberID: ids[index % 2], timestamp: Timestamp(microseconds: Int64(index)), type: "post",
        value: Double(index), properties: ["area": .string("ada")])
      if index % 3 == 0 { event.targetID = "Ada" }
      events.append(event)
    }
    let history = try EventHistory(events).pseudonymized(with: Self.pseudonymizer)
    let expected = events.map { event in
      var event = event
      event.memberID = Self.pseudonymizer.pseudonym(of: event.memberID)
      event.targetID = event.targetID.map { Self.pseudonymizer.pseudonym(of: $0) }
      return event
    }
    #expect((0..<history.count).map { history[$0] } == expected)
    #expect(Set(history.memberIDs.strings) == Set(ids.map { Self.pseudonymizer.pseudonym(of: $0) }))
  }

  @Test func membersKeepTheirAttributes() throws {
    let joined = Timestamp(microseconds: 5)
    let table = MemberTable(
      ids: ["ada", "bob"], joinedAt: [joined, nil], attributes: ["level": .number([1, 2])])
    let replaced = try table.pseudonymized(with: Self.pseudonymizer)
    #expect(replaced.ids.strings == ["ada", "bob"].map { Self.pseudonymizer.pseudonym(of: $0) })
    #expect(replaced.joinedAt == [joined, nil])
    #expect(replaced.attributes == ["level": .number([1, 2])])
  }

  @Test func reportsNameNobody() {
    var report = ReadReport()
    report.repeatedMembers = ["ada"]
    report.add(Rejection(file: "log", line: 2, reason: .invalidJSON, record: "ada"))
    let replaced = report.pseudonymized(with: Self.pseudonymizer)
    #expect(replaced.repeatedMembers == [Self.pseudonymizer.pseudonym(of: "ada")])
    #expect(replaced.examples.map(\.record) == [""])
    #expect(replaced.examples.map(\.description) == ["log:2: not a JSON object"])
    #expect(replaced.rejectedByKind == report.rejectedByKind)
  }

  @Test func equalPseudonymsAreAnError() {
    let coarse = Pseudonymizer(key: PseudonymizerTests.key, digitCount: 1)
    let history = EventHistory(
      (0..<40).map {
        Event(memberID: "member \($0)", timestamp: Timestamp(microseconds: 0), type: "post")
      })
    #expect(throws: EventLogError.equalPseudonyms(digitCount: 1, idCount: 40)) {
      try history.pseudonymized(with: coarse)
    }
  }
}
