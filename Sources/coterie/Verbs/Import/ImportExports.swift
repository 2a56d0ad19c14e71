import ArgumentParser
import EventLog

/// `coterie import discourse`: a forum's events from its own export files.
struct ImportDiscourse: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "discourse",
    abstract: "Makes events and members of a Discourse forum's export files.",
    discussion: """
      FILES, told apart by their content, also gzipped: the JSON file of script/discourse \
      export_topics, export_category or export_categories (held in memory whole); the CSV file of the \
      admin's user list, to be unzipped, which has when members joined and those who never wrote; \
      likes, as CSV from the Data Explorer with the query
        SELECT user_id, post_id, created_at FROM post_actions
        WHERE post_action_type_id = 2 AND deleted_at IS NULL

      Event types: topic; reply, target_id is the author of the post it answers, or of the topic where \
      it answers none; like, target_id is the author of the post. The column category is the topic's. \
      Private messages, hidden posts and the forum's notices (replies without text, such as that a \
      topic was closed) are left out. A post, and a like of one user and post, counts once, in however \
      many files it is.

      A member is a user name. The members file has joined_at (when the account was made, else the \
      first event), trust_level and kind (bot for the forum's own accounts, else person).

      Exit codes: 0 done, 2 bad input, 64 usage.

      Example:
        coterie import discourse category-export.json user-list.csv likes.csv \\
          --output data
      """)

  @Argument(help: "The export files.", completion: .file())
  var files: [String]

  @OptionGroup var options: ImportOptions
  @OptionGroup var rejections: ImportRejectionOptions

  func run() throws {
    let naming = try options.naming()
    Console.progress("reading the export")
    let importer = DiscourseImporter(rejectionLimit: rejections.maximumRejected)
    let community = try rejections.collecting { onRejection in
      try importer.read(
        files.map { Input(argument: $0) }, naming: naming, onRejection: onRejection)
    }
    try options.write(community, source: "discourse", defaultName: "discourse")
  }
}

/// `coterie import slack`: a workspace's events from its export.
struct ImportSlack: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "slack",
    abstract: "Makes events and members of a Slack workspace's export.",
    discussion: """
      FOLDER is what the export's ZIP file unpacks to: users.json, channels.json and a folder for \
      each channel with a file for each day. Direct messages are never read, private channels \
      (groups.json) only with --private.

      Event types: message, also a comment on a file; reply (in a thread), target_id is the author of \
      the thread's first message; reaction, target_id is the author of the message: one for each emoji and member, at \
      the time of the message, as the export has no other; join (of a channel). The column channel is \
      where. A message counts once, by its channel and time. Notices of Slack's own, and messages of \
      programs that have no account, are left out.

      A member is a user's id, such as U012AB3CD. The members file has joined_at (the first event), \
      tz_offset_minutes and kind (bot or person).

      Exit codes: 0 done, 2 bad input, 64 usage.

      Example:
        unzip export.zip -d export
        coterie import slack export --name workspace --output data
      """)

  @Argument(help: "The folder that the export's ZIP file unpacks to.", completion: .directory)
  var folder: String

  @Flag(name: .customLong("private"), help: "Read private channels, too.")
  var includesPrivateChannels = false

  @OptionGroup var options: ImportOptions
  @OptionGroup var rejections: ImportRejectionOptions

  func run() throws {
    let naming = try options.naming()
    Console.progress("reading the export")
    let importer = SlackImporter(
      includesPrivateChannels: includesPrivateChannels,
      rejectionLimit: rejections.maximumRejected)
    let community = try rejections.collecting { onRejection in
      try importer.read(folder: folder, naming: naming, onRejection: onRejection)
    }
    try options.write(community, source: "slack", defaultName: "slack")
  }
}

/// `coterie import github`: events of repositories from GH Archive.
struct ImportGitHub: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "github",
    abstract: "Makes events and members of GitHub events, as GH Archive has them.",
    discussion: """
      FILES are the hourly files of GH Archive since 2015 (JSON Lines, gzipped, such as \
      2024-01-01-15.json.gz), or saved answers of GitHub's events API (a JSON array).

      Since October 2025 GitHub's events have less in them: no commits, and of a pull request little \
      more than its number.

      Event types: push (the value is the number of commits, where the file has it); issue, comment, \
      discussion, discussion_comment; pull_request (the value is lines added and removed, where the \
      file has them), review, review_comment; member_added; commit_comment, create, delete, fork, \
      star, wiki (the value is the number of pages), release, public, sponsorship. What was done to a \
      thing after it was made has its action behind the name: issue_closed, pull_request_merged, \
      pull_request_closed, comment_edited. target_id is the author of the issue, discussion or pull \
      request, and who was added; where the event does not say it, another event of the same pull \
      request does, above all the one that opened it, so give the files from then on, too; else it is \
      empty, and counted. The column repository is where. Other types are left out. An event counts \
      once, by its type and id.

      A member is a login; an account that changes it becomes another member. The members file has \
      joined_at (the first event) and kind (bot for logins that end with [bot] and for code assistants, else person).

      Exit codes: 0 done, 2 bad input, 64 usage.

      Example:
        coterie import github 2024-01-01-*.json.gz --repository octo-org \\
          --output data
      """)

  @Argument(help: "Files of events; - is the standard input.", completion: .file())
  var files: [String]

  @Option(help: "A repository (owner/name) or an owner to read; may be said several times.")
  var repository: [String] = []

  @OptionGroup var options: ImportOptions
  @OptionGroup var rejections: ImportRejectionOptions

  func run() throws {
    let naming = try options.naming()
    Console.progress("reading events")
    let importer = GitHubImporter(
      repositories: repository, rejectionLimit: rejections.maximumRejected)
    let community = try rejections.collecting { onRejection in
      try importer.read(
        files.map { Input(argument: $0) }, naming: naming, onRejection: onRejection)
    }
    try options.write(community, source: "github", defaultName: "github")
  }
}
