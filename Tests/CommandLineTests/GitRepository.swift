import Foundation

/// A git repository made for a test, whose commits have fixed dates.
struct GitRepository {
  let folder: URL

  /// True where there is a git to make repositories with.
  static let isPossible =
    (try? Tool.run("/usr/bin/env", ["git", "--version"]).code == 0) ?? false

  struct Failure: Error { let said: String }

  /// Makes an empty repository.
  init(at folder: URL) throws {
    self.folder = folder
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    try git(["init", "--quiet"])
    try git(["symbolic-ref", "HEAD", "refs/heads/main"])
  }

  /// Runs git as one person at one time, whatever the user's own settings are.
  func git(
    _ arguments: [String], author: String = "Ada <ada@example.org>",
    at date: String = "2024-01-01T00:00:00+00:00", committedAt commitDate: String? = nil
  ) throws {
    let parts = author.dropLast().split(separator: "<", omittingEmptySubsequences: false)
    let name = parts[0].trimmingCharacters(in: .whitespaces)
    let result = try Tool.run(
      "/usr/bin/env",
      [
        "GIT_CONFIG_GLOBAL=/dev/null", "GIT_CONFIG_NOSYSTEM=1", "GIT_AUTHOR_NAME=\(name)",
        "GIT_AUTHOR_EMAIL=\(parts[1])", "GIT_AUTHOR_DATE=\(date)",
        "GIT_COMMITTER_NAME=Committer", "GIT_COMMITTER_EMAIL=committer@example.org",
        "GIT_COMMITTER_DATE=\(commitDate ?? date)", "git",
      ] + arguments, in: folder)
    guard result.code == 0 else { throw Failure(said: "\(arguments): \(result.error)") }
  }

  /// Writes files and commits them; a file without text is removed.
  func commit(
    _ files: [String: String?], _ message: String, author: String = "Ada <ada@example.org>",
    at date: String, committedAt commitDate: String? = nil
  ) throws {
    for (name, text) in files {
      let file = folder.appendingPathComponent(name)
      if let text {
        try FileManager.default.createDirectory(
          at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(text.utf8).write(to: file)
      } else {
        try FileManager.default.removeItem(at: file)
      }
    }
    try git(["add", "--all"])
    try git(
      ["commit", "--quiet", "--allow-empty", "-m", message], author: author, at: date,
      committedAt: commitDate)
  }

  /// Writes a commit object as it is, for dates that git does not write itself, on top of the branch.
  func commitRaw(author: String, committer: String, message: String) throws {
    let path = folder.appendingPathComponent(".git/raw").path
    let tree = try output(["rev-parse", "HEAD^{tree}"])
    let parent = try output(["rev-parse", "HEAD"])
    let text = """
      tree \(tree)
      parent \(parent)
      author \(author)
      committer \(committer)

      \(message)

      """
    try Data(text.utf8).write(to: URL(fileURLWithPath: path))
    let commit = try output(["hash-object", "-t", "commit", "-w", "--literally", path])
    try git(["update-ref", "HEAD", commit])
  }

  private func output(_ arguments: [String]) throws -> String {
    let result = try Tool.run("/usr/bin/env", ["git"] + arguments, in: folder)
    guard result.code == 0 else { throw Failure(said: result.error) }
    return result.output.trimmingCharacters(in: .whitespacesAndNewlines)
  }
}
