import Clustering
import Engagement
import EventLog
import LinearAlgebra

/// What is wrong between the parts of a model, in a few words.
private struct Contradiction: Error, CustomStringConvertible {
  let description: String
}

private func require(_ condition: Bool, _ reason: String) throws {
  if !condition { throw Contradiction(description: reason) }
}

private func known<Value>(_ value: Value?, _ what: String) throws -> Value {
  guard let value else { throw Contradiction(description: "unknown \(what)") }
  return value
}

extension SegmentModel {
  /// The model that a file holds; every tensor is asked for by shape, and none may be left over.
  init(reading file: SafetensorsFile, document: ModelDocument) throws {
    try require(
      document.among == nil || document.format > 2,
      "a condition on members in a file of format \(document.format)")
    var tensors = TensorReader(file: file)
    let settings = EngagementSettings(
      clock: try document.clock.value, weights: document.events.weights,
      valueUse: try known(
        EngagementSettings.ValueUse(rawValue: document.events.value), "use of values"),
      aliases: document.aliases)
    func feature(_ name: String) -> FeatureDefinition {
      FeatureDefinition(name, aliases: settings.aliases.keys)
    }
    let transform = try FeatureTransform(
      columns: Self.columns(document, &tensors, feature: feature),
      dropped: document.dropped.map {
        FeatureTransform.DroppedColumn(feature: feature($0.feature), reason: $0.reason)
      },
      projection: Self.projection(document, &tensors))
    try require(!transform.columns.isEmpty, "no columns")
    let algorithm = try Self.algorithm(document, &tensors)
    try require(algorithm.columnCount == transform.outputCount, "clusters of another width")
    try require(algorithm.clusterCount == document.segments.count, "another number of segments")
    let segments = try Self.segments(
      document, &tensors, columnCount: transform.columns.count,
      claims: document.segments.map { try Self.claims(of: $0, document.format, transform, feature) }
    )
    let knots = try tensors.matrix("distribution.knots")
    try require(
      knots.rowCount == document.distributions.count
        && (knots.rowCount == 0 || knots.columnCount == EmpiricalDistribution.knotCount)
        && Set(document.distributions).count == knots.rowCount,
      "distributions of another number")
    var distributions: [FeatureDefinition: EmpiricalDistribution] = [:]
    for (row, name) in document.distributions.enumerated() {
      distributions[feature(name)] = try known(
        EmpiricalDistribution(knots: Array(knots.row(row))), "distribution")
    }
    var linkageMatrix: Matrix<Double>?
    if tensors.has("linkage") {
      let matrix = try tensors.matrix("linkage")
      _ = try Dendrogram(linkageMatrix: matrix)
      try require(matrix.rowCount + 1 == document.training.members, "a tree of other members")
      linkageMatrix = matrix
    }
    if let name = tensors.unread.first {
      throw Contradiction(description: "unknown tensor \(name)")
    }
    self.init(
      settings: settings, transform: transform, algorithm: algorithm, segments: segments,
      training: document.trainingRecord, distributions: distributions,
      linkageMatrix: linkageMatrix, confidenceExponent: try Self.confidenceExponent(document),
      among: document.among)
  }

  /// The exponent of confidences: 2 in files of format 1.
  private static func confidenceExponent(_ document: ModelDocument) throws -> Double {
    guard document.format > 1 else {
      try require(document.confidenceExponent == nil, "an exponent in a file of format 1")
      return 2
    }
    let exponent = try known(document.confidenceExponent, "exponent of confidences")
    try require(confidenceExponents.contains(exponent), "an exponent of confidences out of range")
    return exponent
  }

