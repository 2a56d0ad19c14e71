// Time and quality of the ways to start k-means, and of its relatives, on one matrix.
//
//   kmeans-variants MATRIX.npy CLUSTERS SEEDS
//
// Prints one JSON array with an entry per variant and seed, variants in turn.

import Clustering
import Foundation
import LinearAlgebra
import Timing

struct Run: Encodable {
  let variant: String
  let seed: UInt64
  let seconds: Double
  let inertia: Double
  let iterations: Int
}

let arguments = CommandLine.arguments.dropFirst().map { $0 }
guard arguments.count == 3, let clusterCount = Int(arguments[1]),
  let seedCount = UInt64(arguments[2])
else { fail("kmeans-variants MATRIX.npy CLUSTERS SEEDS") }

func runs<Scalar: BLASScalar>(_ samples: Matrix<Scalar>) throws -> [Run] {
  func kMeans(_ initialization: KMeans.Initialization, _ restarts: Int) -> (UInt64) throws ->
    KMeansFit
  {
    { seed in
      try KMeans(
        clusterCount: clusterCount, initialization: initialization, restartCount: restarts,
        seed: seed
      ).fit(samples)
    }
  }
  let variants: [(name: String, fit: (UInt64) throws -> KMeansFit)] = [
    ("local search (default)", kMeans(.localSearch, 10)),
    ("k-means++", kMeans(.kMeansPlusPlus, 1)),
    ("k-means++, best of 10", kMeans(.kMeansPlusPlus, 10)),
    ("k-means||", kMeans(.kMeansParallel, 1)),
    ("random rows", kMeans(.random, 1)),
    ("bisecting", { try BisectingKMeans(clusterCount: clusterCount, seed: $0).fit(samples) }),
    ("mini-batch", { try MiniBatchKMeans(clusterCount: clusterCount, seed: $0).fit(samples) }),
  ]
  return try (0..<seedCount).flatMap { seed in
    try variants.map { name, fit in
      let (seconds, result) = try timed { try fit(seed) }
      return Run(
        variant: name, seed: seed, seconds: seconds, inertia: result.inertia,
        iterations: result.iterationCount)
    }
  }
}

switch try NumPyFile.read(URL(fileURLWithPath: arguments[0])) {
case .float32(let samples): try printJSON(runs(samples))
case .float64(let samples): try printJSON(runs(samples))
}
