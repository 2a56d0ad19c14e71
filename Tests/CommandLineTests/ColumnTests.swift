import Foundation
import TestSupport
import Testing

/// Which columns hold what, and how that is told.
struct ColumnTests {
  /// The notes and the table of one run; `@` is the folder.
  private static func run(
    _ line: String, files: [String: String], in folder: TemporaryFolder
  ) throws -> Tool.Result {
    for (name, text) in files { try folder.write(name, text) }
    return try Tool.run(line.split(separator: " ").map(String.init), in: folder.url)
  }

  private static let aliases = "version: 1\naliases: {deals: [buy, purchase, visit]}\n"

  private static let orders = """
    order_id,customer_id,created_at,total,event
    1,a,2024-01-01,10,Jazz night
    2,a,2024-01-03,5,Opera
    3,b,2024-01-02,2,Jazz night
    """

  @Test func optionsNameColumnsAndTheKindOfAllEvents() throws {
    try TemporaryFolder.with { folder in
      let named = try Self.run(
        "features o.csv --as-of 2024-01-04 --id-column who --time-column when --event-column what "
          + "--value-column worth --config c.yaml --features events_deals,value_sum --output -",
        files: [
          "o.csv":
            "who,when,what,worth\na,2024-01-01,buy,2\na,2024-01-02,buy,3\nb,2024-01-02,see,\n",
          "c.yaml": Self.aliases,
        ],
        in: folder)
      #expect(
        named.output == "member_id,events_deals,value_sum\na,2,5\nb,0,0\n", "\(named.error)")
      #expect(!named.error.contains("is read from"))

      let one = try Self.run(
        "features p.csv --as-of 2024-01-04 --event purchase --value-column total "
          + "--config c.yaml --features events_deals,value_sum,distinct_event --output -",
        files: ["p.csv": Self.orders, "c.yaml": Self.aliases], in: folder)
      #expect(
        one.output == "member_id,events_deals,value_sum,distinct_event\na,2,15,2\nb,1,2,1\n",
        "\(one.error)")
      #expect(
        one.error.contains(
          "note: p.csv: member_id is read from \"customer_id\" and timestamp from \"created_at\"\n")
      )
    }
  }

  @Test func optionsCountMoreThanTheProjectFile() throws {
    try TemporaryFolder.with { folder in
      let files = [
        "o.csv": "who,other,when,what\na,x,2024-01-01,buy\nb,x,2024-01-02,see\n",
        "c.yaml":
          "version: 1\nevents:\n  columns: {member_id: who, timestamp: when, event: what}\n",
      ]
      let line = "features o.csv --as-of last --config c.yaml --features events --output -"
      let project = try Self.run(line, files: files, in: folder)
      #expect(project.output == "member_id,events\na,1\nb,1\n", "\(project.error)")
      let option = try Self.run(line + " --id-column other", files: [:], in: folder)
      #expect(option.output == "member_id,events\nx,2\n", "\(option.error)")
    }
  }

  @Test func quotedEventsOfOneKindAreReadTheSame() throws {
    try TemporaryFolder.with { folder in
      let result = try Self.run(
        "features q.csv --as-of last --event visit --config c.yaml --features events_deals --output -",
        files: [
          "q.csv": "user,date\n\"a\",2024-01-01\n\"b\",2024-01-02\n", "c.yaml": Self.aliases,
        ], in: folder)
      #expect(result.output == "member_id,events_deals\na,1\nb,1\n", "\(result.error)")
    }
  }

  @Test(arguments: [
    ("userId,originalTimestamp,eventName", "userId"), ("User ID,date,Type", "User ID"),
    ("distinct_id,time,event", "distinct_id"), ("email,occurred_at,action", "email"),
  ])
  func usualNamesAreTakenWhereOneFits(header: String, id: String) throws {
    try TemporaryFolder.with { folder in
      let result = try Self.run(
        "features e.csv --as-of last --features events --output -",
        files: ["e.csv": header + "\na,2024-01-01,x\nb,2024-01-02,x\n"], in: folder)
      #expect(result.output == "member_id,events\na,1\nb,1\n", "\(result.error)")
      #expect(result.error.contains("note: e.csv: member_id is read from \"\(id)\""))
    }
  }

  @Test func theRolesOwnNameIsTakenWithoutANoteWhateverElseFits() throws {
    try TemporaryFolder.with { folder in
      let result = try Self.run(
        "features e.csv --as-of last --features events --output -",
        files: [
          "e.csv": "user_id,member_id,date,timestamp,type,event\nx,a,2020-01-01,2024-01-01,y,z\n"
        ], in: folder)
      #expect(result.output == "member_id,events\na,1\n" && result.error == "", "\(result.error)")
    }
  }

  @Test func allMissingColumnsAreNamedAtOnceWithWhatMayBeMeant() throws {
    try TemporaryFolder.with { folder in
      let result = try Self.run(
        "features e.csv --as-of last --output -",
        files: ["e.csv": "user_id,email,timestmp,what\na,b,2024-01-01,x\n"], in: folder)
      #expect(result.code == 2)
      #expect(
        result.error == """
          error: e.csv:1: no columns "member_id", "timestamp" and "event" in the header (found: user_id, \
          email, timestmp, what); the member_id may be "user_id" or "email"; did you mean "timestmp"?; \
          name them with --id-column, --time-column and --event-column (or --event NAME, where all are of \
          one kind), or in the project file: events: {columns: {member_id: NAME, timestamp: NAME, event: \
          NAME}}

          """)
      let named = try Self.run(
        "features e.csv --as-of last --time-column timestmp --event-column what --value-column amout "
          + "--id-column email --output -", files: [:], in: folder)
      #expect(named.code == 2 && named.error.contains("no column \"amout\" in the header"))
      #expect(named.error.contains("--value-column"), "\(named.error)")
    }
  }

  private static let members = """
    user_id,email,created_at,plan
    a,a@x,2023-01-01,pro
    b,b@x,2023-06-01,free
    """

  @Test func membersFilesShareTheColumnOfIds() throws {
    try TemporaryFolder.with { folder in
      let files = [
        "e.csv": "user_id,timestamp,event\na,2024-01-01,x\nb,2024-01-02,x\n",
        "f.csv": "uid,timestamp,event\na,2024-01-01,x\nb,2024-01-02,x\n",
        "m.csv": Self.members, "n.csv": "member_id,joined_at\na,2023-01-01\nb,2023-06-01\n",
        "c.yaml": "version: 1\nevents:\n  columns: {member_id: uid}\n",
      ]
      let line = "--as-of 2024-01-01 --features tenure_days --output -"
      let table = "member_id,tenure_days\na,365\nb,214\n"
      // By the column that the events have, by an option, by a project file, or by their own.
      for (arguments, note) in [
        ("e.csv --members m.csv", "m.csv: joined_at is read from \"created_at\""),
        ("e.csv --members n.csv", "e.csv: member_id is read from \"user_id\""),
        ("e.csv --members n.csv --id-column user_id", ""),
        ("f.csv --members n.csv --config c.yaml", ""),
      ] {
        let result = try Self.run("features \(arguments) \(line)", files: files, in: folder)
        #expect(result.output == table, "\(arguments): \(result.error)")
        #expect(note.isEmpty || result.error.contains(note), "\(arguments): \(result.error)")
      }
      let two = try Self.run(
        "features f.csv --config c.yaml --members m.csv \(line)", files: [:], in: folder)
      #expect(two.code == 2)
      #expect(
        two.error.contains("m.csv:1: no column \"uid\"")
          && two.error.contains("the member_id may be \"user_id\" or \"email\""), "\(two.error)")
    }
  }

  @Test func aTimeOfJoiningIsNeverGuessedAmongTwo() throws {
    try TemporaryFolder.with { folder in
      let files = [
        "e.csv": "member_id,timestamp,event\na,2024-01-01,x\n",
        "m.csv": "member_id,signup_date,created_at\na,2023-12-31,2023-01-01\n",
      ]
      let line =
        "features e.csv --members m.csv --as-of 2024-01-02 --features tenure_days --output -"
      let both = try Self.run(line, files: files, in: folder)
      #expect(both.output == "member_id,tenure_days\na,1\n", "\(both.error)")
      #expect(
        both.error.contains(
          "note: m.csv: joined_at may be \"signup_date\" or \"created_at\", and none is taken: name it "
            + "with --joined-column\n"), "\(both.error)")
      let named = try Self.run(line + " --joined-column created_at", files: [:], in: folder)
      #expect(named.output == "member_id,tenure_days\na,366\n", "\(named.error)")
      let wrong = try Self.run(line + " --joined-column created", files: [:], in: folder)
      #expect(wrong.code == 2 && wrong.error.contains("the joined_at may be"), "\(wrong.error)")
    }
  }

  @Test func aColumnThatIsTakenForJoiningStaysAnAttribute() throws {
    try TemporaryFolder.with { folder in
      let files = [
        "e.csv": "user_id,timestamp,event\na,2024-01-01,x\nb,2024-01-02,x\n", "m.csv": Self.members,
        "c.yaml": """
        version: 1
        segments:
          - {id: early, when: {attr: created_at, before: 2023-02-01}}

        """,
      ]
      let result = try Self.run(
        "label e.csv --members m.csv --config c.yaml --as-of 2024-02-01 --output -", files: files,
        in: folder)
      #expect(result.code == 0, "\(result.error)")
    }
  }

  @Test func whatIsMadeOfValuesNeedsSome() throws {
    try TemporaryFolder.with { folder in
      let rule = "version: 1\nsegments:\n  - {id: s, when: {did: \"*\", sum: value, gte: 5}}\n"
      let log = "member_id,timestamp,event,amount,total\na,2024-01-01,x,7,7\nb,2024-01-02,x,1,1\n"
      let files = [
        "e.csv": log,
        "v.csv": "member_id,timestamp,event,value\na,2024-01-01,x,7\nb,2024-01-02,x,\n",
        "w.yaml": "version: 1\nevents: {value: log}\n", "r.yaml": rule,
        "j.jsonl": #"{"member_id":"a","timestamp":"2024-01-01","event":"x","amount":7}"# + "\n",
      ]
      let features = "--as-of 2024-01-03 --output - --features"
      for (line, purpose) in [
        ("features e.csv \(features) value_sum_90d", "value_sum_90d"),
        ("features e.csv \(features) events,value_mean", "value_mean"),
        ("features e.csv --as-of last --output - --features value_sum", "value_sum"),
        ("features e.csv --config w.yaml \(features) impact", "impact"),
        ("features e.csv --config w.yaml --as-of last --output -", "impact_h56"),
        (
          "features e.csv \(features) events --among {\"feature\":\"value_sum\",\"gte\":1}",
          "value_sum"
        ),
        ("label e.csv --config r.yaml --as-of last --output -", "r.yaml:3:"),
        ("rules check e.csv --config r.yaml --as-of last", "r.yaml:3:"),
      ] {
        let result = try Self.run(line, files: files, in: folder)
        #expect(result.code == 2 && result.output == "", "\(line): \(result.error)")
        #expect(result.error.contains("e.csv: no \"value\", which \(purpose)"), "\(result.error)")
        #expect(result.error.contains("it may be \"amount\" or \"total\""), "\(result.error)")
        #expect(result.error.contains("--value-column"), "\(result.error)")
      }
      // Nobody has asked, one of the logs has values, or the column is named.
      for line in [
        "features e.csv \(features) events,impact", "features e.csv v.csv \(features) value_sum",
        "features v.csv e.csv \(features) value_sum",
        "features e.csv --value-column total \(features) value_sum",
        "features v.csv --config w.yaml \(features) impact",
      ] {
        let result = try Self.run(line, files: [:], in: folder)
        #expect(result.code == 0, "\(line): \(result.error)")
      }
      let json = try Self.run("features j.jsonl \(features) value_sum", files: [:], in: folder)
      #expect(json.code == 2 && json.error.contains("no \"value\", which value_sum"))
    }
  }
}

