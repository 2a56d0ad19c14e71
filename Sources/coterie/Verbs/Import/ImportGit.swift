import ArgumentParser
import EventLog
import Foundation

/// `coterie import git`: a community's events from a git history.
struct ImportGit: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "git",
    abstract: "Makes events and members of a git history.",
    discussion: """
      Event types: commit, docs (only documentation changed), test (only tests changed), merge \
      (several parents), coauthor (named in a Co-authored-by line), review (named in a Reviewed-by or \
      Acked-by line, at the commit date). The value is lines added and removed, at most 10000; 0 for a \
      merge, nothing where the clone lacks the files (a partial clone; nothing is fetched) or the \
      commit before. The time is the author date. Tests are files in folders such as test and spec or named like \
      one (test_x.py, XTests.swift); documentation is what else is in folders such as docs, ends in \
      .md and the like, or is called README, CHANGELOG and so on.

      A member is an e-mail address, after the repository's .mailmap and in lower case. The addresses \
      that GitHub and GitLab give an account (12345+ada@users.noreply.github.com and the like) are \
      one member. The members file has joined_at (the first event), tz_offset_minutes (the most usual \
      offset of their changes), main_area (the top-level folder of most of their changes of files) and \
      kind (bot or person; code assistants are bots).

      Only the repository counts: what the environment and git's settings say makes no difference, nor \
      do replaced objects and grafts.

      Dates that cannot be are left out and counted: unreadable, an offset beyond 14 hours, more than a \
      day after the own commit date, after the newest commit, before the oldest root.

      Writes NAME-events.csv and NAME-members.csv; NAME is the repository's folder, or --name. The \
      history is read as git 2.31 or newer prints it; git must be in the PATH.

      Exit codes: 0 done, 2 bad input, 64 usage.

      Example:
        coterie import git ~/project --key community.key --output data
      """)

  @Argument(
    help: "The repository: a working copy, a folder in it, or a bare repository.",
    completion: .directory)
  var repository: String = "."

  @Option(help: "The branch, tag or commit whose history is read.")
  var branch: String = "HEAD"

  @Flag(help: "Read all branches and tags; a commit that was copied counts each time.")
  var all = false

  @OptionGroup var options: ImportOptions

  func validate() throws {
    if branch.isEmpty || branch.hasPrefix("-") {
      throw ValidationError("--branch is the name of a branch, a tag or a commit")
    }
  }

  func run() throws {
    let naming = try options.naming()
    var git = try GitProcess(repository: repository)
    guard try git.text(["rev-parse", "--git-dir"]) != nil else {
      throw EventLogError.noGitHistory(repository: repository, reason: try reasonAgainst(git))
    }
    let tip = try git.text(["rev-parse", "--verify", "--quiet", branch + "^{commit}"])
    guard all || tip != nil else {
      throw EventLogError.noGitHistory(
        repository: repository,
        reason: "has no commit \(branch): name a branch with --branch, or say --all")
    }
    if try !git.useMailmapOfRepository() {
      Console.note(
        "\(repository): the clone is partial, and no .mailmap can be read from it, so people's"
          + " addresses stay apart")
    }
    Console.progress("reading the history")
    let reading = GitHistoryReading(
      git: git,
      tips: all ? ["--branches", "--tags", "--remotes"] + (tip == nil ? [] : [branch]) : [branch],
      cutOff: try commitsCutOff(git))
    let community = try reading.importer().community(naming: naming, mailmapped: git.mailmapped)
    try options.write(community, source: "git", defaultName: defaultName(git))
  }

  private func reasonAgainst(_ git: GitProcess) throws -> String {
    do {
      try git.stream(["rev-parse", "--git-dir"]) { _ in }
    } catch EventLogError.noGitHistory(_, let reason) where reason.contains("safe.directory") {
      return
        "belongs to somebody else: trust it with git config --global --add safe.directory FOLDER"
    } catch is EventLogError {}
    return "is no git repository: name its folder"
  }

  /// The hashes of the commits with which a shallow clone begins.
  private func commitsCutOff(_ git: GitProcess) throws -> Set<String> {
    guard let path = try git.text(["rev-parse", "--git-path", "shallow"]) else { return [] }
    let folder = URL(fileURLWithPath: repository, isDirectory: true)
    guard
      let text = try? String(
        contentsOf: URL(fileURLWithPath: path, relativeTo: folder), encoding: .utf8)
    else { return [] }
    Console.note(
      "\(repository): the history is cut off, so early events are missing"
        + " (git fetch --unshallow gets the rest)")
    return Set(text.split(separator: "\n").map(String.init))
  }

  /// The folder's name, without the `.git` of bare repositories.
  private func defaultName(_ git: GitProcess) throws -> String {
    let top = try git.text(["rev-parse", "--show-toplevel"]) ?? ""
    let path = top.isEmpty ? URL(fileURLWithPath: repository).standardized.path : top
    let name = (path as NSString).lastPathComponent
    let stem = name.hasSuffix(".git") ? String(name.dropLast(4)) : name
    return stem.isEmpty || stem == "/" ? "git" : stem
  }
}
