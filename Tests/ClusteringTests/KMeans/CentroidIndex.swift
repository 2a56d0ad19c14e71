import LinearAlgebra

/// The centroid index (Fränti, Rezaei & Zhao 2014, Pattern Recognition 47(9)): how many clusters of
/// one solution no centroid of the other is nearest to, the larger of both directions.
///
/// 0 where every cluster has its centroid, however far their places differ.
func centroidIndex(_ found: Matrix<Double>, _ reference: Matrix<Double>) -> Int {
  max(orphanCount(found, of: reference), orphanCount(reference, of: found))
}

private func orphanCount(_ centroids: Matrix<Double>, of targets: Matrix<Double>) -> Int {
  let rows = (0..<targets.rowCount).map { Array(targets.row($0)) }
  let taken = (0..<centroids.rowCount).map {
    PlainLloyd.nearest(Array(centroids.row($0)), rows).label
  }
  return targets.rowCount - Set(taken).count
}
