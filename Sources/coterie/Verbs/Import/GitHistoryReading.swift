import EventLog

/// Reads a git history as far as the repository has it.
///
/// A partial clone lacks contents of files, or whole folders, which git would fetch one by one to count
/// lines. Nothing is fetched: git ends at the first commit that needs them, and then lines are counted
/// where all contents are there, names of files taken where all folders are, and all else only from the
/// commits themselves.
struct GitHistoryReading {
  let git: GitProcess
  /// Branches, tags and commits whose history is read, or options that stand for some.
  let tips: [String]
  /// The hashes of commits whose parents the repository lacks.
  let cutOff: Set<String>

  func importer() throws -> GitHistoryImporter {
    do {
      var importer = GitHistoryImporter(cutOff: cutOff)
      try importer.read(.lineCounts) { try git.stream(arguments(.lineCounts), $0) }
      return importer
    } catch let error as EventLogError {
      // Whatever else is wrong is found again.
      do { return try importerOfParts() } catch is EventLogError { throw error }
    }
  }

  private func importerOfParts() throws -> GitHistoryImporter {
    var importer = GitHistoryImporter(cutOff: cutOff)
    let commits: [Commit]
    do {
      commits = try self.commits()
    } catch is EventLogError {
      try importer.read(.message) { try git.stream(arguments(.message), $0) }
      return importer
    }
    var lacking = Set(commits.flatMap(\.contents))
    try git.lines([
      "cat-file", "--batch-all-objects", "--batch-check=%(objectname)", "--unordered", "--buffer",
    ]) { lacking.remove(ObjectName($0)) }
    for (detail, isWhole) in [(GitHistoryImporter.Detail.lineCounts, true), (.names, false)] {
      let part = commits.filter { $0.contents.allSatisfy { !lacking.contains($0) } == isWhole }
      // Given no commit, git takes HEAD.
      guard !part.isEmpty else { continue }
      let options = ["--no-walk=unsorted", "--stdin", "--"]
      try importer.read(detail) { consume in
        try git.stream(detail.arguments + options, input: part.map(\.hash), consume)
      }
    }
    return importer
  }

  private func arguments(_ detail: GitHistoryImporter.Detail) -> [String] {
    detail.arguments + tips + ["--"]
  }

  /// The first 32 digits of an object's hash, by which it is known well enough.
  private struct ObjectName: Hashable {
    let halves: SIMD2<UInt64>

    init(_ hash: Substring) {
      let digits = hash.prefix(32)
      let middle = digits.index(digits.startIndex, offsetBy: 16, limitedBy: digits.endIndex)
      let cut = middle ?? digits.endIndex
      halves = SIMD2(UInt64(digits[..<cut], radix: 16) ?? 0, UInt64(digits[cut...], radix: 16) ?? 0)
    }
  }

  private struct Commit {
    let hash: String
    /// The files before and after the change.
    var contents: [ObjectName] = []
  }

  /// All commits with what a count of their changed lines needs.
  private func commits() throws -> [Commit] {
    var commits: [Commit] = []
    try git.lines(
      [
        "-c", "log.showRoot=true", "-c", "log.showSignature=false", "log", "--raw", "--no-abbrev",
        "--no-renames", "--no-diff-merges", "--ignore-submodules=none", "--no-relative",
        "-O/dev/null", "--format=%H",
      ] + tips + ["--"]
    ) { line in
      guard line.first == ":" else { return commits.append(Commit(hash: String(line))) }
      // :100644 100644 HASH HASH M; a submodule's hash, of mode 160000, names no file.
      let cells = line.dropFirst().split(separator: " ", maxSplits: 4)
      guard cells.count == 5 else { return }
      for (mode, hash) in [(cells[0], cells[2]), (cells[1], cells[3])]
      where mode.hasPrefix("1") && mode != "160000" {
        commits[commits.count - 1].contents.append(ObjectName(hash))
      }
    }
    return commits
  }
}
