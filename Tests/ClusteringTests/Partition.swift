/// Labels by the order in which clusters first appear: equal for equal partitions.
func partition<Label: Hashable>(_ labels: [Label]) -> [Int] {
  var names: [Label: Int] = [:]
  return labels.map { label in
    if let name = names[label] { return name }
    let name = names.count
    names[label] = name
    return name
  }
}

/// |found - expected| over the larger size of the two; 0 where they are equal.
func relativeError(_ found: Double, _ expected: Double) -> Double {
  found == expected ? 0 : abs(found - expected) / max(abs(found), abs(expected))
}
