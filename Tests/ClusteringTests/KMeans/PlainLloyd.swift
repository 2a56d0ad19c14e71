import LinearAlgebra

/// Lloyd's algorithm as the books have it, to compare with: direct differences, one row after
/// another, on data and weights as they are, until no label changes.
struct PlainLloyd {
  private(set) var labels: [Int]
  private(set) var centroids: [[Double]]
  private(set) var inertia = 0.0
  private(set) var iterationCount = 0
  /// True where a cluster lost all its rows on the way; there is then no plain answer.
  private(set) var hasEmptied = false

  init(_ rows: [[Double]], from start: [[Double]], weights: [Double]? = nil) {
    centroids = start
    labels = []
    while true {
      iterationCount += 1
      let new = rows.map { Self.nearest($0, centroids).label }
      if new == labels { break }
      labels = new
      for cluster in centroids.indices {
        let members = rows.indices.filter { labels[$0] == cluster }
        let total = members.reduce(0.0) { $0 + (weights?[$1] ?? 1) }
        guard total > 0 else {
          hasEmptied = true
          return
        }
        for column in start[0].indices {
          let sum = members.reduce(0.0) { $0 + (weights?[$1] ?? 1) * rows[$1][column] }
          centroids[cluster][column] = sum / total
        }
      }
    }
    inertia = rows.indices.reduce(0.0) {
      $0 + (weights?[$1] ?? 1) * Self.nearest(rows[$1], centroids).squaredDistance
    }
  }

  static func nearest(
    _ row: [Double], _ centroids: [[Double]]
  ) -> (label: Int, squaredDistance: Double) {
    var (label, least) = (0, Double.infinity)
    for (cluster, centroid) in centroids.enumerated() {
      var sum = 0.0
      for (left, right) in zip(row, centroid) { sum += (left - right) * (left - right) }
      if sum < least { (label, least) = (cluster, sum) }
    }
    return (label, least)
  }
}
