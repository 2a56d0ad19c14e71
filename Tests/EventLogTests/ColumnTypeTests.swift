import Testing

@testable import EventLog

/// Identity is text: nothing becomes a number that would not read back the same.
struct ColumnTypeTests {
  private static func type(_ cells: [String]) -> String {
    AttributeColumn(inferringFrom: cells).typeName
  }

  @Test(arguments: [
    (["1", "-2", "0.5", "", "NA", "\\N"], "number"), (["01234", "1234"], "text"),
    (["1.10", "1.1"], "text"), (["+1"], "text"), (["1e3"], "text"), (["1.0"], "text"),
    ([".5"], "text"), (["123456789012345"], "number"), (["1234567890123456"], "text"),
    (["123456789012345678"], "text"), (["0.1234567890123456"], "text"), (["-0"], "text"),
    ([" 7"], "text"), (["true", "false", ""], "boolean"), (["true", "NA"], "text"),
    (["2024-05-01", "NULL"], "time"), (["NA", "DE"], "text"), (["NA"], "text"), (["", ""], "text"),
    (["a|b", "c"], "text"), (Array(repeating: "a|b", count: 9) + ["c"], "list"),
    (Array(repeating: "a|b", count: 8) + ["c"], "text"),
  ])
  func columnsHaveTheTypeThatKeepsTheirCells(cells: [String], type: String) {
    #expect(Self.type(cells) == type, "\(cells)")
  }

  @Test func absentCellsAreAbsent() {
    let country = AttributeColumn(inferringFrom: ["NA", "\\N", "", "DE"])
    #expect(country == .text(["NA", nil, nil, "DE"]))
    let number = AttributeColumn(inferringFrom: ["NA", "\\N", "", "1"])
    #expect((0..<4).map { number.isMissing(row: $0) } == [true, true, true, false])
  }

  private static func members(
    _ text: String, _ types: [String: ColumnType] = [:]
  ) throws -> (members: MemberTable, report: ReadReport) {
    var reader = MemberReader()
    reader.attributeTypes = types
    return try reader.read(.bytes(Array(text.utf8), name: "members"))
  }

  @Test func declaredTypesCount() throws {
    let (table, report) = try Self.members(
      "member_id,zip,tags,level,seen\na,1234,x,1.50,2024-05-01\nb,,x|y,high,never\n",
      ["zip": .text, "tags": .list, "level": .number, "seen": .time])
    #expect(table.attributes["zip"] == .text(["1234", nil]))
    #expect(table.attributes["tags"] == .list([["x"], ["x", "y"]]))
    #expect(table.attributes["level"]?.number(ofRow: 0) == 1.5)
    #expect(table.attributes["level"]?.isMissing(row: 1) == true)
    #expect(table.attributes["seen"] == .time([Timestamp("2024-05-01"), nil]))
    #expect(report.mistyped.map(\.first) == ["high", "never"])
    #expect(report.mistyped.map(\.count) == [1, 1])
  }

  @Test func listsOfJSONAreLists() throws {
    let (table, _) = try Self.members(
      #"{"member_id":"a","tags":["x"]}"# + "\n" + #"{"member_id":"b","tags":"y"}"#)
    #expect(table.attributes["tags"] == .list([["x"], ["y"]]))
  }

  private static func events(
    _ text: String, _ types: [String: ColumnType] = [:]
  ) throws -> (history: EventHistory, report: ReadReport) {
    var reader = EventReader()
    reader.propertyTypes = types
    return try reader.read([.bytes(Array(text.utf8), name: "log")])
  }

  private static let log = """
    member_id,timestamp,event,code,price
    a,2024-05-01,x,007,1.50
    a,2024-05-01,x,7,1.5
    a,2024-05-01,x,\\N,none

    """

  @Test func propertiesKeepTheirText() throws {
    let (history, _) = try Self.events(Self.log)
    #expect(history.properties["code"]?.values == [.string("007"), .string("7")])
    #expect(history.properties["code"]?[2] == nil)
    #expect(history.properties["price"]?.values.count == 3)
    let (typed, report) = try Self.events(Self.log, ["code": .number, "price": .number])
    #expect(typed.properties["code"]?.values == [.number(7)])
    #expect(typed.properties["price"]?[1] == .number(1.5))
    #expect(
      report.mistyped == [
        MistypedCells(column: "price", type: .number, count: 1, first: "none")
      ])
  }

  /// Ids of 18 digits differ in their last one, which a Double does not hold.
  @Test(arguments: [true, false]) func longIdsStayApart(isNumber: Bool) throws {
    let quote = isNumber ? "" : "\""
    let lines = (0..<4).map { index in
      let id = "\(quote)12345678901234567\(index)\(quote)"
      return #"{"member_id":\#(id),"timestamp":"2024-05-01","event":"x","event_id":\#(id),"#
        + #""target_id":\#(id),"order":\#(id)}"#
    }
    let (history, report) = try Self.events(lines.joined(separator: "\n"))
    #expect(history.count == 4)
    #expect(report.repeatedEventCount == 0)
    #expect(history.memberIDs.strings == (0..<4).map { "12345678901234567\($0)" })
    #expect(history.targetIndices == [0, 1, 2, 3])
    #expect(history.properties["order"]?.values.count == 4)
    let csv = (0..<4).map { "m,2024-05-01,x,12345678901234567\($0)\n" }.joined()
    let (read, _) = try Self.events("member_id,timestamp,event,order\n" + csv)
    #expect(read.properties["order"]?.values.count == 4)
    let (members, _) = try Self.members(
      (0..<4).map { #"{"member_id":"m\#($0)","ref":12345678901234567\#($0)}"# }
        .joined(separator: "\n"))
    #expect(members.attributes["ref"] == .text((0..<4).map { "12345678901234567\($0)" }))
  }
}
