/// The candidate nearest to a mistyped name, or nil where none is near.
///
/// Near is an edit distance (Levenshtein 1966; insertion, deletion and substitution cost 1, case
/// counts for nothing) of at most a third of the longer name, and of 2 at least where that is
/// shorter than both names. Ties go to the earlier candidate.
///
/// - Complexity: O(sum of the products of the lengths).
public func nearestName(to name: String, among candidates: some Sequence<String>) -> String? {
  let typed = Array(name.lowercased().unicodeScalars)
  var best: (name: String, distance: Int)?
  for candidate in candidates {
    let other = Array(candidate.lowercased().unicodeScalars)
    let longer = max(typed.count, other.count)
    let limit = max(min(2, longer - 1), longer / 3)
    let distance = editDistance(typed, other)
    if distance <= limit, distance < best?.distance ?? Int.max { best = (candidate, distance) }
  }
  return best?.name
}

/// `; did you mean "…"?` for a mistyped name, or nothing where no candidate is near.
public func suggestion(for name: String, among candidates: some Sequence<String>) -> String {
  nearestName(to: name, among: candidates).map { "; did you mean \"\($0)\"?" } ?? ""
}

private func editDistance(_ left: [Unicode.Scalar], _ right: [Unicode.Scalar]) -> Int {
  var previous = Array(0...right.count)
  for (row, scalar) in left.enumerated() {
    var current = [row + 1]
    for (column, other) in right.enumerated() {
      let substitution = previous[column] + (scalar == other ? 0 : 1)
      current.append(min(substitution, previous[column + 1] + 1, current[column] + 1))
    }
    previous = current
  }
  return previous[right.count]
}
