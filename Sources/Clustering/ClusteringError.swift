public import LinearAlgebra

/// What can be wrong with the data and the options given to this module.
public enum ClusteringError: Error, Hashable, Sendable {
  /// A matrix without rows or without columns.
  case emptyMatrix(rows: Int, columns: Int)
  /// An element is NaN or infinite.
  case nonFinite(row: Int, column: Int)
  /// An element is so large that squared distances could overflow.
  case valueTooLarge(row: Int, column: Int, limit: Double)
  /// A matrix has another number of columns than the model.
  case columnCount(expected: Int, found: Int)
  /// The number of clusters is under 1.
  case clusterCount(Int)
  /// There are fewer rows than clusters.
  case tooFewRows(rows: Int, clusterCount: Int)
  /// There are fewer distinct rows (of positive weight) than clusters.
  case tooFewDistinctRows(distinct: Int, clusterCount: Int)
  /// The number of weights is not the number of rows.
  case weightCount(expected: Int, found: Int)
  /// A weight is negative, NaN or infinite.
  case weight(row: Int)
  /// A leaf's weight is not positive, or too large to be summed.
  case leafWeight(row: Int)
  /// The linkage has no use for weights.
  case linkageTakesNoWeights(Linkage)
  /// No row has a positive weight.
  case noPositiveWeight
  /// Starting centroids are not k × d.
  case centroidShape(expectedRows: Int, expectedColumns: Int, rows: Int, columns: Int)
  /// A starting centroid has an element that is NaN, infinite or too large.
  case centroidValue(row: Int, column: Int)
  /// The tolerance is negative or not finite.
  case tolerance(Double)
  /// The number of restarts is under 1.
  case restartCount(Int)
  /// The limit of iterations is under 1.
  case maximumIterations(Int)
  /// The size of a batch, or the number of batches, is under 1.
  case batch(size: Int, count: Int)
  /// The linkage is defined for Euclidean distances alone.
  case linkageNeedsEuclidean(Linkage, Metric)
  /// The metric has no value for this row: one of all zeros, or of equal numbers.
  case undefinedDistance(row: Int, Metric)
  /// The number of distances is not n(n - 1)/2 for any n.
  case condensedCount(Int)
  /// A given distance is negative, NaN or infinite.
  case distance(index: Int)
  /// The matrix of distances would pass the limit of memory.
  case matrixTooLarge(bytes: Int, limit: Int)
  /// A tree cannot be cut into this many clusters.
  case cutCount(Int, leaves: Int)
  /// A cut height that is NaN.
  case cutHeight
  /// No cluster can have so few rows.
  case cutSize(Int)
  /// The samples are not those of the tree: their number differs from that of its leaves.
  case leafCount(expected: Int, found: Int)
  /// A row of a linkage matrix is not a merge of two nodes made before, or there are not 4 columns.
  case linkageMatrix(row: Int)
  /// The stored parts of a hierarchical model do not fit one another or the linkage.
  case representation(Linkage)
  /// The number of labels is not what it is compared with.
  case labelCount(expected: Int, found: Int)
  /// An operation of quadratic time would pass its limit of rows.
  case tooManyRows(rows: Int, limit: Int)
  /// The environment variable `COTERIE_KERNEL` names instructions that are not known or that this
  /// processor does not have.
  case kernel(String, supported: [String])
  /// The principal components of the samples could not be found.
  case principalComponents(LinearAlgebraError)
}

