import Clustering
import LinearAlgebra
import Models

/// What a clustering found, whatever the algorithm.
struct FittedClusters {
  /// The cluster of each row, 0 the largest.
  let labels: [Int]
  let sizes: [Int]
  /// The mean row of each cluster, in the units of the samples; of k-means, its centroids.
  let centroids: Matrix<Double>
  let inertia: Double
  /// 0 for trees.
  var iterationCount = 0
  var hasConverged = true
  /// The tree in SciPy's form; nil for k-means.
  var linkageMatrix: Matrix<Double>?
  /// The time that went into choosing first centroids, in seconds; 0 for trees.
  var seedSeconds = 0.0
  /// What the inner loops ran on.
  let kernel: String

  init<Samples: RowMajorMatrix>(
    _ algorithm: ModelTraining.Algorithm, _ samples: Samples, threads: Int
  ) throws where Samples.Element: BLASScalar {
    switch algorithm {
    case .kMeans(let kMeans):
      var stopwatch = Stopwatch()
      var seedSeconds = 0.0
      var isSeeding = false
      let fit = try kMeans.fit(samples) { step in
        let seconds = stopwatch.lap()
        if isSeeding { seedSeconds += seconds }
        if case .seeding(let restart) = step {
          isSeeding = true
          Console.progress("clustering \(samples.rowCount) rows, start \(restart + 1)")
        } else {
          isSeeding = false
        }
      }
      (labels, sizes, centroids) = (fit.labels, fit.sizes, fit.model.centroids)
      (inertia, iterationCount) = (fit.inertia, fit.iterationCount)
      hasConverged = fit.hasConverged
      self.seedSeconds = seedSeconds
      kernel = try clusteringKernel
    case .hierarchical(let hierarchical, let cut):
      let samples = Matrix(samples)
      Console.progress("clustering \(samples.rowCount) rows")
      let tree = try hierarchical.fit(samples)
      let clusters = try tree.cut(cut)
      (labels, sizes) = (clusters.labels, clusters.sizes)
      centroids = samples.means(ofLabels: labels, count: sizes.count)
      inertia = try LabeledSamples(samples, labels: labels, threadCount: threads).inertia()
      linkageMatrix = tree.linkageMatrix
      kernel = try clusteringKernel
    }
  }
}
