import Clustering
import Engagement
import EventLog
import LinearAlgebra

extension SegmentModel {
  /// The model as a safetensors file.
  func file() throws -> SafetensorsFile {
    var file = SafetensorsFile()
    let k = segments.count
    switch algorithm {
    case .kMeans(let kMeans): file.add("centroids", kMeans.centroids)
    case .hierarchical(let tree):
      switch tree.representation {
      case .centers(let centers, _): file.add("centroids", centers)
      case .exemplars(let rows, let weights, let offsets):
        file.add("exemplars", rows)
        file.add("exemplar.weights", shape: [weights.count], weights)
        file.add("exemplar.offsets", shape: [offsets.count], offsets)
      }
    }
    file.add("segment.sizes", shape: [k], segments.map(\.size))
    file.add("segment.labelled", shape: [k], segments.map(\.labelledCount))
    let radiusCount = Segment.radiusQuantiles.count
    file.add("segment.radii", shape: [k, radiusCount], segments.flatMap(\.radii))
    file.add("segment.medians", shape: [k, transform.columns.count], segments.flatMap(\.medians))
    file.add("segment.effects", shape: [k, transform.columns.count], segments.flatMap(\.effects))
    addTransform(to: &file)
    let features = sortedDistributions
    file.add(
      "distribution.knots", shape: [features.count, EmpiricalDistribution.knotCount],
      features.flatMap { distributions[$0]?.knots ?? [] })
    if let linkageMatrix { file.add("linkage", linkageMatrix) }
    file.metadata["coterie"] = try document().canonicalJSON()
    return file
  }

  private var sortedDistributions: [FeatureDefinition] {
    distributions.keys.sorted { bytesPrecede($0.description, $1.description) }
  }

  private func addTransform(to file: inout SafetensorsFile) {
    var centers: [Double] = []
    var scales: [Double] = []
    var knots: [Double] = []
    for column in transform.columns {
      switch column.scale {
      case .linear(let center, let scale):
        centers.append(center)
        scales.append(scale)
        knots += [Double](repeating: 0, count: EmpiricalDistribution.knotCount)
      case .normal(let distribution):
        centers.append(0)
        scales.append(1)
        knots += distribution.knots
      }
    }
    file.add("column.center", shape: [centers.count], centers)
    file.add("column.scale", shape: [scales.count], scales)
    if transform.columns.contains(where: { $0.scale.name == "normal" }) {
      file.add("column.knots", shape: [centers.count, EmpiricalDistribution.knotCount], knots)
    }
    if let projection = transform.projection {
      file.add("projection.mean", shape: [projection.mean.count], projection.mean)
      file.add("projection.matrix", projection.matrix)
    }
  }

  private func document() -> ModelDocument {
    var linkage: String?
    var metric: String?
    if case .hierarchical(let tree) = algorithm {
      linkage = tree.linkage.rawValue
      metric = tree.metric.rawValue
    }
    return ModelDocument(
      format: ModelDocument.currentFormat, tool: training.toolVersion,
      clock: ModelDocument.Clock(
        zone: settings.clock.zoneName, weekStarts: settings.clock.weekStart.rawValue),
      events: ModelDocument.Events(
        value: settings.valueUse.rawValue, weights: settings.weights),
      aliases: settings.aliases,
      columns: transform.columns.map { column in
        ModelDocument.Column(
          feature: column.feature.description,
          imputedBy: column.imputation.feature?.description,
          imputedValue: column.imputation.value, logarithm: column.logarithm.rawValue,
          scale: column.scale.name)
      },
      dropped: transform.dropped.map {
        ModelDocument.Dropped(feature: $0.feature.description, reason: $0.reason)
      },
      projection: transform.projection?.kind.rawValue,
      distributions: sortedDistributions.map(\.description),
      algorithm: ModelDocument.Algorithm(
        name: algorithm.name, linkage: linkage, metric: metric, parameters: training.parameters,
        seed: training.seed),
      confidenceExponent: confidenceExponent, among: among,
      segments: segments.map {
        ModelDocument.Segment(
          id: $0.id, name: $0.name, givenName: $0.givenName, description: $0.description,
          claims: $0.claims.map(ModelDocument.Claim.init), stability: $0.stability)
      },
      training: ModelDocument.Training(
        asOf: training.asOf, firstEvent: training.firstEvent, lastEvent: training.lastEvent,
        members: training.memberCount, events: training.eventCount,
        iterations: training.iterationCount, converged: training.hasConverged,
        inertia: training.inertia, quality: training.quality, parent: training.parentID,
        nextSegment: training.nextSegmentNumber))
  }
}

extension ModelDocument.Claim {
  init(_ claim: SegmentClaim) {
    self.init(
      text: claim.text,
      conditions: claim.conditions.map { condition in
        ModelDocument.Condition(
          feature: condition.feature.description, minus: condition.minus?.description,
          gte: condition.lowerBound.isFinite ? condition.lowerBound : nil,
          lt: condition.upperBound.isFinite ? condition.upperBound : nil)
      },
      inName: claim.isInName, plain: claim.isPlain, inside: claim.insideShare,
      outside: claim.outsideShare)
  }
}

extension ColumnTransform.Scale {
  /// The name in the file.
  var name: String {
    switch self {
    case .linear: "linear"
    case .normal: "normal"
    }
  }
}

extension SafetensorsFile {
  fileprivate mutating func add(_ name: String, _ matrix: Matrix<Double>) {
    add(name, shape: [matrix.rowCount, matrix.columnCount], matrix.elements)
  }
}
