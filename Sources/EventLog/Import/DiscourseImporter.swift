import Foundation

/// Makes a community of a Discourse forum's own export files.
///
/// They are told apart by their content:
/// - the JSON file of `script/discourse export_topics`, `export_category` or `export_categories`:
///   topics with their posts, and users;
/// - the CSV file of the admin's user list, which today comes in a ZIP file: when members joined, also
///   those who never wrote;
/// - likes, as CSV with the columns `user_id`, `post_id` and `created_at` of the table
///   `post_actions`, from the Data Explorer.
///
/// Events: `topic`; `reply`, to the author of the post it answers, or of the topic where it answers
/// none, wherever in the files that is; `like`, to the post's author. Topics and replies have the
/// property `category`. Private messages, hidden posts and replies without text, which are the forum's
/// notices that a topic was closed, split or the like, are left out. Posts count once, by their number,
/// and so do likes of one user and post. A member is known by the user name.
///
/// Source: `lib/import_export` and `app/jobs/regular/export_csv_file.rb` in Discourse's repository.
public struct DiscourseImporter {
  /// How many bad records end the import.
  public var rejectionLimit: RejectionLimit

  private struct User: Decodable {
    let id: Int
    let username: String
    let created_at: String?
    let trust_level: Int?
  }

  private struct Post: Decodable {
    let id: Int?
    let user_id: Int?
    let post_number: Int
    let raw: String?
    let created_at: String
    let reply_to_post_number: Int?
    let hidden: Bool?
  }

  private struct Category: Decodable {
    let id: Int
    let name: String
  }

  /// A reply whose target is looked for when all posts are read.
  private struct Reply {
    let event: Int
    let topic: Int
    let answered: Int?
  }

  /// A place in a topic: the topic's number and the post's in it.
  private struct Place: Hashable {
    let topic: Int
    let post: Int
  }

  private struct Like {
    let file: String
    let line: Int
    let record: String
    let user: Int
    let post: Int
    let time: Timestamp
  }

  /// Makes an importer.
  public init(rejectionLimit: RejectionLimit = .share(0.01)) {
    self.rejectionLimit = rejectionLimit
  }

  /// Reads export files, in any order.
  ///
  /// - Throws: ``EventLogError`` where a file cannot be read or is none of the three kinds, or too
  ///   many records are bad.
  public func read(
    _ inputs: [Input], naming: MemberNaming, onRejection: (Rejection) throws -> Void = { _ in }
  ) throws -> ImportedCommunity {
    var forum = Forum()
    var exports: [(file: String, outline: JSONOutline)] = []
    for input in inputs {
      let bytes = try ByteStream.allBytes(of: input)
      let outline = JSONOutline(bytes: bytes)
      if outline.firstByte(of: outline.root) == ascii("{") {
        exports.append((input.description, outline))
      } else {
        try readTable(
          DelimitedReader(.bytes(bytes, name: input.description)), into: &forum, onRejection)
      }
    }
    // Posts name their authors by number; the names may stand in any of the files.
    for export in exports { try readUsers(export, into: &forum, onRejection) }
    for export in exports { try readTopics(export, into: &forum, onRejection) }
    for reply in forum.replies {
      let target = forum.places[Place(topic: reply.topic, post: reply.answered ?? 1)]
      if let target {
        forum.draft.setTarget(ofEvent: reply.event, to: target)
      } else {
        forum.draft.report.miss("no target_id: the answered post is not in the export")
      }
    }
    var liked: Set<SIMD2<Int>> = []
    for like in forum.likes {
      guard liked.insert(SIMD2(like.user, like.post)).inserted else {
        forum.draft.report.reading.repeatedEventCount += 1
        continue
      }
      guard let member = forum.members[like.user] else {
        try forum.draft.reject(
          Rejection(
            file: like.file, line: like.line, reason: .unusable("like of an unknown user"),
            record: like.record), onRejection)
        continue
      }
      guard let author = forum.authors[like.post] else {
        forum.draft.report.leaveOut("likes of posts that are not in the export")
        continue
      }
      forum.draft.add("like", by: member, at: like.time, to: author)
    }
    return try ImportedCommunity(forum.draft, naming: naming, rejectionLimit: rejectionLimit)
  }

