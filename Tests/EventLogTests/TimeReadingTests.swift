import TestSupport
import Testing

@testable import EventLog

/// Times as numbers, and in forms that are given.
struct TimeReadingTests {
  private static func read(_ text: String, _ reading: TimeReading = TimeReading()) -> Timestamp? {
    var (reader, text) = (TimestampReader(reading), text)
    return text.withUTF8 { reader.read($0) }
  }

  @Test(arguments: [
    ("0", "1970-01-01T00:00:00Z"), ("1714521600", "2024-05-01T00:00:00Z"),
    ("1714521600.25", "2024-05-01T00:00:00.25Z"),
    ("1714521600.1234567", "2024-05-01T00:00:00.123456Z"),
    ("1714521600123", "2024-05-01T00:00:00.123Z"),
    ("1714521600123.5", "2024-05-01T00:00:00.1235Z"),
    ("1714521600123456", "2024-05-01T00:00:00.123456Z"),
    ("1714521600123456789", "2024-05-01T00:00:00.123456Z"),
    (" 1714521600 ", "2024-05-01T00:00:00Z"),
    // The last second of 2199, and the first number that is one of milliseconds.
    ("7258118399", "2199-12-31T23:59:59Z"), ("7258118400", "1970-03-26T00:08:38.4Z"),
    ("7258118399999", "2199-12-31T23:59:59.999Z"),
    ("7258118399999999999", "2199-12-31T23:59:59.999999Z"),
  ])
  func numbersHaveTheFirstUnitThatFits(text: String, expected: String) {
    #expect(Self.read(text)?.description == expected)
  }

  @Test(arguments: ["-1", "7258118400000000000", "99999999999999999999999999"])
  func numbersInNoUnitAreOutOfRange(text: String) throws {
    #expect(!Timestamp.accepted.contains(try #require(Self.read(text))))
  }

  @Test(arguments: [
    "1e9", "+1714521600", "1714521600.", ".5", "1_714", "0x10", "1714521600 s", "--1",
  ])
  func otherTextsAreNoNumbers(text: String) { #expect(Self.read(text) == nil) }

  @Test(arguments: [
    ("20240501", true), ("202405011230", true), ("20240501123000", true),
    ("20240501123000123", true), ("20241301", false), ("20240532", false), ("19690101", false),
    ("20240501240000", false),
  ])
  func numbersThatReadAsDatesAreRefused(text: String, isDate: Bool) {
    #expect((Self.read(text) == nil) == isDate)
    var (reader, copy) = (TimestampReader(), text)
    let refusal = copy.withUTF8 { reader.refusal(of: $0) }
    #expect(refusal == (isDate ? .dateLikeNumber(text) : .unreadableTimestamp(text)))
    _ = reader.read(UnsafeBufferPointer(start: nil, count: 0))
    // Given a unit they are numbers like others.
    #expect(Self.read(text, TimeReading(unit: .microseconds)) != nil)
  }

  @Test(arguments: [
    (EpochUnit.seconds, "2024-05-01T00:00:00Z"), (.milliseconds, "1970-01-20T20:15:21.6Z"),
    (.microseconds, "1970-01-01T00:28:34.5216Z"), (.nanoseconds, "1970-01-01T00:00:01.714521Z"),
  ])
  func aUnitThatIsGivenCounts(unit: EpochUnit, expected: String) {
    #expect(Self.read("1714521600", TimeReading(unit: unit))?.description == expected)
  }

  private static func log(_ times: String...) -> [Input] {
    let lines = times.enumerated().map { "m\($0),\($1),x\n" }.joined()
    return [.bytes(Array(("member_id,timestamp,event\n" + lines).utf8), name: "log")]
  }

  @Test func twoUnitsInOneFileAreAnErrorThatNamesTwoLines() throws {
    let inputs = Self.log("2024-05-01", "1714521600", "1714521600", "1714521600000")
    #expect(
      throws: EventLogError.severalTimeUnits(
        file: "log", first: "line 3 has seconds (1714521600)",
        second: "line 5 has milliseconds (1714521600000)")
    ) { try EventReader().read(inputs) }
    var reader = EventReader(rejectionLimit: .count(1))
    reader.times.unit = .seconds
    let (history, report) = try reader.read(inputs)
    #expect(history.count == 3)
    #expect(report.rejectedByKind == ["timestamp outside 1970 to 2199": 1])
  }

  @Test func whatWasUnderstoodIsReported() throws {
    let (_, report) = try EventReader().read(Self.log("2024-05-01T00:00:00Z", "1714521600123"))
    let place = report.timeForms["log"]?.numbers[.milliseconds]
    #expect(place?.line == 3)
    #expect(place?.text == "1714521600123")
    let (_, usual) = try EventReader().read(Self.log("2024-05-01T00:00:00Z", "2024-05-01"))
    #expect(usual.timeForms.isEmpty)
    let (_, local) = try EventReader().read(Self.log("2024-05-01 10:00:00"))
    #expect(local.timeForms["log"]?.local?.line == 2)
  }

  @Test func numbersOfJSONAreReadAlike() throws {
    let times = ["1714521600", "1714521600.25", "\"1714521600\"", " 1714521600 "]
    let lines = times.map { #"{"member_id":"a","timestamp":\#($0),"event":"x"}"# }
    for readsPlainJSON in [true, false] {
      var reader = EventReader()
      reader.readsPlainJSON = readsPlainJSON
      let (history, _) = try reader.read([
        .bytes(Array(lines.joined(separator: "\n").utf8), name: "log")
      ])
      #expect(history.timestamps.map { $0 % 1_000_000 } == [0, 250_000, 0, 0])
      #expect(history.count == 4)
    }
  }

  @Test func joiningIsReadLikeEvents() throws {
    let clock = try #require(Clock(zoneName: "America/New_York"))
    let file = "member_id,joined_at,birthday\na,1714521600,1990-06-15\nb,2024-05-01,1990-06-16\n"
    let (members, report) = try MemberReader(times: TimeReading(clock: clock)).read(
      .bytes(Array(file.utf8), name: "members"))
    #expect(
      members.joinedAt.map { $0?.description }
        == ["2024-05-01T00:00:00Z", "2024-05-01T04:00:00Z"])
    #expect(
      members.attributes["birthday"]
        == .time([Timestamp("1990-06-15T04:00:00Z"), Timestamp("1990-06-16T04:00:00Z")]))
    #expect(report.timeForms["members"]?.numbers.keys.map(\.name) == ["seconds"])
  }

  @Test func cellsAreNotShownWhereIdsAreReplaced() throws {
    var reader = EventReader(rejectionLimit: .count(9))
    reader.showsCells = false
    let (_, report) = try reader.read(Self.log("ada@example.com"))
    #expect(report.examples.map(\.description) == ["log:2: unreadable timestamp"])
  }
}