/// The forms of CSV that spreadsheets write, as the verbs see them.
struct SpreadsheetTests {
  @Test func matricesMayHaveDecimalCommas() throws {
    try TemporaryFolder.with { folder in
      try folder.write("d.csv", "x;y\n1,5;1\n;\n2,5;2\n10,5;3\n")
      try folder.write("e.csv", "x;y\n1,5;1\n2,5;1.234\n10,5;3\n")
      let line = ["--algorithm", "kmeans", "--clusters", "2", "--centroids", "-"]
      let read = try Tool.run(["cluster", "d.csv"] + line, in: folder.url)
      #expect(read.code == 0 && read.output.hasPrefix("x,y\n2,1.5\n10.5,3\n"), "\(read.error)")
      #expect(
        read.error == "note: d.csv: numbers are read with a decimal comma: 1,5 on line 2 is 1.5\n")
      let open = try Tool.run(["cluster", "e.csv"] + line, in: folder.url)
      #expect(open.code == 2)
      #expect(open.error.contains("1,5 on line 2, 1.234 on line 3"), "\(open.error)")
    }
  }

  @Test func otherKindsOfFilesAreRefusedByEveryVerb() throws {
    try TemporaryFolder.with { folder in
      try folder.write("z", Array("PK\u{3}\u{4}".utf8) + [UInt8](repeating: 0, count: 100))
      try folder.write("e.csv", "member_id,timestamp,event\na,2024-01-01,x\n")
      for line in [
        "features z --as-of last --output o", "features e.csv --members z --as-of last --output o",
        "cluster z --algorithm kmeans --clusters 2 --labels o", "score z e.csv",
        "import discourse z --output o", "import github z --output o",
      ] {
        let result = try Tool.run(line.split(separator: " ").map(String.init), in: folder.url)
        #expect(result.code == 2, "\(line)")
        #expect(result.error.contains("z: is a ZIP archive: unzip it"), "\(line): \(result.error)")
        #expect(try folder.names.filter { $0 != "o" } == ["e.csv", "z"], "\(line)")
      }
    }
  }

  @Test func anExcelExportIsRead() throws {
    try TemporaryFolder.with { folder in
      try folder.write(
        "orders.csv",
        "\u{FEFF};;;\r\nKunde;created_at;action;Betrag\r\n4711;2024-05-01;buy;1.234,56\r\n;;;\r\n"
          + "4712;2024-05-02;buy;NULL\r\n4711;2024-05-03;buy;0,44\r\n;;;\r\n")
      let result = try Tool.run(
        [
          "features", "orders.csv", "--as-of", "2024-06-01", "--id-column", "Kunde",
          "--value-column", "Betrag", "--features", "events,value_sum", "--output", "-",
        ], in: folder.url)
      #expect(result.output == "member_id,events,value_sum\n4711,2,1235\n4712,1,0\n")
      #expect(
        result.error == """
          note: orders.csv: timestamp is read from "created_at" and event from "action"
          note: orders.csv: numbers are read with a decimal comma: 1.234,56 on line 3 is 1234.56

          """)
    }
  }
}
