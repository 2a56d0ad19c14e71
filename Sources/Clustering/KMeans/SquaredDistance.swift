/// The squared Euclidean distance by direct differences, summed in the order of the columns.
func squaredDistance(
  _ left: UnsafePointer<Double>, _ right: UnsafePointer<Double>, _ count: Int
) -> Double {
  var sum = 0.0
  var index = 0
  while index < count {
    let difference = left[index] - right[index]
    sum += difference * difference
    index &+= 1
  }
  return sum
}
