import Foundation

/// Makes a community of the folder that a Slack export's ZIP file unpacks to.
///
/// Read are `users.json` (or `org_users.json`), `channels.json` and, for every channel in it,
/// `CHANNEL/YYYY-MM-DD.json`. Private channels (`groups.json`) only if asked for; direct messages
/// never.
///
/// Events: `message`; `reply` in a thread, to the author of the thread's first message; `reaction`
/// to a message's author, one for each emoji and member, at the message's time as the export has no
/// other; `join` of a channel. Each has the property `channel`.
///
/// Source: Slack's help page "How to read Slack data exports", and the message object of its API.
public struct SlackImporter {
  /// True to read private channels, too.
  public var includesPrivateChannels: Bool
  /// How many bad records end the import.
  public var rejectionLimit: RejectionLimit

  private struct User: Decodable {
    let id: String
    let is_bot: Bool?
    let tz_offset: Int?
  }

  private struct Channel: Decodable { let name: String }

  private struct Message: Decodable {
    struct Reaction: Decodable { let users: [String]? }
    let subtype: String?
    let user: String?
    let bot_id: String?
    let ts: String
    let thread_ts: String?
    let parent_user_id: String?
    let reactions: [Reaction]?
  }

  /// The subtypes of messages that somebody wrote.
  private static let written: Set<String> = [
    "bot_message", "file_share", "me_message", "thread_broadcast",
  ]

  /// Makes an importer.
  public init(
    includesPrivateChannels: Bool = false, rejectionLimit: RejectionLimit = .share(0.01)
  ) {
    self.includesPrivateChannels = includesPrivateChannels
    self.rejectionLimit = rejectionLimit
  }

  /// Reads the export.
  ///
  /// - Throws: ``EventLogError`` where the folder is no such export, a file cannot be read, or too
  ///   many records are bad.
  public func read(
    folder: String, naming: MemberNaming, onRejection: (Rejection) throws -> Void = { _ in }
  ) throws -> ImportedCommunity {
    var draft = CommunityDraft(
      hasValues: false, hasTargets: true, propertyName: "channel",
      memberColumns: ["tz_offset_minutes", "kind"])
    let place = folder as NSString
    let files = FileManager.default
    var channels: [String] = []
    for list in includesPrivateChannels ? ["channels.json", "groups.json"] : ["channels.json"] {
      let path = place.appendingPathComponent(list)
      guard list == "channels.json" || files.fileExists(atPath: path) else { continue }
      guard files.fileExists(atPath: path) else {
        throw EventLogError.notAnExport(
          file: folder, line: nil,
          reason: "has no channels.json: name the folder that the export's ZIP file unpacks to")
      }
      try Self.forEachPart(path, &draft, onRejection) { outline, part, _ in
        guard let channel = outline.decoded(part, as: Channel.self) else { return "no channel" }
        channels.append(channel.name)
        return nil
      }
    }
    for list in ["users.json", "org_users.json"] {
      let path = place.appendingPathComponent(list)
      guard files.fileExists(atPath: path) else { continue }
      try Self.forEachPart(path, &draft, onRejection) { outline, part, draft in
        guard let user = outline.decoded(part, as: User.self), reasonAgainst(id: user.id) == nil
        else { return "no user" }
        draft.memberCells[draft.member(user.id)] = [
          user.tz_offset.map { formatted(Double($0) / 60) } ?? "",
          user.is_bot == true || user.id == "USLACKBOT" ? "bot" : "person",
        ]
        return nil
      }
    }
    for channel in channels.sorted(by: bytesPrecede) {
      let path = place.appendingPathComponent(channel)
      // Channels without messages have no folder.
      guard let names = try? files.contentsOfDirectory(atPath: path) else { continue }
      var authors: [String: Int] = [:]
      for name in names.filter({ $0.hasSuffix(".json") }).sorted(by: bytesPrecede) {
        try Self.forEachPart((path as NSString).appendingPathComponent(name), &draft, onRejection) {
          outline, part, draft in
          guard let message = outline.decoded(part, as: Message.self) else { return "no message" }
          return Self.take(message, in: channel, authors: &authors, into: &draft)
        }
      }
    }
    return try ImportedCommunity(draft, naming: naming, rejectionLimit: rejectionLimit)
  }

  private static func take(
    _ message: Message, in channel: String, authors: inout [String: Int],
    into draft: inout CommunityDraft
  ) -> String? {
    guard let time = time(message.ts) else { return "unreadable ts" }
    guard Timestamp.accepted.contains(time) else { return "ts outside 1970 to 2199" }
    let isJoin = message.subtype == "channel_join" || message.subtype == "group_join"
    if let subtype = message.subtype, !isJoin, !written.contains(subtype) {
      draft.report.leaveOut("subtype \(subtype)")
      return nil
    }
    guard let id = message.user ?? message.bot_id, reasonAgainst(id: id) == nil else {
      return "message without user"
    }
    let author = draft.member(id)
    if message.user == nil { draft.memberCells[author] = ["", "bot"] }
    if isJoin {
      draft.add("join", by: author, at: time, property: channel)
    } else if let thread = message.thread_ts, thread != message.ts {
      let parent = message.parent_user_id.flatMap { reasonAgainst(id: $0) == nil ? $0 : nil }
      let target = parent.map { draft.member($0) } ?? authors[thread]
      draft.add("reply", by: author, at: time, to: target, property: channel)
    } else {
      authors[message.ts] = author
      draft.add("message", by: author, at: time, property: channel)
    }
    for reaction in message.reactions ?? [] {
      for user in reaction.users ?? [] where reasonAgainst(id: user) == nil {
        draft.add("reaction", by: draft.member(user), at: time, to: author, property: channel)
      }
    }
    return nil
  }

  /// An instant as Slack writes it: seconds since 1970 and six digits behind a point.
  private static func time(_ text: String) -> Timestamp? {
    let parts = text.split(separator: ".", omittingEmptySubsequences: false)
    guard (1...2).contains(parts.count), let seconds = Int64(parts[0]), abs(seconds) < 1 << 40
    else { return nil }
    guard parts.count == 2 else { return Timestamp(microseconds: seconds * 1_000_000) }
    guard parts[1].utf8.count == 6, let micros = UInt32(parts[1]) else { return nil }
    return Timestamp(microseconds: seconds * 1_000_000 + Int64(micros))
  }

  /// Hands on every element of a file that is a JSON array; the body says what is wrong with one.
  private static func forEachPart(
    _ path: String, _ draft: inout CommunityDraft, _ onRejection: (Rejection) throws -> Void,
    _ body: (JSONOutline, JSONOutline.Part, inout CommunityDraft) throws -> String?
  ) throws {
    let (outline, parts) = try JSONOutline.array(of: .file(path))
    for part in parts {
      draft.report.reading.recordCount += 1
      if let problem = try body(outline, part, &draft) {
        try draft.reject(
          Rejection(
            file: path, line: part.line, reason: .unusable(problem), record: outline.text(part)),
          onRejection)
      }
    }
  }
}
