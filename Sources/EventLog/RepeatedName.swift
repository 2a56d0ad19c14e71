extension Array where Element: Hashable {
  /// The positions of the first element that was there before, and of where it was; nil where all differ.
  ///
  /// - Complexity: O(count).
  package var firstRepeated: (first: Int, second: Int)? {
    var positions: [Element: Int] = [:]
    for (position, element) in enumerated() {
      if let first = positions.updateValue(position, forKey: element) { return (first, position) }
    }
    return nil
  }
}

/// What is wrong with a list that has a thing under two names, or twice under one.
package func repetition(of what: String, _ first: String, _ second: String) -> String {
  first == second
    ? "\(what) \"\(first)\" is named twice; leave one of them"
    : "\(what)s \"\(first)\" and \"\(second)\" are the same; leave one of them"
}
