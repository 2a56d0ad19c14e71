/// A place in a project file.
public struct SourcePosition: Sendable, Hashable, Comparable {
  /// The line, from 1.
  public let line: Int
  /// The column in Unicode scalars, from 1.
  public let column: Int

  /// Makes a position from a line and a column, both counted from 1.
  public init(line: Int, column: Int) {
    self.line = line
    self.column = column
  }

  /// True when `left` stands before `right` in the file.
  public static func < (left: SourcePosition, right: SourcePosition) -> Bool {
    (left.line, left.column) < (right.line, right.column)
  }
}

/// One thing that is wrong, or doubtful, in a project file.
public struct Diagnostic: Sendable, Hashable, CustomStringConvertible {
  /// How much it matters.
  public enum Severity: String, Sendable, Hashable {
    /// The file cannot be used.
    case error
    /// The file can be used, but perhaps does not say what was meant.
    case warning
  }

  /// How much it matters.
  public let severity: Severity
  /// The file's name, as it was given.
  public let file: String
  /// Where in the file.
  public let position: SourcePosition
  /// What is wrong and the way out, in one line.
  public let message: String
  /// The line with its column marked, where the file's text is at hand.
  public internal(set) var excerpt: SourceExcerpt?

  /// Makes a diagnostic from its parts.
  public init(
    severity: Severity = .error, file: String, position: SourcePosition, message: String
  ) {
    self.severity = severity
    self.file = file
    self.position = position
    self.message = message
  }

  /// `file:line:column: message`; a warning says so before its message.
  public var description: String {
    let mark = severity == .warning ? "warning: " : ""
    return "\(file):\(position.line):\(position.column): \(mark)\(message)"
  }
}

/// Everything that is wrong in a project file and those it names, file by file in their order.
public struct ProjectFileError: Error, Equatable, Sendable, CustomStringConvertible {
  /// What is wrong, at least one thing.
  public let diagnostics: [Diagnostic]

  /// Makes an error from what is wrong, in any order.
  ///
  /// - Precondition: there is at least one diagnostic.
  public init(_ diagnostics: [Diagnostic]) {
    precondition(!diagnostics.isEmpty, "an error must say what is wrong")
    var files: [String: Int] = [:]
    for diagnostic in diagnostics where files[diagnostic.file] == nil {
      files[diagnostic.file] = files.count
    }
    func order(_ diagnostic: Diagnostic) -> (Int, SourcePosition) {
      (files[diagnostic.file] ?? 0, diagnostic.position)
    }
    self.diagnostics = diagnostics.sorted { order($0) < order($1) }
  }

  /// A line for each thing that is wrong, below it the line of the file and a caret under the column.
  public var description: String {
    diagnostics.map { diagnostic in
      diagnostic.description + (diagnostic.excerpt.map { "\n\($0)" } ?? "")
    }.joined(separator: "\n")
  }

  /// The same error with the lines of one file.
  func quoting(_ text: String, of file: String) -> ProjectFileError {
    ProjectFileError(diagnostics.quoting(text, of: file))
  }
}

extension [Diagnostic] {
  /// The same diagnostics with the lines of one file.
  func quoting(_ text: String, of file: String) -> [Diagnostic] {
    let own = filter { $0.file == file }
    let excerpts = SourceExcerpt.excerpts(of: text, at: own.map(\.position))
    return map { diagnostic in
      guard diagnostic.file == file else { return diagnostic }
      var quoted = diagnostic
      quoted.excerpt = excerpts[diagnostic.position]
      return quoted
    }
  }
}
