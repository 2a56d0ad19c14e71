import Clustering
import LinearAlgebra

/// How well the training members are clustered, by indices that do not need the truth.
struct ClusteringQuality {
  /// Up to so many members the plain silhouette, quadratic in their number, is computed too.
  static let maximumSilhouetteMembers = 5000

  /// The sum of squared distances to the own cluster's centroid.
  let inertia: Double
  /// Indices by name; one that is undefined is left out.
  let indices: [String: Double]

  init(matrix: Matrix<Double>, labels: [Int], threadCount: Int) throws(ClusteringError) {
    let labeled = try LabeledSamples(matrix, labels: labels, threadCount: threadCount)
    inertia = labeled.inertia()
    var indices: [String: Double] = [:]
    indices["calinski_harabasz"] = labeled.calinskiHarabasz()
    indices["davies_bouldin"] = labeled.daviesBouldin()
    if let rows = labeled.squaredEuclideanSilhouettes() {
      indices["silhouette_squared_euclidean"] = rows.reduce(0, +) / Double(rows.count)
    }
    if labels.count <= Self.maximumSilhouetteMembers {
      indices["silhouette"] = try labeled.silhouette()
    }
    self.indices = indices
  }
}
