import Clustering
import Testing

struct CanonicalLabelsTests {
  @Test func largestClusterComesFirstAndTiesGoBySmallestRow() {
    let canonical = CanonicalLabels(canonicalizing: [3, 1, 1, 0, 0, 2, 1], clusterCount: 5)
    #expect(canonical.labels == [2, 0, 0, 1, 1, 3, 0])
    #expect(canonical.previousLabels == [1, 0, 3, 2, 4])
    #expect(canonical.sizes == [3, 2, 1, 1, 0])
  }

  @Test func canonicalLabelsStayAsTheyAre() {
    let once = CanonicalLabels(canonicalizing: [2, 2, 0, 1, 1, 1], clusterCount: 3)
    let twice = CanonicalLabels(canonicalizing: once.labels, clusterCount: 3)
    #expect(twice.labels == once.labels)
    #expect(twice.previousLabels == [0, 1, 2])
  }
}
