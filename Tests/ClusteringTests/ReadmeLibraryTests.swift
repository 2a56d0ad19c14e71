import Clustering
import Foundation
import LinearAlgebra
import TestSupport
import Testing

/// The Swift that the README shows compiles, and gives what it promises.
struct ReadmeLibraryTests {
  @Test func snippetCompilesAndRuns() throws {
    // README begin
    let samples = Matrix<Double>(rows: [[1, 1], [1, 2], [8, 8], [9, 8]])
    let fit = try KMeans(clusterCount: 2).fit(samples)
    print(fit.labels, fit.inertia, fit.model.centroids.row(0))

    let tree = try Hierarchical(linkage: .ward).fit(samples)
    print(try tree.cut(.clusterCount(2)).labels)
    // README end
    #expect(fit.labels == [0, 0, 1, 1])
    #expect(fit.inertia == 1)
    #expect(try tree.cut(.clusterCount(2)).labels == [0, 0, 1, 1])
  }

  @Test func snippetIsTheOneShown() throws {
    let source = try String(contentsOfFile: #filePath, encoding: .utf8)
    let marked = source.components(separatedBy: "    // README begin\n").dropFirst().first?
      .components(separatedBy: "    // README end\n").first
    let snippet = try #require(marked).split(separator: "\n", omittingEmptySubsequences: false)
      .map { $0.hasPrefix("    ") ? $0.dropFirst(4) : $0 }.joined(separator: "\n")
    let readme = try String(
      contentsOf: ReferenceData.checkout.appendingPathComponent("README.md"), encoding: .utf8)
    #expect(
      readme.contains("```swift\nimport Clustering\nimport LinearAlgebra\n\n\(snippet)```"))
  }
}