  private static func columns(
    _ document: ModelDocument, _ tensors: inout TensorReader,
    feature: (String) -> FeatureDefinition
  ) throws -> [ColumnTransform] {
    let centers = try tensors.vector("column.center")
    let scales = try tensors.vector("column.scale")
    let hasKnots = document.columns.contains { $0.scale == "normal" }
    let knots = hasKnots ? try tensors.matrix("column.knots") : nil
    let count = document.columns.count
    try require(
      centers.count == count && scales.count == count && (knots?.rowCount ?? count) == count,
      "another number of columns")
    try require(scales.allSatisfy { $0 > 0 }, "a scale that is not positive")
    return try document.columns.enumerated().map { index, column in
      let scale: ColumnTransform.Scale
      switch column.scale {
      case "linear": scale = .linear(center: centers[index], scale: scales[index])
      case "normal":
        scale = .normal(
          try known(
            knots.flatMap { EmpiricalDistribution(knots: Array($0.row(index))) }, "knots"))
      default: throw Contradiction(description: "unknown scale \(column.scale)")
      }
      try require(column.imputedValue.isFinite, "an imputed value that is not finite")
      return ColumnTransform(
        feature: feature(column.feature),
        imputation: ColumnTransform.Imputation(
          feature: column.imputedBy.map(feature), value: column.imputedValue),
        logarithm: try known(
          ColumnTransform.Logarithm(rawValue: column.logarithm), "logarithm"),
        scale: scale)
    }
  }

  private static func projection(
    _ document: ModelDocument, _ tensors: inout TensorReader
  ) throws -> FeatureTransform.Projection? {
    guard let name = document.projection else { return nil }
    let mean = try tensors.vector("projection.mean")
    let matrix = try tensors.matrix("projection.matrix")
    try require(
      mean.count == document.columns.count && matrix.columnCount == mean.count
        && matrix.rowCount > 0, "a projection of another width")
    return FeatureTransform.Projection(
      kind: try known(FeatureTransform.Projection.Kind(rawValue: name), "projection"),
      mean: mean, matrix: matrix)
  }

  private static func algorithm(
    _ document: ModelDocument, _ tensors: inout TensorReader
  ) throws -> Algorithm {
    switch document.algorithm.name {
    case "kmeans":
      try require(
        document.algorithm.linkage == nil && document.algorithm.metric == nil,
        "k-means with a linkage")
      let centroids = try tensors.matrix("centroids")
      try require(centroids.rowCount > 0 && centroids.columnCount > 0, "no centroids")
      return .kMeans(KMeansModel(centroids: centroids))
    case "hierarchical":
      let linkage = try known(
        document.algorithm.linkage.flatMap(Linkage.init(rawValue:)), "linkage")
      let metric = try known(document.algorithm.metric.flatMap(Metric.init(rawValue:)), "metric")
      let representation: HierarchicalModel.Representation
      if tensors.has("centroids") {
        representation = .centers(
          try tensors.matrix("centroids"), sizes: try tensors.integers("segment.sizes"))
      } else {
        representation = .exemplars(
          try tensors.matrix("exemplars"), weights: try tensors.vector("exemplar.weights"),
          offsets: try tensors.integers("exemplar.offsets"))
      }
      return .hierarchical(
        try HierarchicalModel(linkage: linkage, metric: metric, representation: representation))
    default:
      throw Contradiction(description: "unknown algorithm \(document.algorithm.name)")
    }
  }

  /// What a segment's name and sentence claim, of the model's inputs.
  private static func claims(
    of segment: ModelDocument.Segment, _ format: Int, _ transform: FeatureTransform,
    _ feature: (String) -> FeatureDefinition
  ) throws -> [SegmentClaim] {
    guard format > 2 else {
      try require(
        segment.claims == nil && segment.givenName == nil, "claims in a file before format 3")
      return []
    }
    try require(segment.givenName?.isEmpty != true, "a given name without letters")
    return try known(segment.claims, "claims").map { claim in
      try require(
        (0...1).contains(claim.inside) && (0...1).contains(claim.outside) && !claim.text.isEmpty
          && !claim.conditions.isEmpty, "a claim that says nothing or of no share")
      return SegmentClaim(
        text: claim.text,
        conditions: try claim.conditions.map { condition in
          let (own, minus) = (feature(condition.feature), condition.minus.map(feature))
          let (low, high) = (condition.gte ?? -.infinity, condition.lt ?? .infinity)
          try require(
            low < high && transform.inputs.contains(own)
              && minus.map(transform.inputs.contains) != false,
            "a claim about no input of the model")
          return SegmentClaim.Condition(own, minus: minus, atLeast: low, below: high)
        },
        isInName: claim.inName, isPlain: claim.plain, insideShare: claim.inside,
        outsideShare: claim.outside)
    }
  }

