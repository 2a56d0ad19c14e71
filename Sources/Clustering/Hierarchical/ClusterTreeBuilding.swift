internal import LinearAlgebra

extension ClusterTree {
  /// Builds the tree over clusters by name with their centroids (d each) and sizes, in the same order.
  func build(
    _ clusters: [Int32], _ rows: [Double], _ rowSizes: [Double], variances rowVariances: [Double]?
  ) {
    let (d, count) = (columnCount, clusters.count)
    let leafCount = (count + 15) / 16
    builtCount = count
    names = SharedBuffer(count: leafCount * 16, of: -1)
    sizes = SharedBuffer(count: leafCount * 16, of: 1)
    centroids = SharedBuffer(count: leafCount * 16 * d, of: 0)
    points = SharedBuffer(count: leafCount * 16 * d, of: .infinity)
    allowances = SharedBuffer(count: leafCount * 16, of: 0)
    if members != nil { variances = SharedBuffer(count: leafCount * 16, of: 0) }
    let order = SharedBuffer<Int32>(count: count, of: 0)
    let keys = SharedBuffer<Double>(count: count, of: 0)
    for place in 0..<count { order[place] = Int32(place) }
    rows.withUnsafeBufferPointer { rows in
      nonisolated(unsafe) let rows = rows
      var parts = [0..<leafCount]
      // Until there are parts for all threads to go on with alone, all are cut side by side.
      while parts.count < 64, parts.contains(where: { $0.count > 16 }) {
        let wholes = parts
        let middles = SharedBuffer(count: wholes.count, of: 0)
        forEachBlock(count: wholes.count, threadCount: threadCount) { index in
          guard wholes[index].count > 16 else { return }
          middles[index] = self.split(wholes[index], rows, order, keys)
        }
        parts = wholes.indices.flatMap { index in
          let (whole, middle) = (wholes[index], middles[index])
          guard whole.count > 16 else { return [whole] }
          return [whole.lowerBound..<middle, middle..<whole.upperBound]
        }
      }
      let finalParts = parts
      forEachBlock(count: parts.count, threadCount: threadCount) { index in
        var stack = [finalParts[index]]
        while let part = stack.popLast() {
          guard part.count > 1 else {
            self.fill(part.lowerBound, clusters, rows, rowSizes, rowVariances, order)
            continue
          }
          let middle = self.split(part, rows, order, keys)
          stack.append(part.lowerBound..<middle)
          stack.append(middle..<part.upperBound)
        }
      }
    }
    buildLevels(leafCount)
  }

  /// Parts the clusters of some leaves in two by the widest column, where a node ends near the middle.
  private func split(
    _ leaves: Range<Int>, _ rows: UnsafeBufferPointer<Double>, _ order: SharedBuffer<Int32>,
    _ keys: SharedBuffer<Double>
  ) -> Int {
    let d = columnCount
    var unit = 1
    while unit * 16 < leaves.count { unit *= 16 }
    let middle = leaves.lowerBound + max(1, (leaves.count + unit - 1) / unit / 2) * unit
    let range = leaves.lowerBound * 16..<min(builtCount, leaves.upperBound * 16)
    var (widest, width) = (0, -1.0)
    withUnsafeTemporaryAllocation(of: Double.self, capacity: 2 * d) { bounds in
      for column in 0..<d { (bounds[column], bounds[d + column]) = (.infinity, -.infinity) }
      for place in range {
        let row = Int(order[place]) * d
        for column in 0..<d {
          let value = rows[row + column]
          if value < bounds[column] { bounds[column] = value }
          if value > bounds[d + column] { bounds[d + column] = value }
        }
      }
      for column in 0..<d where bounds[d + column] - bounds[column] > width {
        (widest, width) = (column, bounds[d + column] - bounds[column])
      }
    }
    for place in range { keys[place] = rows[Int(order[place]) * d + widest] }
    select(middle * 16, range, order, keys)
    return middle
  }

  /// Puts the least keys before `middle`, ties by place (Hoare 1961, doi 10.1145/366622.366647).
  private func select(
    _ middle: Int, _ range: Range<Int>, _ order: SharedBuffer<Int32>, _ keys: SharedBuffer<Double>
  ) {
    var (first, last) = (range.lowerBound, range.upperBound - 1)
    while first < last {
      let pivot = first + (last - first) / 2
      let (key, name) = (keys[pivot], order[pivot])
      var (left, right) = (first, last)
      while left <= right {
        while keys[left] < key || (keys[left] == key && order[left] < name) { left &+= 1 }
        while key < keys[right] || (key == keys[right] && name < order[right]) { right &-= 1 }
        guard left <= right else { break }
        (keys[left], keys[right]) = (keys[right], keys[left])
        (order[left], order[right]) = (order[right], order[left])
        left &+= 1
        right &-= 1
      }
      if middle <= right {
        last = right
      } else if middle >= left {
        first = left
      } else {
        return
      }
    }
  }

  /// Puts clusters into the slots of a leaf.
  private func fill(
    _ leaf: Int, _ clusters: [Int32], _ rows: UnsafeBufferPointer<Double>, _ rowSizes: [Double],
    _ rowVariances: [Double]?, _ order: SharedBuffer<Int32>
  ) {
    let d = columnCount
    for slot in leaf * 16..<min(builtCount, leaf * 16 + 16) {
      let row = Int(order[slot])
      names[slot] = clusters[row]
      slots[Int(clusters[row])] = Int32(slot)
      sizes[slot] = rowSizes[row]
      if let rowVariances { variances[slot] = rowVariances[row] }
      allowances[slot] = allowance(size: rowSizes[row], variance: rowVariances?[row] ?? 0)
      for column in 0..<d {
        let value = rows[row * d + column]
        centroids[slot * d + column] = value
        points[(leaf * d + column) * 16 + slot % 16] = Float((value - center[column]) * scale)
      }
    }
  }

  /// Makes the boxes of all levels from the points.
  private func buildLevels(_ leafCount: Int) {
    let d = columnCount
    levels = []
    var childCount = leafCount
    repeat {
      let parentCount = (childCount + 15) / 16
      let below = levels.last
      let boxes = SharedBuffer<Float>(count: parentCount * d * 32, of: 0)
      let largest = SharedBuffer<Float>(count: parentCount * 16, of: 0)
      for child in 0..<parentCount * 16 {
        for column in 0..<d {
          let at = (child / 16 * d + column) * 32 + child % 16
          var (low, high) = (Float.infinity, -Float.infinity)
          if child < childCount {
            let size = below == nil ? min(16, builtCount - child * 16) : 16
            for lane in 0..<size {
              if let below {
                let box = (child * d + column) * 32 + lane
                low = min(low, below.boxes[box])
                high = max(high, below.boxes[box + 16])
              } else {
                let point = points[(child * d + column) * 16 + lane]
                low = min(low, point)
                high = max(high, point)
              }
            }
          }
          boxes[at] = low
          boxes[at + 16] = high
        }
        if child < childCount {
          let source = below?.allowances ?? allowances
          let laneCount = below == nil ? min(16, builtCount - child * 16) : 16
          largest[child] = (0..<laneCount).reduce(-.infinity) { max($0, source[child * 16 + $1]) }
        }
      }
      levels.append(Level(childCount: childCount, boxes: boxes, allowances: largest))
      childCount = parentCount
    } while childCount > 1
  }
}
