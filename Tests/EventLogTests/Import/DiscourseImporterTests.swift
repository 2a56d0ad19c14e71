import Testing

@testable import EventLog

struct DiscourseImporterTests {
  static let export = #"""
    {"categories": [{"id": 5, "name": "Help, please", "slug": "help"}],
     "users": [
      {"id": 1, "username": "ada", "email": "ada@example.org", "created_at": "2024-01-01T00:00:00.123Z",
       "trust_level": 4},
      {"id": 2, "username": "bob", "created_at": "2024-01-02T00:00:00.000Z", "trust_level": 1},
      {"id": 3, "username": 7}],
     "topics": [
      {"id": 10, "title": "Broken {", "category_id": 5, "archetype": "regular", "posts": [
       {"id": 100, "user_id": 1, "post_number": 1, "created_at": "2024-02-01T00:00:00.000Z"},
       {"id": 101, "user_id": 2, "post_number": 2, "created_at": "2024-02-02T00:00:00.000Z",
        "reply_to_post_number": null},
       {"id": 102, "user_id": 1, "post_number": 3, "created_at": "2024-02-03T00:00:00.000Z",
        "reply_to_post_number": 2, "raw": "\"]}"},
       {"id": 103, "user_id": -1, "post_number": 4, "created_at": "2024-02-03T00:00:00.000Z"},
       {"id": 104, "user_id": 2, "post_number": 5, "created_at": "2024-02-04T00:00:00Z", "hidden": true},
       {"id": 105, "user_id": null, "post_number": 6, "created_at": "2024-02-04T00:00:00Z"},
       {"id": 106, "user_id": 99, "post_number": 7, "created_at": "2024-02-04T00:00:00Z"},
       {"id": 107, "user_id": 2, "post_number": 8, "created_at": "last week"}]},
      {"id": 11, "title": "secret", "archetype": "private_message", "posts": [
       {"id": 110, "user_id": 1, "post_number": 1, "created_at": "2024-02-05T00:00:00.000Z"}]}]}
    """#

  static let userList = """
    id,name,username,email,title,created_at,last_seen_at,trust_level,group_names
    4,Cleo,cleo,cleo@example.org,,2024-01-03 21:29:20 UTC,,2,staff;ambassadors
    x,,dan,,,2024-01-03 21:29:20 UTC,,2,

    """

  static let likes = """
    user_id,post_id,created_at
    4,100,2024-02-06 00:00:00 UTC
    2,102,2024-02-07T00:00:00.000Z
    2,9,2024-02-07T00:00:00.000Z
    77,100,2024-02-07T00:00:00.000Z
    2,102,tomorrow
    ,,2024-02-07T00:00:00.000Z

    """

  static func input(_ text: String, _ name: String, isGzipped: Bool = false) -> Input {
    .bytes(isGzipped ? gzipped(Array(text.utf8)) : Array(text.utf8), name: name)
  }

  @Test(arguments: [[0, 1, 2], [2, 1, 0], [1, 2, 0]])
  func topicsRepliesAndLikesAreEventsInWhateverOrderTheFilesCome(order: [Int]) throws {
    let inputs = [
      Self.input(Self.export, "e.json"), Self.input(Self.userList, "u.csv", isGzipped: true),
      Self.input(Self.likes, "l.csv"),
    ]
    var rejections: [Rejection] = []
    let community = try DiscourseImporter(rejectionLimit: .count(10)).read(
      order.map { inputs[$0] }, naming: .plain
    ) { rejections.append($0) }
    #expect(
      ImportedText(community).events == """
        member_id,timestamp,event,target_id,category
        ada,2024-02-01T00:00:00Z,topic,,"Help, please"
        bob,2024-02-02T00:00:00Z,reply,ada,"Help, please"
        ada,2024-02-03T00:00:00Z,reply,bob,"Help, please"
        system,2024-02-03T00:00:00Z,reply,ada,"Help, please"
        cleo,2024-02-06T00:00:00Z,like,ada,
        bob,2024-02-07T00:00:00Z,like,ada,

        """)
    #expect(
      ImportedText(community).members == """
        member_id,joined_at,trust_level,kind
        ada,2024-01-01T00:00:00.123Z,4,person
        bob,2024-01-02T00:00:00Z,1,person
        cleo,2024-01-03T21:29:20Z,2,person
        system,2024-02-03T00:00:00Z,,bot

