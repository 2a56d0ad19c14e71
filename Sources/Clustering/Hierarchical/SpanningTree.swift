internal import LinearAlgebra

/// The edges of a minimum spanning tree of rows, which are the merges of single linkage.
///
/// Prim's algorithm over rows not yet reached, kept without gaps; distances are computed as needed.
///
/// - Complexity: O(n² d) time, O(n d) memory.
func spanningTree(_ rows: MetricRows) -> [RowMerge] {
  let n = rows.rowCount
  var outside = rows
  var live = LiveClusters(count: n)
  var nearestInside = [Int](repeating: 0, count: n)
  var least = [Double](repeating: .infinity, count: n)
  var distances = [Double](repeating: 0, count: n)
  var edges: [RowMerge] = []
  edges.reserveCapacity(max(0, n - 1))
  var current = 0
  while live.count > 1 {
    let place = live.places[current]
    let point = outside.row(place)
    let last = live.count - 1
    outside.replace(place, withLastOf: live.count)
    (least[place], nearestInside[place]) = (least[last], nearestInside[last])
    live.remove(current)
    point.withUnsafeBufferPointer { point in
      distances.withUnsafeMutableBufferPointer { distances in
        guard let point = point.baseAddress, let base = distances.baseAddress else { return }
        outside.distances(from: point, to: 0..<last, into: base)
        least.withUnsafeMutableBufferPointer { least in
          nearestInside.withUnsafeMutableBufferPointer { nearestInside in
            var place = 0
            while place < last {
              if distances[place] < least[place] {
                least[place] = distances[place]
                nearestInside[place] = current
              }
              place &+= 1
            }
          }
        }
      }
    }
    let next = live.nearest(least, preferring: nil)
    current = live.names[next]
    edges.append(
      RowMerge(
        left: min(current, nearestInside[next]), right: max(current, nearestInside[next]),
        height: least[next]))
  }
  return edges
}
