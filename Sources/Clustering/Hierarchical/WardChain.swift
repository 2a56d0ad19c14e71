internal import LinearAlgebra

/// Ward's merges in chain order, from centroids and sizes alone.
///
/// The rise of the sum of squares when clusters of n and m rows merge is n m/(n + m) · the squared
/// distance of their centroids; the height is the square root of twice that. Live clusters are kept
/// without gaps, so that one search is one pass over their columns.
///
/// - Complexity: O(n² d) time, O(n d) memory.
func wardMerges(_ rows: MetricRows) -> [RowMerge] {
  let (n, d) = (rows.rowCount, rows.columnCount)
  var centroids = rows
  var live = LiveClusters(count: n)
  var sizes = [Double](repeating: 1, count: n)
  var heights = [Double](repeating: 0, count: n)
  var chain = NearestNeighborChain(rowCount: n)
  var merges: [RowMerge] = []
  merges.reserveCapacity(max(0, n - 1))
  var rises = [Double](repeating: 0, count: n)
  while live.count > 1 {
    if chain.clusters.isEmpty { chain.append(live.names[0]) }
    let last = chain.clusters[chain.clusters.count - 1]
    let lastPlace = live.places[last]
    let point = centroids.row(lastPlace)
    wardRises(centroids, sizes, point, sizes[lastPlace], live.count, &rises)
    rises[lastPlace] = .infinity
    let previous = chain.previous
    let nearest = live.nearest(
      rises, preferring: previous < 0 ? nil : live.places[previous])
    guard let (kept, dropped) = chain.follow(to: live.names[nearest]) else { continue }
    let (keptPlace, droppedPlace) = (live.places[kept], live.places[dropped])
    let rise = rises[keptPlace == lastPlace ? droppedPlace : keptPlace]
    let height = max((2 * rise).squareRoot(), heights[kept], heights[dropped])
    merges.append(RowMerge(left: kept, right: dropped, height: height))
    heights[kept] = height
    // Moving towards the other centroid by its share leaves equal rows exactly where they are.
    let (left, right) = (centroids.row(keptPlace), centroids.row(droppedPlace))
    let share = sizes[droppedPlace] / (sizes[keptPlace] + sizes[droppedPlace])
    centroids.set(keptPlace, to: (0..<d).map { left[$0] + (right[$0] - left[$0]) * share })
    sizes[keptPlace] += sizes[droppedPlace]
    centroids.replace(droppedPlace, withLastOf: live.count)
    sizes[droppedPlace] = sizes[live.count - 1]
    live.remove(dropped)
  }
  return merges
}

/// The rises of the sum of squares for merging one cluster with each of the first `count`.
private func wardRises(
  _ centroids: MetricRows, _ sizes: [Double], _ point: [Double], _ size: Double, _ count: Int,
  _ rises: inout [Double]
) {
  rises.withUnsafeMutableBufferPointer { rises in
    point.withUnsafeBufferPointer { point in
      sizes.withUnsafeBufferPointer { sizes in
        centroids.columns.withUnsafeBufferPointer { columns in
          guard let rises = rises.baseAddress, let point = point.baseAddress,
            let sizes = sizes.baseAddress, let columns = columns.baseAddress
          else { return }
          sumSquaredDifferences(
            columns, centroids.rowCount, point, centroids.columnCount, count, rises)
          var index = 0
          while index < count {
            rises[index] *= size * sizes[index] / (size + sizes[index])
            index &+= 1
          }
        }
      }
    }
  }
}

/// The clusters not yet merged away, without gaps; a cluster's name is its smallest row.
struct LiveClusters {
  private(set) var names: [Int]
  private(set) var places: [Int]

  init(count: Int) {
    names = Array(0..<count)
    places = names
  }

  var count: Int { names.count }

  /// Removes a cluster; the last one takes its place.
  mutating func remove(_ name: Int) {
    let last = names.removeLast()
    guard last != name else { return }
    names[places[name]] = last
    places[last] = places[name]
  }

  /// The place of the least distance; ties go to the one preferred, then to the smallest name.
  func nearest(_ distances: [Double], preferring preferred: Int?) -> Int {
    distances.withUnsafeBufferPointer { distances in
      var (best, least) = (-1, Double.infinity)
      var place = 0
      while place < names.count {
        let distance = distances[place]
        if distance <= least {
          if distance < least || best < 0 || names[place] < names[best] {
            (best, least) = (place, distance)
          }
        }
        place &+= 1
      }
      if let preferred, distances[preferred] == least { return preferred }
      return best
    }
  }
}
