import LinearAlgebra
import Testing

struct PrincipalComponentsFixtureTests {
  @Test func analysesAreThoseOfScikitLearn() throws {
    struct Analysis: Decodable {
      let set: String
      let mean: [Double]
      let explained_variance: [Double]
      let explained_variance_ratio: [Double]
      let components: [[Double]]
    }
    struct File: Decodable { let analyses: [Analysis] }
    let file = try Fixture.read("components.json", File.self)
    #expect(file.analyses.count == 3)
    for analysis in file.analyses {
      let found = try PrincipalComponents(try Fixture.set(analysis.set))
      func check(_ found: [Double], _ expected: [Double]) {
        #expect(found.count == expected.count)
        // Data a million away from zero leave 10 digits of spread, in the reference too.
        for (found, expected) in zip(found, expected) {
          #expect(abs(found - expected) <= 1e-9 * max(1, abs(expected)))
        }
      }
      check(found.mean, analysis.mean)
      check(found.explainedVariance, analysis.explained_variance)
      check(found.explainedVarianceRatio, analysis.explained_variance_ratio)
      for (index, expected) in analysis.components.enumerated() {
        let row = Array(found.components.row(index))
        let sign = zip(row, expected).reduce(0) { $0 + $1.0 * $1.1 } < 0 ? -1.0 : 1.0
        check(row.map { $0 * sign }, expected)
      }
    }
  }
}
