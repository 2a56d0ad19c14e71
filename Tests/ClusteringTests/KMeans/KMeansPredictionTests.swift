import Clustering
import LinearAlgebra
import Testing

/// Rows get the label of their nearest centroid, however many are asked for at a time.
struct KMeansPredictionTests {
  @Test(arguments: [1e-200, 1e-30, 1, 1e30, 1e150])
  func rowsAloneAreLabelledAsTheyAreTogether(scale: Double) throws {
    func scaled(_ matrix: Matrix<Double>) -> Matrix<Double> {
      Matrix(
        rowCount: matrix.rowCount, columnCount: matrix.columnCount,
        elements: matrix.elements.map { $0 * scale })
    }
    // A lattice has ties, and rows that are centroids.
    let rows = scaled(RandomSamples.lattice(2000, 3, side: 6, seed: 1))
    let model = KMeansModel(centroids: scaled(RandomSamples.lattice(9, 3, side: 6, seed: 2)))
    let together = try model.predict(rows)
    #expect(Set(together).count > 5)
    for row in 0..<rows.rowCount {
      #expect(try model.predict(rows.selectingRows([row])) == [together[row]])
    }
    for set in InstructionSet.supported {
      #expect(try model.predict(rows, threadCount: 3, instructionSet: set) == together)
    }
  }

  @Test func rowsFarBeyondTheCentroidsAreLabelledAllTheSame() throws {
    var samples = RandomSamples.blobs(3000, 4, centers: 3, seed: 5)
    for (row, value) in [(7, 1e30), (1500, -1e30), (2999, 3e38)] { samples[row, 1] = value }
    let centroids = Matrix<Double>(rows: [[0, 1e-3, 0, 0], [0, 2e-3, 0, 0], [0, -1e-3, 0, 1]])
    let model = KMeansModel(centroids: centroids)
    let nearest = (0..<3000).map { row in
      PlainLloyd.nearest(
        Array(samples.row(row)), (0..<3).map { Array(centroids.row($0)) }
      ).label
    }
    #expect(try model.predict(samples) == nearest)
    let single: Matrix<Float> = samples.converted()
    #expect(
      try model.predict(single)
        == (0..<3000).map { row in try model.predict(single.selectingRows([row]))[0] })
  }

  @Test(arguments: [0, 1023, 1024, 20_000, 29_999])
  func theFirstBadElementIsNamed(row: Int) throws {
    let model = KMeansModel(centroids: RandomSamples.lattice(5, 3, side: 9, seed: 3))
    var samples = RandomSamples.lattice(30_000, 3, side: 9, seed: 4)
    samples[29_999, 2] = .infinity
    samples[row, 1] = .nan
    #expect(throws: ClusteringError.nonFinite(row: row, column: 1)) { try model.predict(samples) }
    let single: Matrix<Float> = samples.converted()
    #expect(throws: ClusteringError.nonFinite(row: row, column: 1)) { try model.predict(single) }
    #expect(throws: ClusteringError.nonFinite(row: 0, column: 1)) {
      try model.predict(samples.selectingRows([row]))
    }
    samples[row, 1] = -1e200
    do throws(ClusteringError) {
      _ = try model.predict(samples)
      Issue.record("1e200 was accepted")
    } catch {
      guard case .valueTooLarge(row, 1, _) = error else {
        Issue.record("\(error)")
        return
      }
    }
  }
}
