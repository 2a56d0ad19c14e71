// How near k-means is to what the memory can do: the time of one whole fit, per iteration, against
// the time of reading the matrix once on the same threads.
//
//   kmeans-limit ROWS COLUMNS CLUSTERS

import Clustering
import Foundation
import LinearAlgebra

let arguments = CommandLine.arguments.dropFirst().compactMap { Int($0) }
guard arguments.count == 3, arguments.allSatisfy({ $0 > 0 }) else {
  FileHandle.standardError.write(Data("usage: kmeans-limit ROWS COLUMNS CLUSTERS\n".utf8))
  exit(64)
}
let (n, d, k) = (arguments[0], arguments[1], arguments[2])
let clock = ContinuousClock()

func seconds(_ duration: Duration) -> Double {
  Double(duration.components.seconds) + 1e-18 * Double(duration.components.attoseconds)
}

var generator = SeededGenerator(seed: 0)
let centers = (0..<k * d).map { _ in 2 * generator.normal() }
let samples = Matrix<Float>(
  rowCount: n, columnCount: d,
  elements: (0..<n).flatMap { _ in
    let center = generator.below(k) * d
    return (0..<d).map { Float(centers[center + $0] + generator.normal()) }
  })

/// The least time of several to add up all elements on all processors.
func readTime() -> Double {
  let blocks = 64
  let size = n * d / blocks / 16
  var best = Double.infinity
  for _ in 0..<9 {
    var sums = [Float](repeating: 0, count: blocks)
    let time = clock.measure {
      samples.elements.withUnsafeBytes { elements in
        sums.withUnsafeMutableBufferPointer { sums in
          nonisolated(unsafe) let (elements, sums) = (elements, sums)
          forEachBlock(count: blocks, threadCount: availableProcessorCount) { block in
            let vectors = elements.bindMemory(to: SIMD16<Float>.self)
            var (even, odd) = (SIMD16<Float>.zero, SIMD16<Float>.zero)
            for index in stride(from: block * size, to: (block + 1) * size - 1, by: 2) {
              even += vectors[index]
              odd += vectors[index + 1]
            }
            sums[block] = (even + odd).sum()
          }
        }
      }
    }
    precondition(sums.allSatisfy(\.isFinite))
    best = min(best, seconds(time))
  }
  return best
}

let start = samples.selectingRows(generator.sample(k, outOf: n)).converted(to: Double.self)
let kMeans = KMeans(clusterCount: k, initialization: .centroids(start), tolerance: 0)
let read = readTime()
var best = Double.infinity
var iterations = 0
for _ in 0..<3 {
  let time = try clock.measure { iterations = try kMeans.fit(samples).iterationCount }
  best = min(best, seconds(time))
}
print("\(n) x \(d), k = \(k), \(try kMeansKernel), \(availableProcessorCount) processors")
print("one read of the matrix: \(1e3 * read) ms")
print("one fit: \(1e3 * best) ms, \(iterations) iterations")
print("per iteration: \(1e3 * best / Double(iterations)) ms")
print("reads per iteration: \(best / Double(iterations) / read)")
