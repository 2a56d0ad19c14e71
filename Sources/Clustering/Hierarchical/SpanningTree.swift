internal import LinearAlgebra

/// Rows that a spanning tree has not reached yet, by place.
protocol OutsideRows {
  /// Writes the distances from a row to those outside, whose names are given by place.
  func distances(
    from row: Int, to names: [Int], into distances: UnsafeMutablePointer<Double>)
  /// Overwrites what is at a place by what is at the last one, which goes.
  mutating func replace(_ place: Int, withLast last: Int)
}

/// The edges of a minimum spanning tree, which are the merges of single linkage, by height.
///
/// Prim's algorithm (1957, doi 10.1002/j.1538-7305.1957.tb01515.x); distances are asked for as needed.
/// Edges are ordered by distance, then by the smaller and the larger row, which makes the tree one of
/// a kind.
///
/// - Complexity: O(n²) distances, O(n) memory.
func spanningTree(_ rows: some OutsideRows, rowCount n: Int) -> [RowMerge] {
  var outside = rows
  var names = Array(0..<n)
  var nearestInside = [Int](repeating: 0, count: n)
  var least = [Double](repeating: .infinity, count: n)
  var distances = [Double](repeating: 0, count: n)
  var edges: [RowMerge] = []
  edges.reserveCapacity(max(0, n - 1))
  var (current, place) = (0, 0)
  while names.count > 1 {
    let last = names.count - 1
    outside.replace(place, withLast: last)
    (names[place], least[place], nearestInside[place]) =
      (names[last], least[last], nearestInside[last])
    names.removeLast()
    distances.withUnsafeMutableBufferPointer { distances in
      guard let base = distances.baseAddress else { return }
      outside.distances(from: current, to: names, into: base)
      least.withUnsafeMutableBufferPointer { least in
        nearestInside.withUnsafeMutableBufferPointer { nearestInside in
          var place = 0
          while place < last {
            let distance = distances[place]
            if distance <= least[place],
              distance < least[place] || current < nearestInside[place]
            {
              least[place] = distance
              nearestInside[place] = current
            }
            place &+= 1
          }
        }
      }
    }
    place = leastPlace(least, names, nearestInside)
    let (row, other) = (names[place], nearestInside[place])
    edges.append(RowMerge(left: min(row, other), right: max(row, other), height: least[place]))
    current = row
  }
  return edges.sorted { ($0.height, $0.left, $0.right) < ($1.height, $1.left, $1.right) }
}

/// The place of the least edge from inside to outside.
private func leastPlace(_ least: [Double], _ names: [Int], _ nearestInside: [Int]) -> Int {
  var best = 0
  for place in names.indices where least[place] <= least[best] {
    guard least[place] == least[best] else {
      best = place
      continue
    }
    let (row, other) = (names[place], nearestInside[place])
    let (bestRow, bestOther) = (names[best], nearestInside[best])
    if (min(row, other), max(row, other)) < (min(bestRow, bestOther), max(bestRow, bestOther)) {
      best = place
    }
  }
  return best
}

/// Rows under a metric, kept without gaps.
struct OutsideMetricRows: OutsideRows {
  private let all: MetricRows
  private var outside: MetricRows

  init(_ rows: MetricRows) {
    all = rows
    outside = rows
  }

  func distances(
    from row: Int, to names: [Int], into distances: UnsafeMutablePointer<Double>
  ) {
    all.row(row).withUnsafeBufferPointer { point in
      guard let point = point.baseAddress else { return }
      outside.distances(from: point, to: 0..<names.count, into: distances)
    }
  }

  mutating func replace(_ place: Int, withLast last: Int) {
    outside.replace(place, withLastOf: last + 1)
  }
}

extension CondensedDistances: OutsideRows {
  func distances(
    from row: Int, to names: [Int], into distances: UnsafeMutablePointer<Double>
  ) {
    let ownStart = Self.start(row, rowCount: rowCount)
    for (place, name) in names.enumerated() {
      let start = name < row ? Self.start(name, rowCount: rowCount) + row : ownStart + name
      distances[place] = values[start]
    }
  }

  mutating func replace(_ place: Int, withLast last: Int) {}
}
