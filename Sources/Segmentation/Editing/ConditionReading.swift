extension ProjectFile {
  /// Reads a condition that stands outside of the file, such as one of the command line, with the names
  /// that the project has.
  ///
  /// - Parameters:
  ///   - text: The condition as YAML, such as `{did_not: "*", within: 30d}`.
  ///   - source: Where it comes from, for messages.
  ///   - standsAlone: Whether it will be read without the project's segments, stages, lists, scores and
  ///     privacy, without models and of one member at a time, and may not depend on any of these.
  /// - Returns: The condition.
  /// - Throws: ``ProjectFileError`` with a line and a column of the text for everything that is wrong.
  public func condition(
    parsing text: String, source: String, standsAlone: Bool = false
  ) throws(ProjectFileError) -> Condition {
    let root: SourceNode?
    do {
      root = try SourceNode.reading(text, file: source)
    } catch {
      throw error.quoting(text, of: source)
    }
    var parser = ProjectParser(file: source)
    parser.project = self
    parser.project.file = source
    parser.declaredScores = scores.keys.sorted()
    parser.declaredSegments = Set(segments.map(\.id))
    parser.declaredStages = stages.map(\.name)
    parser.standsAlone = standsAlone
    guard let root else {
      parser.report(
        SourcePosition(line: 1, column: 1), "nothing; it needs a condition such as {did: post}")
      throw ProjectFileError(parser.diagnostics).quoting(text, of: source)
    }
    let condition = parser.condition(root)
    for leaf in condition?.leaves ?? [] { parser.checkReference(leaf) }
    guard let condition, parser.diagnostics.isEmpty else {
      throw ProjectFileError(parser.diagnostics).quoting(text, of: source)
    }
    return condition
  }
}
