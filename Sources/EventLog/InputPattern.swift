import Foundation

extension Input {
  /// The inputs that arguments of a command line name: files, `-` for the standard input, and patterns.
  ///
  /// An argument with `*`, `?` or `[` that is no existing file is a pattern, as of glob(3): the files that
  /// match take its place, in ascending order of their names' bytes.
  ///
  /// - Throws: ``EventLogError/noMatch(pattern:)`` for a pattern that no file matches.
  public static func inputs(arguments: [String]) throws -> [Input] {
    try arguments.flatMap { argument in
      guard isPattern(argument) else { return [Input(argument: argument)] }
      let paths = try paths(matching: argument)
      guard !paths.isEmpty else { throw EventLogError.noMatch(pattern: argument) }
      return paths.map { .file($0) }
    }
  }

  private static func isPattern(_ argument: String) -> Bool {
    guard argument.utf8.contains(where: { "*?[".utf8.contains($0) }) else { return false }
    var status = stat()
    return lstat(argument, &status) != 0
  }

  private static func paths(matching pattern: String) throws -> [String] {
    var found = glob_t()
    defer { globfree(&found) }
    switch glob(pattern, 0, nil, &found) {
    case 0: break
    case GLOB_NOMATCH: return []
    default:
      throw EventLogError.unreadable(file: pattern, reason: "its folder cannot be searched")
    }
    return (0..<Int(found.gl_pathc)).compactMap { index in
      found.gl_pathv[index].map { String(cString: $0) }
    }.sorted(by: bytesPrecede)
  }
}
