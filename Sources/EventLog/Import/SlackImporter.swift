import Foundation

/// Makes a community of the folder that a Slack export's ZIP file unpacks to.
///
/// Read are `users.json` (or `org_users.json`), `channels.json` and, for every channel in it,
/// `CHANNEL/YYYY-MM-DD.json`. Private channels (`groups.json`) only if asked for; direct messages
/// never.
///
/// Events: `message`, also a comment on a file; `reply` in a thread, to the author of the thread's first
/// message, whichever comes first in the files; `reaction` to a message's author, one for each emoji and
/// member, at the message's time as the export has no other; `join` of a channel. Each has the property
/// `channel`. A message counts once, by its channel and time. Slack's own notices, and messages that a
/// program without an account sent, are left out and counted. A list that is `null` is empty.
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

  private struct ListedChannel: Decodable { let name: String }

  private struct Message: Decodable {
    struct Reaction: Decodable { let users: [String?]? }
    struct Comment: Decodable { let user: String? }
    let subtype: String?
    let user: String?
    let bot_id: String?
    let username: String?
    let comment: Comment?
    let ts: String
    let thread_ts: String?
    let parent_user_id: String?
    let reactions: [Reaction?]?

    /// Whoever wrote it: a member, else a program; nil where neither has an account.
    var author: String? {
      let accounts = subtype == "file_comment" ? [comment?.user, user] : [user, bot_id]
      return accounts.lazy.compactMap(\.self).first { reasonAgainst(id: $0) == nil }
    }
  }

  /// What is known of one channel.
  private struct Channel {
    let name: String
    /// The times of messages read.
    var messages: Set<String> = []
    /// The authors of messages that can begin a thread, by their times.
    var authors: [String: Int] = [:]
    /// Replies that do not say whom they answer, with the time of the thread's first message.
    var replies: [(event: Int, thread: String)] = []
  }

  /// The subtypes of messages that somebody wrote.
  private static let written: Set<String> = [
    "bot_message", "file_comment", "file_share", "me_message", "thread_broadcast",
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
    var channels: Set<String> = []
    for list in includesPrivateChannels ? ["channels.json", "groups.json"] : ["channels.json"] {
      let path = place.appendingPathComponent(list)
      guard list == "channels.json" || files.fileExists(atPath: path) else { continue }
      guard files.fileExists(atPath: path) else {
        var isFolder: ObjCBool = false
        let isFile = files.fileExists(atPath: folder, isDirectory: &isFolder) && !isFolder.boolValue
        throw EventLogError.notAnExport(
          file: folder, line: nil,
          reason: isFile
            ? "is a file: unzip it and name the folder that it unpacks to"
            : "has no channels.json: name the folder that the export's ZIP file unpacks to")
      }
      try Self.forEachPart(path, &draft, onRejection) { outline, part, _ in
        guard let channel = outline.decoded(part, as: ListedChannel.self) else {
          return "no channel"
        }
        channels.insert(channel.name)
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
    for name in channels.sorted(by: bytesPrecede) {
      let path = place.appendingPathComponent(name)
      // Channels without messages have no folder.
      guard let days = try? files.contentsOfDirectory(atPath: path) else { continue }
      var channel = Channel(name: name)
      for day in days.filter({ $0.hasSuffix(".json") }).sorted(by: bytesPrecede) {
        try Self.forEachPart((path as NSString).appendingPathComponent(day), &draft, onRejection) {
          outline, part, draft in
          guard let message = outline.decoded(part, as: Message.self) else { return "no message" }
          return Self.take(message, in: &channel, into: &draft)
        }
      }
      for reply in channel.replies {
        if let author = channel.authors[reply.thread] {
          draft.setTarget(ofEvent: reply.event, to: author)
        } else {
          draft.report.miss("no target_id: the first message of the thread is not in the export")
        }
      }
    }
    return try ImportedCommunity(draft, naming: naming, rejectionLimit: rejectionLimit)
  }

  private static func take(
    _ message: Message, in channel: inout Channel, into draft: inout CommunityDraft
  ) -> String? {
    guard let time = time(message.ts) else { return "unreadable ts" }
    guard Timestamp.accepted.contains(time) else { return "ts outside 1970 to 2199" }
    let isJoin = message.subtype == "channel_join" || message.subtype == "group_join"
    if let subtype = message.subtype, !isJoin, !written.contains(subtype) {
      draft.report.leaveOut("notices of Slack's own (subtype \(subtype))")
      return nil
    }
    guard channel.messages.insert(message.ts).inserted else {
      draft.report.reading.repeatedEventCount += 1
      return nil
    }
    guard let id = message.author else {
      if message.subtype == "bot_message" || message.username != nil {
        draft.report.leaveOut("bot messages without an account")
      } else if message.subtype == "file_comment" {
        draft.report.leaveOut("comments on files without an author")
      } else {
        return "message without user"
      }
      addReactions(to: message, of: nil, at: time, in: channel, into: &draft)
      return nil
    }
    let author = draft.member(id)
    if id == message.bot_id { draft.memberCells[author] = ["", "bot"] }
    if isJoin {
      draft.add("join", by: author, at: time, property: channel.name)
    } else if let thread = message.thread_ts, thread != message.ts {
      let parent = message.parent_user_id.flatMap { reasonAgainst(id: $0) == nil ? $0 : nil }
      let event = draft.add(
        "reply", by: author, at: time, to: parent.map { draft.member($0) }, property: channel.name)
      if parent == nil { channel.replies.append((event, thread)) }
    } else {
      channel.authors[message.ts] = author
      draft.add("message", by: author, at: time, property: channel.name)
    }
    addReactions(to: message, of: author, at: time, in: channel, into: &draft)
    return nil
  }

  private static func addReactions(
    to message: Message, of author: Int?, at time: Timestamp, in channel: Channel,
    into draft: inout CommunityDraft
  ) {
    for user in (message.reactions ?? []).compactMap({ $0?.users }).joined().compactMap(\.self)
    where reasonAgainst(id: user) == nil {
      draft.add("reaction", by: draft.member(user), at: time, to: author, property: channel.name)
      if author == nil {
        draft.report.miss("no target_id: the message's author has no account")
      }
    }
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