        """)
    #expect(
      community.report.leftOut == [
        "hidden posts": 1, "posts of deleted users": 1, "private messages": 1,
        "likes of posts that are not in the export": 1,
      ])
    #expect(
      rejections.map(\.description).sorted() == [
        "e.json:17: post of an unknown user", "e.json:18: unreadable created_at",
        "e.json:6: no user", "l.csv:5: like of an unknown user",
        "l.csv:6: unreadable created_at", "l.csv:7: like without user and post",
        "u.csv:3: user without id",
      ])
  }

  static let users = #"""
    "users": [{"id": 1, "username": "ada"}, {"id": 2, "username": "bob"}, {"id": 3, "username": "cyn"}]
    """#

  static func post(_ id: Int, by user: Int, _ number: Int, _ rest: String = "") -> String {
    "{\"id\": \(id), \"user_id\": \(user), \"post_number\": \(number), "
      + "\"created_at\": \"2024-02-01T00:00:\(id)Z\"\(rest)}"
  }

  static func topic(_ posts: String...) -> String {
    "{\(users), \"topics\": [{\"id\": 9, \"posts\": [\(posts.joined(separator: ","))]}]}"
  }

  static func events(_ texts: [String]) throws -> (lines: [String], report: ImportReport) {
    let inputs = texts.enumerated().map { input($1, "\($0)") }
    let community = try DiscourseImporter(rejectionLimit: .count(0)).read(inputs, naming: .plain)
    let cells = ImportedText(community).events.split(separator: "\n").dropFirst()
      .map { $0.split(separator: ",", omittingEmptySubsequences: false) }
    return (cells.map { "\($0[0]) \($0[2]) \($0[3])" }, community.report)
  }

  @Test func repliesFindThePostTheyAnswerWhereverItIs() throws {
    let (lines, report) = try Self.events([
      Self.topic(
        Self.post(10, by: 2, 2), Self.post(11, by: 3, 3, ", \"reply_to_post_number\": 4"),
        Self.post(12, by: 2, 5, ", \"reply_to_post_number\": 99")),
      Self.topic(Self.post(13, by: 1, 1), Self.post(14, by: 2, 4)),
    ])
    #expect(
      lines == ["bob reply ada", "cyn reply bob", "bob reply ", "ada topic ", "bob reply ada"])
    #expect(
      report.incomplete == ["no target_id: the answered post is not in the export": 1])
  }

  @Test func topicsWithoutANumberAreApart() throws {
    let topics = [Self.post(10, by: 1, 1), Self.post(11, by: 2, 2)].map { "{\"posts\": [\($0)]}" }
    let text = "{\(Self.users), \"topics\": [\(topics.joined(separator: ","))]}"
    #expect(try Self.events([text]).lines == ["ada topic ", "bob reply "])
  }

  @Test func repliesWithoutTextAreNotices() throws {
    let (lines, report) = try Self.events([
      Self.topic(
        Self.post(10, by: 1, 1, ", \"raw\": \"\""), Self.post(11, by: 2, 2, ", \"raw\": \"yes\""),
        Self.post(12, by: 1, 3, ", \"raw\": \"\""), Self.post(13, by: 1, 4, ", \"raw\": \" \\n\""))
    ])
    #expect(lines == ["ada topic ", "bob reply ada"])
    #expect(report.leftOut == ["notices of the forum (replies without text)": 2])
  }

  @Test func whatIsReadTwiceCountsOnce() throws {
    let text = Self.topic(Self.post(10, by: 1, 1), Self.post(11, by: 2, 2))
    let likes = "user_id,post_id,created_at\n2,10,2024-02-06 00:00:00 UTC\n"
    let (lines, report) = try Self.events([
      text, likes, text, likes + "2,10,2024-02-07 00:00:00 UTC\n2,11,2024-02-08 00:00:00 UTC\n",
    ])
    #expect(lines == ["ada topic ", "bob reply ada", "bob like ada", "bob like bob"])
    #expect(report.reading.repeatedEventCount == 4)
    #expect(report.reading.recordCount == 14)
  }

  @Test func rowsMayLackTheirLastCellsAndHaveNoMore() throws {
    let head = "id,username,created_at,trust_level,group_names\n"
    let community = try DiscourseImporter(rejectionLimit: .count(0)).read(
      [Self.input(head + "1,ada,2024-01-01 00:00:00 UTC,2\n2,bob,\n", "u")], naming: .plain)
    #expect(
      ImportedText(community).members == """
        member_id,joined_at,trust_level,kind
        ada,2024-01-01T00:00:00Z,2,person

        """)
    #expect(throws: EventLogError.self) {
      try DiscourseImporter(rejectionLimit: .count(0)).read(
        [Self.input(head + "1,ada,2024-01-01 00:00:00 UTC,2,staff,more\n", "u")], naming: .plain)
    }
  }

  @Test(arguments: [
    ("a,b\n1,2\n", "x", 1), ("{\"users\": []}", "x", 1),
    ("{\"users\": [\n{\"id\": 1, \"username\": \"a\"} oops]}", "x", 2),
  ])
  func otherFilesAreErrors(text: String, name: String, line: Int) throws {
    do {
      _ = try DiscourseImporter().read([Self.input(text, name)], naming: .plain)
      Issue.record("\(text) was read")
    } catch EventLogError.notAnExport(let file, let found, _) {
      #expect(file == name)
      #expect(found == line)
    }
  }
}