  private struct Forum {
    var draft = CommunityDraft(
      hasValues: false, hasTargets: true, propertyName: "category",
      memberColumns: ["trust_level", "kind"])
    /// Members by the forum's number of the user.
    var members: [Int: Int] = [:]
    /// The posts read, by the forum's number.
    var posts: Set<Int> = []
    /// Authors by the forum's number of the post.
    var authors: [Int: Int] = [:]
    /// Authors by the place of the post.
    var places: [Place: Int] = [:]
    var replies: [Reply] = []
    var likes: [Like] = []
    /// The topics without a number, which get one below 0.
    var unnumberedTopicCount = 0

    mutating func take(user: User) -> String? {
      guard reasonAgainst(id: user.username) == nil else { return "user without username" }
      let member = draft.member(user.username)
      members[user.id] = member
      // The forum's own accounts have numbers below 1.
      draft.memberCells[member] = [
        user.trust_level.map(String.init) ?? "", user.id < 1 ? "bot" : "person",
      ]
      if let text = user.created_at {
        guard let time = DiscourseImporter.time(text) else { return "unreadable created_at" }
        draft.joinedAt[member] = time
      }
      return nil
    }
  }

  /// An instant as Discourse writes it: RFC 3339 in JSON, `2013-02-05 21:29:20 UTC` in CSV.
  private static func time(_ text: String) -> Timestamp? {
    let instant = Timestamp(text.hasSuffix(" UTC") ? String(text.dropLast(4)) : text)
    return instant.flatMap { Timestamp.accepted.contains($0) ? $0 : nil }
  }

  private func parts(
    _ name: String, of export: (file: String, outline: JSONOutline),
    in part: JSONOutline.Part? = nil
  ) throws -> [JSONOutline.Part] {
    do throws(JSONOutline.Malformed) {
      let whole = try export.outline.parts(of: part ?? export.outline.root)
      guard let found = whole.first(where: { $0.key == name }) else { return [] }
      return try export.outline.parts(of: found)
    } catch {
      throw EventLogError.notAnExport(
        file: export.file, line: error.line, reason: "is no JSON from here: export it again")
    }
  }

  private func readUsers(
    _ export: (file: String, outline: JSONOutline), into forum: inout Forum,
    _ onRejection: (Rejection) throws -> Void
  ) throws {
    for part in try parts("users", of: export) {
      forum.draft.report.reading.recordCount += 1
      let user = export.outline.decoded(part, as: User.self)
      if let problem = user.map({ forum.take(user: $0) }) ?? "no user" {
        try forum.draft.reject(
          Rejection(
            file: export.file, line: part.line, reason: .unusable(problem),
            record: export.outline.text(part)), onRejection)
      }
    }
  }

  private func readTopics(
    _ export: (file: String, outline: JSONOutline), into forum: inout Forum,
    _ onRejection: (Rejection) throws -> Void
  ) throws {
    var categories: [Int: String] = [:]
    for part in try parts("categories", of: export) {
      if let category = export.outline.decoded(part, as: Category.self) {
        categories[category.id] = category.name
      }
    }
    let topics = try parts("topics", of: export)
    guard !topics.isEmpty else {
      throw EventLogError.notAnExport(
        file: export.file, line: 1,
        reason: "has no \"topics\": make it with script/discourse export_topics or export_category")
    }
    for topic in topics {
      var facts: [String: JSONOutline.Part] = [:]
      let members: [JSONOutline.Part]
      do throws(JSONOutline.Malformed) {
        members = try export.outline.parts(of: topic)
      } catch {
        throw EventLogError.notAnExport(
          file: export.file, line: error.line, reason: "is no JSON from here: export it again")
      }
      for member in members { if let key = member.key { facts[key] = member } }
      let archetype = facts["archetype"].flatMap { export.outline.decoded($0, as: String.self) }
      let number = facts["category_id"].flatMap { export.outline.decoded($0, as: Int.self) }
      let category = number.map { categories[$0] ?? String($0) }
      let known = facts["id"].flatMap { export.outline.decoded($0, as: Int.self) }
      if known == nil { forum.unnumberedTopicCount += 1 }
      let topicNumber = known ?? -forum.unnumberedTopicCount
      for part in try parts("posts", of: export, in: topic) {
        forum.draft.report.reading.recordCount += 1
        let post = export.outline.decoded(part, as: Post.self)
        if let id = post?.id, !forum.posts.insert(id).inserted {
          forum.draft.report.reading.repeatedEventCount += 1
          continue
        }
        guard archetype != "private_message" else {
          forum.draft.report.leaveOut("private messages")
          continue
        }
        let problem =
          post.map { take($0, topic: topicNumber, category: category, into: &forum) } ?? "no post"
        if let problem {
          try forum.draft.reject(
            Rejection(
              file: export.file, line: part.line, reason: .unusable(problem),
              record: export.outline.text(part)), onRejection)
        }
      }
    }
  }