  private static func segments(
    _ document: ModelDocument, _ tensors: inout TensorReader, columnCount: Int,
    claims: [[SegmentClaim]]
  ) throws -> [Segment] {
    let count = document.segments.count
    let sizes = try tensors.integers("segment.sizes")
    let labelled = document.format == 1 ? sizes : try tensors.integers("segment.labelled")
    let radii = try tensors.matrix("segment.radii")
    let medians = try tensors.matrix("segment.medians")
    let effects =
      document.format == 1
      ? Matrix(rowCount: count, columnCount: columnCount)
      : try tensors.matrix("segment.effects")
    try require(
      sizes.count == count && radii.rowCount == count && medians.rowCount == count
        && effects.rowCount == count && effects.columnCount == columnCount
        && radii.columnCount == Segment.radiusQuantiles.count
        && medians.columnCount == columnCount,
      "segments of another number or width")
    try require(sizes.allSatisfy { $0 > 0 }, "a segment without members")
    try require(
      labelled.count == count && labelled.allSatisfy { $0 >= 0 }, "labels of another number")
    // Subtracted one by one: a sum of what a damaged file holds could overflow.
    for sizes in [sizes, labelled] {
      var membersLeft = document.training.members
      for size in sizes where membersLeft >= 0 { membersLeft -= size }
      try require(membersLeft == 0, "sizes of another sum")
    }
    try require(radii.elements.allSatisfy { $0 >= 0 }, "a negative radius")
    try require(
      Set(document.segments.map(\.id)).count == count
        && document.segments.allSatisfy { !$0.id.isEmpty }, "segment ids that are not unique")
    try require(
      document.segments.allSatisfy { $0.stability.map { (0...1).contains($0) } ?? true },
      "a stability outside 0 to 1")
    try require(
      document.format > 1 || document.segments.allSatisfy { $0.stability == nil },
      "a stability in a file of format 1")
    try require(
      document.training.nextSegment.map { (0...1_000_000_000).contains($0) && document.format > 1 }
        ?? true, "a number of the next segment that cannot be")
    return document.segments.enumerated().map { index, segment in
      Segment(
        id: segment.id, name: segment.name, givenName: segment.givenName,
        description: segment.description, claims: claims[index], size: sizes[index],
        radii: Array(radii.row(index)), medians: Array(medians.row(index)),
        effects: Array(effects.row(index)), stability: segment.stability,
        labelledCount: labelled[index])
    }
  }
}

/// Hands out tensors and remembers which were asked for.
private struct TensorReader {
  let file: SafetensorsFile
  private var read = Set<String>()

  init(file: SafetensorsFile) { self.file = file }

  var unread: [String] { file.tensors.keys.filter { !read.contains($0) }.sorted() }

  func has(_ name: String) -> Bool { file.tensors[name] != nil }

  mutating func matrix(_ name: String) throws -> Matrix<Double> {
    read.insert(name)
    let (shape, elements) = try file.doubles(name, dimensions: 2)
    return Matrix(rowCount: shape[0], columnCount: shape[1], elements: elements)
  }

  mutating func vector(_ name: String) throws -> [Double] {
    read.insert(name)
    return try file.doubles(name, dimensions: 1).elements
  }

  mutating func integers(_ name: String) throws -> [Int] {
    read.insert(name)
    return try file.integers(name)
  }
}

extension ModelDocument.Clock {
  fileprivate var value: EventLog.Clock {
    get throws {
      let start = try known(EventLog.Clock.WeekStart(rawValue: weekStarts), "start of the week")
      return try known(
        EventLog.Clock(zoneName: zone, weekStart: start),
        "time zone \(zone): install the tzdata package")
    }
  }
}

extension ModelDocument {
  fileprivate var trainingRecord: TrainingRecord {
    TrainingRecord(
      toolVersion: tool, asOf: training.asOf, firstEvent: training.firstEvent,
      lastEvent: training.lastEvent, memberCount: training.members, eventCount: training.events,
      parameters: algorithm.parameters, seed: algorithm.seed,
      iterationCount: training.iterations, hasConverged: training.converged,
      inertia: training.inertia, quality: training.quality, parentID: training.parent,
      nextSegmentNumber: training.nextSegment)
  }
}
