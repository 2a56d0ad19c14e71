internal import LinearAlgebra

/// Labels in the order that all of Coterie uses: 0 is the largest cluster.
public struct CanonicalLabels: Sendable, Hashable {
  /// The labels, n of them in 0..<k, by falling cluster size, ties by smallest row.
  public let labels: [Int]
  /// The label that each new label had before, k of them.
  public let previousLabels: [Int]
  /// The sizes in the new order, k of them, none rising.
  public let sizes: [Int]

  /// Renames labels by falling cluster size, ties by the smallest row.
  ///
  /// Labels that no row has come last, by their number.
  ///
  /// - Precondition: all labels are in 0..<clusterCount.
  /// - Complexity: O(n + k log k).
  public init(canonicalizing labels: [Int], clusterCount: Int) {
    self = labels.withUnsafeBufferPointer { labels in
      CanonicalLabels(labels, clusterCount: clusterCount, threadCount: 1)
    }
  }

  init<Label: FixedWidthInteger & Sendable>(
    _ labels: UnsafeBufferPointer<Label>, clusterCount: Int, threadCount: Int
  ) {
    var sizes = [Int](repeating: 0, count: clusterCount)
    var firstRows = [Int](repeating: labels.count, count: clusterCount)
    for (row, label) in labels.enumerated() {
      let label = Int(label)
      if sizes[label] == 0 { firstRows[label] = row }
      sizes[label] += 1
    }
    let order = (0..<clusterCount).sorted { left, right in
      (-sizes[left], firstRows[left], left) < (-sizes[right], firstRows[right], right)
    }
    var newLabels = [Int](repeating: 0, count: clusterCount)
    for (new, old) in order.enumerated() { newLabels[old] = new }
    let names = newLabels
    self.labels = [Int](unsafeUninitializedCapacity: labels.count) { target, count in
      nonisolated(unsafe) let (source, target) = (labels, target)
      let parts = 64
      forEachBlock(count: parts, threadCount: threadCount) { part in
        names.withUnsafeBufferPointer { names in
          for row in part * source.count / parts..<(part + 1) * source.count / parts {
            target.initializeElement(at: row, to: names[Int(source[row])])
          }
        }
      }
      count = labels.count
    }
    self.previousLabels = order
    self.sizes = order.map { sizes[$0] }
  }
}
