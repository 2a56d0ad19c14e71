extension Dendrogram {
  /// The tree in Newick's form, as programs for trees read it: `((0:1,1:1):2,2:3);`.
  ///
  /// A branch is as long as the node is below the one it went into, so that leaves hang at the same
  /// depth; where heights fall (centroid, median) lengths are negative.
  ///
  /// - Parameter names: The leaves' names, n of them; by default the numbers of the rows. What Newick
  ///   has a meaning for is put in single quotes.
  /// - Returns: One line without an end.
  /// - Throws: `ClusteringError.leafCount` where there is not one name for every leaf.
  /// - Complexity: O(n).
  public func newick(names: [String]? = nil) throws(ClusteringError) -> String {
    if let names, names.count != leafCount {
      throw .leafCount(expected: leafCount, found: names.count)
    }
    func height(_ node: Int) -> Double { node < leafCount ? 0 : merges[node - leafCount].height }
    var text = ""
    // A node to write, or text that follows one.
    enum Step {
      case node(Int, above: Double?)
      case text(String)
    }
    var steps: [Step] = [.text(";"), .node(leafCount + merges.count - 1, above: nil)]
    while let step = steps.popLast() {
      switch step {
      case .text(let part): text += part
      case .node(let node, let above):
        let length = above.map { ":\($0 - height(node))" } ?? ""
        guard node >= leafCount else {
          text += (names.map { Self.quoted($0[node]) } ?? String(node)) + length
          continue
        }
        let merge = merges[node - leafCount]
        text += "("
        steps.append(.text(")" + length))
        steps.append(.node(merge.b, above: merge.height))
        steps.append(.text(","))
        steps.append(.node(merge.a, above: merge.height))
      }
    }
    return text
  }

  private static func quoted(_ name: String) -> String {
    let isPlain =
      !name.isEmpty
      && name.allSatisfy { !$0.isWhitespace && !"()[]{}:;,'_\"".contains($0) }
    return isPlain ? name : "'" + name.replacing("'", with: "''") + "'"
  }
}