extension ClusteringError: CustomStringConvertible {
  /// What is wrong, where, and the way out.
  public var description: String {
    switch self {
    case .emptyMatrix(let rows, let columns):
      "the data have \(rows) rows and \(columns) columns; at least one of each is needed"
    case .nonFinite(let row, let column):
      "row \(row), column \(column) is not a finite number; impute it or leave the row out"
    case .valueTooLarge(let row, let column, let limit):
      "row \(row), column \(column) is over \(limit) in size, so squared distances could overflow; "
        + "standardise the columns"
    case .columnCount(let expected, let found):
      "\(found) columns were given where the model has \(expected)"
    case .clusterCount(let count): "\(count) clusters were asked for; at least 1 is needed"
    case .tooFewRows(let rows, let count):
      "\(rows) rows cannot make \(count) clusters; ask for at most \(rows)"
    case .tooFewDistinctRows(let distinct, let count):
      "\(distinct) distinct rows cannot make \(count) clusters; ask for at most \(distinct)"
    case .weightCount(let expected, let found):
      "\(found) weights were given for \(expected) rows"
    case .weight(let row):
      "the weight of row \(row) is not a finite number of at least 0"
    case .leafWeight(let row):
      "the weight of row \(row) is not a positive, finite number; leave out rows that do not count"
    case .linkageTakesNoWeights(let linkage):
      "\(linkage.rawValue) linkage has no use for weights here; use Ward, centroid or Euclidean average "
        + "linkage, or leave them out"
    case .noPositiveWeight: "no row has a positive weight"
    case .centroidShape(let expectedRows, let expectedColumns, let rows, let columns):
      "starting centroids of \(rows) × \(columns) were given where \(expectedRows) × "
        + "\(expectedColumns) are needed"
    case .centroidValue(let row, let column):
      "starting centroid \(row), column \(column) is not a finite number of usable size"
    case .tolerance(let tolerance): "a tolerance of \(tolerance) is not a finite number, at least 0"
    case .restartCount(let count): "\(count) restarts were asked for; at least 1 is needed"
    case .maximumIterations(let count): "\(count) iterations were allowed; at least 1 is needed"
    case .batch(let size, let count):
      "\(count) batches of \(size) rows were asked for; at least 1 of 1 is needed"
    case .linkageNeedsEuclidean(let linkage, let metric):
      "\(linkage) linkage is defined for Euclidean distances, not for \(metric); use average, "
        + "complete, single or weighted linkage"
    case .undefinedDistance(let row, let metric):
      "row \(row) has no \(metric) distance (it is all zeros or constant); leave it out or use "
        + "another metric"
    case .condensedCount(let count):
      "\(count) distances are not n(n - 1)/2 for any number of rows n of at least 1"
    case .distance(let index):
      "distance \(index) is not a finite number of at least 0"
    case .matrixTooLarge(let bytes, let limit):
      "the matrix of distances needs \(bytes) bytes, over the limit of \(limit); use the "
        + "Euclidean metric, which needs none (but for weighted linkage), fewer rows, or a higher limit"
    case .cutCount(let count, let leaves):
      "a tree of \(leaves) leaves cannot be cut into \(count) clusters; ask for 1 to \(leaves)"
    case .cutHeight: "a cut height must be a number"
    case .cutSize(let size): "clusters of at most \(size) rows cannot be; ask for 1 or more"
    case .leafCount(let expected, let found):
      "\(found) samples were given for a tree of \(expected) leaves"
    case .linkageMatrix(let row):
      "row \(row) of the linkage matrix is not a merge (a, b, height, size) of two nodes "
        + "made before"
    case .representation(let linkage):
      "the parts of a \(linkage) model do not fit: centroid, median and Ward linkage have centers "
        + "and sizes, the others exemplars, weights and rising offsets, all finite; train the "
        + "model anew"
    case .labelCount(let expected, let found):
      "\(found) labels were given where \(expected) are needed"
    case .tooManyRows(let rows, let limit):
      "\(rows) rows are over the limit of \(limit) for work that grows with their square; sample "
        + "the rows or raise the limit"
    case .kernel(let name, let supported):
      "COTERIE_KERNEL is \(name), which this processor does not have; unset it or set it to "
        + supported.joined(separator: " or ")
    case .principalComponents(let error): "principal components: \(error)"
    }
  }
}
