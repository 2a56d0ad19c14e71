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
