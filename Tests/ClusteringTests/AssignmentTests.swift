import Clustering
import LinearAlgebra
import Testing

struct AssignmentTests {
  @Test func assignmentIsTheOneWorkedByHand() throws {
    // Greedy would take 1 and then 20; 2 + 3 is less.
    let cost = Matrix<Double>(rows: [[1, 2], [3, 20]])
    #expect(try minimumCostAssignment(cost) == [1, 0])
  }

  @Test func surplusRowsAndColumnsStayFree() throws {
    #expect(try minimumCostAssignment(Matrix(rows: [[5, 1, 9]])) == [1])
    #expect(try minimumCostAssignment(Matrix(rows: [[5], [1], [9]])) == [nil, 0, nil])
    #expect(try minimumCostAssignment(Matrix(rowCount: 0, columnCount: 3)).isEmpty)
    #expect(try minimumCostAssignment(Matrix(rowCount: 2, columnCount: 0)) == [nil, nil])
  }

  @Test func equalCostsGoToTheLowestColumn() throws {
    #expect(try minimumCostAssignment(Matrix(rows: [[1, 1, 1], [1, 1, 1]])) == [0, 1])
  }

  @Test func costsThatAreNotFiniteAreRefused() {
    #expect(throws: ClusteringError.nonFinite(row: 0, column: 1)) {
      try minimumCostAssignment(Matrix(rows: [[1, .infinity]]))
    }
  }

  @Test(arguments: 0..<40)
  func costIsTheLeastOfAllPermutations(seed: Int) throws {
    var generator = SeededGenerator(seed: UInt64(seed))
    let (rows, columns) = (1 + generator.below(5), 1 + generator.below(5))
    let cost = Matrix(
      rowCount: rows, columnCount: columns,
      elements: (0..<rows * columns).map { _ in Double(generator.below(9)) - 4 })
    let found = try minimumCostAssignment(cost)
    let used = found.compactMap { $0 }
    #expect(used.count == min(rows, columns) && Set(used).count == used.count)
    let total = found.enumerated().reduce(0.0) { sum, pair in
      sum + (pair.element.map { cost[pair.offset, $0] } ?? 0)
    }
    #expect(total == least(cost, row: 0, free: Array(0..<columns), toSkip: max(0, rows - columns)))
  }

  private func least(_ cost: Matrix<Double>, row: Int, free: [Int], toSkip: Int) -> Double {
    guard row < cost.rowCount else { return 0 }
    var best = Double.infinity
    if toSkip > 0 { best = least(cost, row: row + 1, free: free, toSkip: toSkip - 1) }
    for column in free {
      let rest = least(cost, row: row + 1, free: free.filter { $0 != column }, toSkip: toSkip)
      best = min(best, cost[row, column] + rest)
    }
    return best
  }

  @Test func costIsThatOfSciPy() throws {
    struct File: Decodable {
      struct Entry: Decodable {
        let cost: [[Double]]
        let least: Double
      }
      let assignments: [Entry]
    }
    let file = try Fixture.read("assignments.json", File.self)
    #expect(file.assignments.count == 6)
    for entry in file.assignments {
      let found = try minimumCostAssignment(Matrix(rows: entry.cost))
      let total = found.enumerated().reduce(0.0) { sum, pair in
        sum + (pair.element.map { entry.cost[pair.offset][$0] } ?? 0)
      }
      #expect(relativeError(total, entry.least) < 1e-12)
    }
  }
}