  private func take(
    _ post: Post, topic: Int, category: String?, into forum: inout Forum
  ) -> String? {
    guard let user = post.user_id else {
      forum.draft.report.leaveOut("posts of deleted users")
      return nil
    }
    // The forum's own account is not among the exported users.
    let author = user == -1 ? forum.draft.member("system") : forum.members[user]
    guard let author else { return "post of an unknown user" }
    if user == -1 { forum.draft.memberCells[author] = ["", "bot"] }
    guard let time = Self.time(post.created_at) else { return "unreadable created_at" }
    forum.places[Place(topic: topic, post: post.post_number)] = author
    if let id = post.id { forum.authors[id] = author }
    if post.hidden == true {
      forum.draft.report.leaveOut("hidden posts")
    } else if post.post_number == 1 {
      // A topic that is about a link may have no text.
      forum.draft.add("topic", by: author, at: time, property: category)
    } else if post.raw?.allSatisfy(\.isWhitespace) == true {
      forum.draft.report.leaveOut("notices of the forum (replies without text)")
    } else {
      let event = forum.draft.add("reply", by: author, at: time, property: category)
      forum.replies.append(Reply(event: event, topic: topic, answered: post.reply_to_post_number))
    }
    return nil
  }

  private func readTable(
    _ opened: consuming DelimitedReader, into forum: inout Forum,
    _ onRejection: (Rejection) throws -> Void
  ) throws {
    var reader = opened
    let column = Dictionary(
      reader.header.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
    let needed = ["username", "trust_level", "id", "created_at"].compactMap { column[$0] }
    let likes = ["user_id", "post_id", "created_at"].compactMap { column[$0] }
    guard needed.count == 4 || likes.count == 3 else {
      throw EventLogError.notAnExport(
        file: reader.name, line: 1,
        reason: "is neither a user list (id, username, created_at, trust_level, …) nor likes"
          + " (user_id, post_id, created_at)")
    }
    while try reader.next() {
      forum.draft.report.reading.recordCount += 1
      // The last cells of a row are not written where they are empty.
      var reason = reader.rejectionReason(allowingShortRows: true)
      let record = String(decoding: reader.record, as: UTF8.self)
      let cells = (0..<reader.cellCount).map { reader.text($0) }
      func cell(_ index: Int) -> String { index < cells.count ? cells[index] : "" }
      if reason == nil, needed.count == 4 {
        if let id = Int(cell(needed[2])) {
          let user = User(
            id: id, username: cell(needed[0]),
            created_at: cell(needed[3]).isEmpty ? nil : cell(needed[3]),
            trust_level: Int(cell(needed[1])))
          reason = forum.take(user: user).map { .unusable($0) }
        } else {
          reason = .unusable("user without id")
        }
      } else if reason == nil {
        if let user = Int(cell(likes[0])), let post = Int(cell(likes[1])) {
          if let time = Self.time(cell(likes[2])) {
            forum.likes.append(
              Like(
                file: reader.name, line: reader.line, record: record, user: user, post: post,
                time: time))
          } else {
            reason = .unusable("unreadable created_at")
          }
        } else {
          reason = .unusable("like without user and post")
        }
      }
      if let reason {
        try forum.draft.reject(
          Rejection(file: reader.name, line: reader.line, reason: reason, record: record),
          onRejection)
      }
    }
  }
}
