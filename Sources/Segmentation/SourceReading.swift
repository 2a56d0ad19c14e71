import Yams

extension SourceNode {
  /// The most nodes that a project file may have.
  static let largestNodeCount = 100_000
  /// The most bytes that a project file may have.
  static let largestByteCount = 8_000_000
  /// How deep sequences and mappings may be nested.
  static let largestDepth = 100

  /// Reads one YAML document, or nil where the text holds none.
  ///
  /// Anchors, aliases and tags are refused: a few lines of them can stand for more nodes than fit
  /// into memory, and no project needs them.
  static func reading(_ text: String, file: String) throws(ProjectFileError) -> SourceNode? {
    func failure(_ position: SourcePosition, _ message: String) -> ProjectFileError {
      ProjectFileError([Diagnostic(file: file, position: position, message: message)])
    }
    let start = SourcePosition(line: 1, column: 1)
    guard text.utf8.count <= largestByteCount else {
      throw failure(start, "the file is larger than \(largestByteCount) bytes; split its lists off")
    }
    // Before composing: hashing a key that is an alias of aliases would already take for ever.
    if let anchor = AnchorScanner.firstAnchor(in: text) {
      throw failure(
        anchor, "anchors and aliases are not read; write the part out, or quote the text")
    }
    let root: Node?
    let parser: Parser
    do {
      parser = try Parser(yaml: text)
      root = try parser.singleRoot()
    } catch {
      let (position, message) = describe(error)
      throw failure(position, message)
    }
    guard let root else { return nil }
    var converter = SourceNodeConverter()
    defer { withExtendedLifetime(parser) {} }  // anchors are weak: the parser holds them
    guard let node = converter.convert(root, depth: 0) else {
      throw ProjectFileError(
        converter.problems.map {
          Diagnostic(file: file, position: $0.position, message: $0.message)
        })
    }
    return node
  }

  private static func describe(_ error: any Error) -> (SourcePosition, String) {
    let start = SourcePosition(line: 1, column: 1)
    guard let error = error as? YamlError else { return (start, "not readable as YAML: \(error)") }
    switch error {
    case .scanner(let context, let problem, let mark, _),
      .parser(let context, let problem, let mark, _),
      .composer(let context, let problem, let mark, _):
      if problem.hasPrefix("Maximum nesting level") {
        let position = SourcePosition(line: mark.line, column: mark.column)
        return (position, "nested deeper than \(largestDepth) levels")
      }
      let where_ = context.map { " (\($0.text) at line \($0.mark.line))" } ?? ""
      return (
        SourcePosition(line: mark.line, column: mark.column), "not YAML: \(problem)\(where_)"
      )
    case .duplicatedKeysInMapping(let duplicates, let context):
      let names = duplicates.map { "\"\($0)\"" }.joined(separator: ", ")
      return (
        SourcePosition(line: context.mark.line, column: context.mark.column),
        "key \(names) stands twice in one mapping; keep one of them"
      )
    case .reader(let problem, let offset, _, let yaml):
      let before = yaml.prefix(offset ?? 0)
      let lines = before.split(separator: "\n", omittingEmptySubsequences: false)
      return (
        SourcePosition(
          line: max(1, lines.count), column: (lines.last?.unicodeScalars.count ?? 0) + 1),
        "not YAML: \(problem)"
      )
    default:
      return (start, "not readable as YAML: \(error)")
    }
  }
}

/// Turns Yams' nodes into ours, within a budget.
private struct SourceNodeConverter {
  private(set) var problems: [(position: SourcePosition, message: String)] = []
  private var nodeCount = 0

  private static let readableTags: Set<String> = Set(
    ["str", "int", "float", "bool", "null", "map", "seq", "timestamp", "merge", "value"].map {
      "tag:yaml.org,2002:" + $0
    })

  mutating func convert(_ node: Node, depth: Int) -> SourceNode? {
    let position = SourcePosition(line: node.mark?.line ?? 1, column: node.mark?.column ?? 1)
    nodeCount += 1
    guard nodeCount <= SourceNode.largestNodeCount else {
      return refuse(position, "the file has more than \(SourceNode.largestNodeCount) nodes")
    }
    guard depth <= SourceNode.largestDepth else {
      return refuse(position, "nested deeper than \(SourceNode.largestDepth) levels")
    }
    guard node.anchor == nil else {
      return refuse(position, "anchors and aliases are not read; write the part out")
    }
    guard Self.readableTags.contains(node.tag.description) else {
      return refuse(position, "tag \"\(node.tag.description)\" is not read; leave it out")
    }
    switch node {
    case .scalar(let scalar):
      let isPlain = scalar.style == .plain || scalar.style == .any
      return SourceNode(position: position, content: .scalar(scalar.string, isPlain: isPlain))
    case .sequence(let sequence):
      var items: [SourceNode] = []
      for item in sequence {
        guard let converted = convert(item, depth: depth + 1) else { return nil }
        items.append(converted)
      }
      return SourceNode(position: position, content: .sequence(items))
    case .mapping(let mapping):
      var entries: [SourceNode.Entry] = []
      var names: Set<String> = []
      for (key, value) in mapping {
        guard let convertedKey = convert(key, depth: depth + 1) else { return nil }
        guard case .scalar(let name, _) = convertedKey.content else {
          return refuse(convertedKey.position, "a key must be a plain word")
        }
        guard names.insert(name).inserted else {
          return refuse(
            convertedKey.position, "key \"\(name)\" stands twice in one mapping; keep one of them")
        }
        guard let convertedValue = convert(value, depth: depth + 1) else { return nil }
        entries.append(
          SourceNode.Entry(
            key: name, keyPosition: convertedKey.position, value: convertedValue))
      }
      return SourceNode(position: position, content: .mapping(entries))
    case .alias:
      return refuse(position, "anchors and aliases are not read; write the part out")
    }
  }

  private mutating func refuse(_ position: SourcePosition, _ message: String) -> SourceNode? {
    problems.append((position, message))
    return nil
  }
}
