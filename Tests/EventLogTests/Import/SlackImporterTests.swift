import Foundation
import Testing

@testable import EventLog

struct SlackImporterTests {
  static let files: [String: String] = [
    "users.json": """
    [{"id": "U1", "name": "ada", "is_bot": false, "tz_offset": 19800},
     {"id": "U2", "name": "bob", "is_bot": false, "tz_offset": -12600, "profile": {}},
     {"id": "U3", "name": "never here"},
     {"name": "no id"},
     {"id": "UB", "is_bot": true}]
    """,
    "channels.json": #"[{"id": "C1", "name": "general"}, {"name": "empty"}]"#,
    "groups.json": #"[{"id": "G1", "name": "staff"}]"#,
    "dms.json": #"[{"id": "D1", "members": ["U1", "U2"]}]"#,
    "general/2024-01-01.json": """
    [
      {"type": "message", "subtype": "channel_join", "user": "U1", "ts": "1704067200.000100"},
      {"type": "message", "user": "U1", "text": "hello", "ts": "1704067201.000200",
       "thread_ts": "1704067201.000200", "reactions": [
         {"name": "+1", "users": ["U2", "U1"], "count": 2}, {"name": "tada", "users": ["U2"]}]},
      {"type": "message", "text": "no user", "ts": "1704067202.000000"},
      {"type": "message", "user": "U2", "ts": "yesterday"},
      {"type": "message", "subtype": "channel_topic", "user": "U1", "ts": "1704067203.000000"},
      {"type": "message", "subtype": "bot_message", "bot_id": "B9", "ts": "1704067204.000000"}
    ]
    """,
    "general/2024-01-02.json": """
    [{"type": "message", "user": "U2", "ts": "1704153600.000000", "thread_ts": "1704067201.000200"},
     {"type": "message", "user": "U1", "ts": "1704153601.000000", "thread_ts": "1604067201.000200",
      "parent_user_id": "U2"}]
    """,
    "staff/2024-01-02.json": #"[{"user": "U2", "ts": "1704153700.000000"}]"#,
    "D1/2024-01-02.json": #"[{"user": "U2", "ts": "1704153800.000000"}]"#,
  ]

