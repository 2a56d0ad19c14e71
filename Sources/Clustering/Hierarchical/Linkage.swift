/// How far apart two clusters are, given how far apart their members are.
public enum Linkage: String, Sendable, Hashable, CaseIterable {
  /// The smallest distance between their members.
  case single
  /// The largest distance between their members.
  case complete
  /// The mean distance between their members (UPGMA).
  case average
  /// The mean of the distances of a cluster's two parts to the other (WPGMA, McQuitty).
  case weighted
  /// The distance between their centroids (UPGMC); heights can fall from a merge to a later one.
  case centroid
  /// The distance between their midpoints, a merged cluster's midpoint standing halfway between
  /// those of its parts (WPGMC); heights can fall from a merge to a later one.
  case median
  /// The square root of twice the rise of the within-cluster sum of squares:
  /// sqrt(2 n m / (n + m)) · the distance between the centroids.
  case ward

  /// True where merging never brings a cluster closer to a third one than its nearer part was.
  public var isReducible: Bool { self != .centroid && self != .median }

  /// True where distances between rows must be Euclidean.
  public var needsEuclidean: Bool { self == .centroid || self == .median || self == .ward }
}
