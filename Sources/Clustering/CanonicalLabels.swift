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
    let (sizes, firstRows) = Self.counts(
      labels, clusterCount: clusterCount, threadCount: threadCount)
    let order = (0..<clusterCount).sorted { left, right in
      (-sizes[left], firstRows[left], left) < (-sizes[right], firstRows[right], right)
    }
    var newLabels = [Int](repeating: 0, count: clusterCount)
    for (new, old) in order.enumerated() { newLabels[old] = new }
    let names = newLabels
    self.labels = [Int](unsafeUninitializedCapacity: labels.count) { target, count in
      adviseLargePages(target)
      nonisolated(unsafe) let (source, target) = (labels, target)
      let partCount = 64
      forEachBlock(count: partCount, threadCount: threadCount) { part in
        names.withUnsafeBufferPointer { names in
          for row in Self.rows(of: part, of: partCount, outOf: source.count) {
            target.initializeElement(at: row, to: names[Int(source[row])])
          }
        }
      }
      count = labels.count
    }
    self.previousLabels = order
    self.sizes = order.map { sizes[$0] }
  }

  private static func rows(of part: Int, of partCount: Int, outOf count: Int) -> Range<Int> {
    part * count / partCount..<(part + 1) * count / partCount
  }

  /// The size and the first row of each cluster; the number of rows where it has none.
  private static func counts<Label: FixedWidthInteger & Sendable>(
    _ labels: UnsafeBufferPointer<Label>, clusterCount k: Int, threadCount: Int
  ) -> (sizes: [Int], firstRows: [Int]) {
    // Few rows a cluster are counted sooner than the counts of many parts are added.
    let partCount = labels.count / 64 >= k ? 64 : 1
    var sizes = [Int](repeating: 0, count: partCount * k)
    var firstRows = [Int](repeating: labels.count, count: partCount * k)
    sizes.withUnsafeMutableBufferPointer { sizes in
      firstRows.withUnsafeMutableBufferPointer { firstRows in
        nonisolated(unsafe) let (labels, sizes, firstRows) = (labels, sizes, firstRows)
        forEachBlock(count: partCount, threadCount: threadCount) { part in
          let first = part * k
          for row in rows(of: part, of: partCount, outOf: labels.count) {
            let label = first &+ Int(labels[row])
            if sizes[label] == 0 { firstRows[label] = row }
            sizes[label] &+= 1
          }
        }
      }
    }
    return (0..<k).reduce(into: ([], [])) { totals, cluster in
      let places = stride(from: cluster, to: partCount * k, by: k)
      totals.sizes.append(places.reduce(0) { $0 + sizes[$1] })
      totals.firstRows.append(places.reduce(labels.count) { min($0, firstRows[$1]) })
    }
  }
}