  static func read(
    _ files: [String: String] = files, isPrivate: Bool = false,
    _ body: (ImportedCommunity, [Rejection], String) throws -> Void
  ) throws {
    try OutputFileTests.withFolder { folder in
      for (name, text) in files {
        let file = folder.appendingPathComponent(name)
        try FileManager.default.createDirectory(
          at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(text.utf8).write(to: file)
      }
      var rejections: [Rejection] = []
      let community = try SlackImporter(
        includesPrivateChannels: isPrivate, rejectionLimit: .count(10)
      ).read(folder: folder.path, naming: .plain) { rejections.append($0) }
      try body(community, rejections, folder.path)
    }
  }

  @Test func messagesThreadsReactionsAndJoinsAreEvents() throws {
    try Self.read { community, rejections, folder in
      #expect(
        ImportedText(community).events == """
          member_id,timestamp,event,target_id,channel
          U1,2024-01-01T00:00:00.0001Z,join,,general
          U1,2024-01-01T00:00:01.0002Z,message,,general
          U1,2024-01-01T00:00:01.0002Z,reaction,U1,general
          U2,2024-01-01T00:00:01.0002Z,reaction,U1,general
          U2,2024-01-01T00:00:01.0002Z,reaction,U1,general
          B9,2024-01-01T00:00:04Z,message,,general
          U2,2024-01-02T00:00:00Z,reply,U1,general
          U1,2024-01-02T00:00:01Z,reply,U2,general

          """)
      #expect(
        ImportedText(community).members == """
          member_id,joined_at,tz_offset_minutes,kind
          B9,2024-01-01T00:00:04Z,,bot
          U1,2024-01-01T00:00:00.0001Z,330,person
          U2,2024-01-01T00:00:01.0002Z,-210,person

          """)
      #expect(community.report.leftOut == ["notices of Slack's own (subtype channel_topic)": 1])
      #expect(
        rejections.map(\.description) == [
          "\(folder)/users.json:4: no user",
          "\(folder)/general/2024-01-01.json:6: message without user",
          "\(folder)/general/2024-01-01.json:7: unreadable ts",
        ])
      #expect(rejections[0].record == #"{"name": "no id"}"#)
    }
  }

  static func events(
    _ messages: String, _ body: ([String], ImportReport) throws -> Void
  ) throws {
    try read(["channels.json": #"[{"name": "c"}]"#, "c/1.json": "[\(messages)]"]) {
      community, rejections, _ in
      #expect(rejections == [])
      let cells = ImportedText(community).events.split(separator: "\n").dropFirst()
        .map { $0.split(separator: ",", omittingEmptySubsequences: false) }
      try body(cells.map { "\($0[0]) \($0[2]) \($0[3])" }, community.report)
    }
  }

  @Test func messagesOfProgramsWithoutAnAccountAreLeftOut() throws {
    try Self.events(
      """
      {"subtype": "bot_message", "bot_id": null, "username": "hook", "ts": "1704067201.000000",
       "reactions": [{"users": ["U2"]}]},
      {"subtype": "bot_message", "bot_id": "", "ts": "1704067202.000000"},
      {"username": "hook", "ts": "1704067203.000000"},
      {"subtype": "bot_message", "bot_id": "B1", "username": "hook", "ts": "1704067204.000000"},
      {"subtype": "slackbot_response", "user": "USLACKBOT", "ts": "1704067205.000000"}
      """
    ) { lines, report in
      #expect(lines == ["U2 reaction ", "B1 message "])
      #expect(
        report.incomplete == ["no target_id: the message's author has no account": 1])
      #expect(
        report.leftOut == [
          "bot messages without an account": 3,
          "notices of Slack's own (subtype slackbot_response)": 1,
        ])
    }
  }

  @Test func commentsOnFilesAreTheirAuthors() throws {
    try Self.events(
      """
      {"subtype": "file_comment", "comment": {"user": "U2"}, "file": {"user": "U1"},
       "ts": "1704067201.000000"},
      {"subtype": "file_comment", "user": "U1", "comment": {"user": "U2"}, "ts": "1704067202.000000"},
      {"subtype": "file_comment", "user": "U1", "ts": "1704067203.000000"},
      {"subtype": "file_comment", "comment": null, "ts": "1704067204.000000"}
      """
    ) { lines, report in
      #expect(lines == ["U2 message ", "U2 message ", "U1 message "])
      #expect(report.leftOut == ["comments on files without an author": 1])
    }
  }

  @Test func messagesCountOnceByChannelAndTime() throws {
    let message = """
      {"user": "U1", "ts": "1704067201.000000", "reactions": [{"users": ["U2", null]}, null]}
      """
    let files = [
      "channels.json": #"[{"name": "a"}, {"name": "b"}, {"name": "a"}]"#,
      "a/1.json": "[\(message), \(message)]", "a/2.json": "[\(message)]",
      "b/1.json": "[\(message)]",
    ]
    try Self.read(files) { community, _, _ in
      #expect(community.eventCounts == ["message": 2, "reaction": 2])
      #expect(community.report.reading.repeatedEventCount == 2)
    }
  }

  @Test func threadsAreFoundInFilesWithTheNewestFirst() throws {
    try Self.events(
      """
      {"user": "U3", "ts": "1704067203.000000", "thread_ts": "1604067201.000000"},
      {"user": "U2", "ts": "1704067202.000000", "thread_ts": "1704067201.000000"},
      {"user": "U1", "ts": "1704067201.000000", "thread_ts": "1704067201.000000"}
      """
    ) { lines, report in
      #expect(lines == ["U1 message ", "U2 reply U1", "U3 reply "])
      #expect(
        report.incomplete == [
          "no target_id: the first message of the thread is not in the export": 1
        ])
    }
  }

  @Test func listsThatAreNullAreEmpty() throws {
    let files = [
      "channels.json": "null", "users.json": "null", "groups.json": #"[{"name": "g"}]"#,
      "g/1.json": "null\n",
      "g/2.json": #"[{"user": "U1", "ts": "1704067201.000000", "reactions": null}]"#,
    ]
    try Self.read(files, isPrivate: true) {
      community, rejections, _ in
      #expect(rejections == [])
      #expect(community.eventCounts == ["message": 1])
    }
  }

  @Test func aFileInThePlaceOfTheFolderIsToldToBeUnzipped() throws {
    try OutputFileTests.withFolder { folder in
      let file = folder.appendingPathComponent("export.zip")
      try Data("PK".utf8).write(to: file)
      #expect(
        throws: EventLogError.notAnExport(
          file: file.path, line: nil,
          reason: "is a file: unzip it and name the folder that it unpacks to")
      ) { try SlackImporter().read(folder: file.path, naming: .plain) }
    }
  }

  @Test func privateChannelsAreReadWhereAskedForAndDirectMessagesNever() throws {
    try Self.read(isPrivate: true) { community, _, _ in
      let events = ImportedText(community).events
      #expect(events.contains("U2,2024-01-02T00:01:40Z,message,,staff\n"))
      #expect(!events.contains("D1"))
      #expect(community.eventCount == 9)
    }
  }

  @Test func foldersThatAreNoExportAreErrors() throws {
    #expect(throws: EventLogError.self) { try Self.read([:]) { _, _, _ in } }
    do {
      try Self.read(["channels.json": "[{\"name\": \"x\"}\n oops"]) { _, _, _ in }
      Issue.record("a broken file was read")
    } catch EventLogError.notAnExport(let file, let line, _) {
      #expect(file.hasSuffix("/channels.json"))
      #expect(line == 2)
    }
    #expect(throws: EventLogError.self) {
      try Self.read(["channels.json": "{}"]) { _, _, _ in }
    }
  }

  @Test func tooManyBadRecordsEndTheImport() throws {
    let bad = (0..<20).map { "{\"ts\": \"\($0)\"}" }.joined(separator: ",\n")
    do {
      try Self.read(["channels.json": #"[{"name": "c"}]"#, "c/1.json": "[\(bad)]"]) { _, _, _ in }
      Issue.record("twenty bad records were accepted")
    } catch EventLogError.tooManyRejected(let rejected, _, _, _) {
      #expect(rejected == 20)
    }
  }
}
