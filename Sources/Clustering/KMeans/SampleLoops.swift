// The loops over a block of rows in which seeding spends its time. They stand alone, with nothing
// but pointers, sums in a fixed order and choices without branches, so that the compiler makes
// vectors of rows: no bit depends on their width.

/// Squared distances of `count` rows, column after column with a stride, to one point.
func squaredDistances(
  _ values: UnsafePointer<Double>, stride: Int, _ count: Int, _ point: UnsafePointer<Double>,
  _ columnCount: Int, into distances: UnsafeMutablePointer<Double>
) {
  var column = columnCount & 1
  if column == 0 {
    let (p, q, y) = (point[0], point[1], values + stride)
    var row = 0
    while row < count {
      let (a, b) = (values[row] - p, y[row] - q)
      distances[row] = a * a + b * b
      row &+= 1
    }
    column = 2
  } else {
    let p = point[0]
    var row = 0
    while row < count {
      let a = values[row] - p
      distances[row] = a * a
      row &+= 1
    }
  }
  while column < columnCount {
    add(
      values + column &* stride, values + (column &+ 1) &* stride, count, point[column],
      point[column &+ 1], to: distances)
    column &+= 2
  }
}

/// Adds the squared differences of two columns.
private func add(
  _ x: UnsafePointer<Double>, _ y: UnsafePointer<Double>, _ count: Int, _ p: Double, _ q: Double,
  to distances: UnsafeMutablePointer<Double>
) {
  var row = 0
  while row < count {
    let (a, b) = (x[row] - p, y[row] - q)
    distances[row] = (distances[row] + a * a) + b * b
    row &+= 1
  }
}

/// Puts one more centroid's distances in their place among the nearest two; ties stay.
func mergeIntoNearestTwo(
  _ distances: UnsafePointer<Double>, _ count: Int, _ cluster: Double,
  _ nearest: UnsafeMutablePointer<Double>, _ second: UnsafeMutablePointer<Double>,
  _ labels: UnsafeMutablePointer<Double>
) {
  var row = 0
  while row < count {
    let distance = distances[row]
    let best = nearest[row]
    let next = second[row]
    let label = labels[row]
    let runnerUp = distance < best ? best : distance
    second[row] = runnerUp < next ? runnerUp : next
    nearest[row] = distance < best ? distance : best
    labels[row] = distance < best ? cluster : label
    row &+= 1
  }
}
