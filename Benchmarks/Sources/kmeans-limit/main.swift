// What the machine can do at best with a matrix: the time of reading it once, and of the
// multiply-adds of one pass that compares all rows with all centroids, on all processors; and the
// time of one such pass of k-means.
//
//   kmeans-limit MATRIX.npy CENTROIDS.npy

import CMultiplyAdd
import Clustering
import Foundation
import LinearAlgebra
import Timing

struct Report: Encodable {
  let readSeconds: Double
  let multiplyAddsPerSecond: Double
  /// The larger of one read and n k d multiply-adds.
  let passLimitSeconds: Double
  /// To label all rows.
  let labelSeconds: Double
}

let arguments = CommandLine.arguments.dropFirst().map { $0 }
guard arguments.count == 2 else { fail("kmeans-limit MATRIX.npy CENTROIDS.npy") }
let blockCount = 64

/// The least time of several to do `body` for 64 blocks on all processors.
func least(_ body: @Sendable (_ block: Int) -> Void) -> Double {
  (0..<9).map { _ in
    timed { forEachBlock(count: blockCount, threadCount: availableProcessorCount, body) }.seconds
  }.min() ?? .infinity
}

func readSeconds(_ bytes: UnsafeRawBufferPointer) -> Double {
  let vectors = bytes.bindMemory(to: SIMD16<UInt32>.self)
  let sums = UnsafeMutableBufferPointer<UInt32>.allocate(capacity: blockCount)
  defer { sums.deallocate() }
  nonisolated(unsafe) let (vectors_, sums_) = (vectors, sums)
  return least { block in
    var (even, odd) = (SIMD16<UInt32>.zero, SIMD16<UInt32>.zero)
    let end = (block + 1) * vectors_.count / blockCount
    for index in stride(from: block * vectors_.count / blockCount, to: end - 1, by: 2) {
      even &+= vectors_[index]
      odd &+= vectors_[index + 1]
    }
    sums_[block] = (even &+ odd).wrappedSum()
  }
}

func multiplyAddsPerSecond() -> Double {
  let count = 4_000_000
  let sums = UnsafeMutableBufferPointer<Float>.allocate(capacity: blockCount)
  defer { sums.deallocate() }
  nonisolated(unsafe) let sums_ = sums
  let seconds = least { sums_[$0] = coterie_multiply_adds(Int64(count)) }
  return Double(count * blockCount) / seconds
}

func report<Scalar: BLASScalar>(
  _ samples: Matrix<Scalar>, _ centroids: Matrix<Double>
) throws -> Report {
  let model = KMeansModel(centroids: centroids)
  let read = samples.elements.withUnsafeBytes { readSeconds($0) }
  let rate = multiplyAddsPerSecond()
  let work = Double(samples.rowCount * centroids.elements.count)
  return Report(
    readSeconds: read, multiplyAddsPerSecond: rate, passLimitSeconds: max(read, work / rate),
    labelSeconds: try (0..<9).map { _ in try timed { try model.predict(samples) }.seconds }.min()
      ?? .infinity)
}

let centroids = try readDoubles(arguments[1])
switch try NumPyFile.read(URL(fileURLWithPath: arguments[0])) {
case .float32(let samples): try printJSON(report(samples, centroids))
case .float64(let samples): try printJSON(report(samples, centroids))
}
