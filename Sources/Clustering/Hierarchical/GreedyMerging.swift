/// The merges of centroid or median linkage, in merge order, from the matrix of distances.
///
/// Every cluster remembers a lower bound of the distance to its nearest later one; the least bound
/// is either right, and its pair merges, or is searched again (Müllner 2011, section 3.1).
/// Distances are kept squared, in which form both linkages are linear in those of the parts.
///
/// - Complexity: O(n³) at worst, near n² in practice.
func greedyMerges(_ distances: consuming CondensedDistances, _ linkage: Linkage) -> [RowMerge] {
  let n = distances.rowCount
  guard n > 1 else { return [] }
  var live = Array(0..<n)
  var sizes = [Double](repeating: 1, count: n)
  var nearest = [Int](repeating: 0, count: n)
  var bounds = [Double](repeating: .infinity, count: n)
  var merges: [RowMerge] = []
  merges.reserveCapacity(n - 1)
  distances.values.withUnsafeMutableBufferPointer { buffer in
    guard let squares = buffer.baseAddress else { return }
    for index in buffer.indices { squares[index] *= squares[index] }
    func index(_ i: Int, _ j: Int) -> Int {
      i < j
        ? CondensedDistances.start(i, rowCount: n) &+ j
        : CondensedDistances.start(j, rowCount: n) &+ i
    }
    func search(_ cluster: Int) {
      bounds[cluster] = .infinity
      let start = CondensedDistances.start(cluster, rowCount: n)
      for other in live where other > cluster && squares[start &+ other] < bounds[cluster] {
        bounds[cluster] = squares[start &+ other]
        nearest[cluster] = other
      }
    }
    for cluster in live { search(cluster) }
    while live.count > 1 {
      var first = live[0]
      while true {
        for cluster in live where bounds[cluster] < bounds[first] { first = cluster }
        let start = CondensedDistances.start(first, rowCount: n)
        if squares[start &+ nearest[first]] == bounds[first] { break }
        search(first)
        first = live[0]
      }
      // The merged cluster takes the later place, so bounds of earlier ones stay lower bounds.
      let second = nearest[first]
      let gap = bounds[first]
      merges.append(RowMerge(left: first, right: second, height: gap.squareRoot()))
      live.removeAll { $0 == first }
      bounds[first] = .infinity
      let total = sizes[first] + sizes[second]
      let (left, right) =
        linkage == .median ? (0.5, 0.5) : (sizes[first] / total, sizes[second] / total)
      for other in live where other != second {
        let place = index(other, second)
        let squared = left * squares[index(other, first)] + right * squares[place]
        squares[place] = max(0, squared - left * right * gap)
        guard other < second else { continue }
        if nearest[other] == first { nearest[other] = second }
        if squares[place] < bounds[other] {
          bounds[other] = squares[place]
          nearest[other] = second
        }
      }
      sizes[second] = total
      search(second)
    }
  }
  return merges
}
