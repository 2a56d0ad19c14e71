import Engagement
import Foundation
import Testing

struct ColumnProfileTests {
  static func isClose(_ found: Double?, _ expected: Double, tolerance: Double = 1e-12) -> Bool {
    found.map { abs($0 - expected) <= tolerance * max(1, abs(expected)) } ?? false
  }

  /// 0, 1, 1, 2, 6 and one missing: mean 2, m2 = (4 + 1 + 1 + 0 + 16) / 5 = 4.4,
  /// m3 = (-8 - 1 - 1 + 0 + 64) / 5 = 10.8.
  @Test func valuesWorkedByHand() throws {
    let profile = ColumnProfile(of: [2, .nan, 0, 6, 1, 1])
    #expect(profile.memberCount == 6)
    #expect(profile.missingCount == 1)
    #expect(Self.isClose(profile.missingShare, 1.0 / 6))
    let found = try #require(profile.distribution)
    #expect(found.minimum == 0)
    #expect(found.maximum == 6)
    #expect(found.mean == 2)
    #expect(found.distinctCount == 4)
    #expect(found.zeroCount == 1)
    #expect(Self.isClose(found.skew, 20.0.squareRoot() / 3 * 10.8 / pow(4.4, 1.5)))
    // Positions 0.04, 0.2, 1, 2, 3, 3.8, 3.96 of the values in order.
    let quantiles = [0.04, 0.2, 1, 1, 2, 5.2, 5.84]
    #expect(zip(found.quantiles, quantiles).allSatisfy { Self.isClose($0, $1) })
    // Bins are 0.3 wide: 0, then 1 in 3, 2 in 6 and 6 in the last.
    var bins = [Int](repeating: 0, count: ColumnProfile.binCount)
    (bins[0], bins[3], bins[6], bins[19]) = (1, 2, 1, 1)
    #expect(found.histogram == bins)
  }

  @Test func skewChangesItsSignWithTheValues() throws {
    let values: [Double] = [0, 0, 0, 1, 7, 30]
    let right = try #require(ColumnProfile(of: values).distribution?.skew)
    let left = try #require(ColumnProfile(of: values.map { -$0 }).distribution?.skew)
    #expect(right > 1)
    #expect(Self.isClose(left, -right))
    #expect(Self.isClose(ColumnProfile(of: [1, 2, 3, 4]).distribution?.skew, 0))
  }

  @Test(arguments: [[Double](), [.nan], [.nan, .nan, .infinity]])
  func nothingIsSaidOfValuesThatAreAllMissing(values: [Double]) {
    let profile = ColumnProfile(of: values)
    #expect(profile.memberCount == values.count)
    #expect(profile.missingCount == values.count)
    #expect(profile.missingShare == (values.isEmpty ? 0 : 1))
    #expect(profile.distribution == nil)
  }

  @Test(arguments: [0, 0.1, -3, 1e308, 1e-300])
  func constantsHaveNoSkewAndOneBin(value: Double) throws {
    let found = try #require(
      ColumnProfile(of: [Double](repeating: value, count: 7)).distribution)
    #expect(found.minimum == value && found.maximum == value && found.mean == value)
    #expect(found.skew == nil)
    #expect(found.distinctCount == 1)
    #expect(found.zeroCount == (value == 0 ? 7 : 0))
    #expect(found.histogram == [7])
    #expect(found.quantiles.allSatisfy { $0 == value })
  }

  @Test func twoValuesHaveNoSkew() {
    #expect(ColumnProfile(of: [1, 2]).distribution?.skew == nil)
  }

  @Test(arguments: [
    [-Double.greatestFiniteMagnitude, 0, .greatestFiniteMagnitude],
    [-0x1p-1060, 0, 0x1p-1060], [1e15, 1e15 + 1, 1e15 + 2],
  ])
  func extremeValuesNeitherOverflowNorVanish(values: [Double]) throws {
    let found = try #require(ColumnProfile(of: values).distribution)
    #expect(found.mean == values[1])
    #expect(found.skew == 0)
    #expect(found.histogram.reduce(0, +) == 3)
    #expect(found.histogram.first == 1 && found.histogram.last == 1)
    #expect(found.quantiles[3] == values[1])
    #expect(found.distinctCount == 3)
  }

  @Test(arguments: UInt64(1)...5)
  func shiftAndScaleOnlyMoveIt(seed: UInt64) throws {
    var state = seed
    let values = (0..<500).map { _ -> Double in
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      let part = Double(state >> 11) / Double(1 << 53)
      return (part * part * 1024).rounded()
    }
    let found = try #require(ColumnProfile(of: values).distribution)
    let moved = try #require(ColumnProfile(of: values.map { 2 * $0 + 64 }).distribution)
    #expect(Self.isClose(moved.mean, 2 * found.mean + 64))
    #expect(Self.isClose(moved.skew, try #require(found.skew), tolerance: 1e-9))
    #expect(moved.distinctCount == Set(values).count)
    #expect(moved.histogram == found.histogram)
    #expect(moved.histogram.reduce(0, +) == 500)
    #expect(zip(moved.quantiles, found.quantiles).allSatisfy { Self.isClose($0, 2 * $1 + 64) })
  }
}
