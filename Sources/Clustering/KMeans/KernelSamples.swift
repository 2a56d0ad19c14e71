internal import CKernels
internal import Foundation
internal import LinearAlgebra

/// Samples in the precision they came in, where they lie.
enum SampleStorage: Sendable {
  case single(any RowMajorMatrix<Float>)
  case double(any RowMajorMatrix<Double>)

  init<Samples: RowMajorMatrix>(_ samples: Samples) where Samples.Element: BLASScalar {
    if let single = samples as? any RowMajorMatrix<Float> {
      self = .single(single)
    } else if let double = samples as? any RowMajorMatrix<Double> {
      self = .double(double)
    } else {
      preconditionFailure("a BLASScalar is Float or Double")
    }
  }

  /// Writes `count` elements from `first` on in double precision.
  func widen(_ first: Int, _ count: Int, into target: UnsafeMutablePointer<Double>) {
    switch self {
    case .single(let samples):
      samples.withUnsafeElements { elements in
        guard let base = elements.baseAddress else { return }
        Float.widen(base + first, into: target, count: count)
      }
    case .double(let samples):
      samples.withUnsafeElements { elements in
        guard let base = elements.baseAddress else { return }
        Double.widen(base + first, into: target, count: count)
      }
    }
  }
}

/// Samples as the loops in C read them: in place, without a copy.
///
/// Scores are computed in single precision on scaled and centred elements, x · scale - center: the
/// scale is a power of two that leaves nothing over 1 in size, the center about the columns' means.
struct KernelSamples: Sendable {
  let samples: ShiftedSamples
  let weights: [Double]?
  let scale: Double
  /// Scaled, d of them.
  let center: [Double]
  private let singleCenter: [Float]

  /// The samples neither scaled nor centred.
  init(_ samples: ShiftedSamples, weights: [Double]?) {
    self.samples = samples
    self.weights = weights
    scale = 1
    center = [Double](repeating: 0, count: samples.columnCount)
    singleCenter = [Float](repeating: 0, count: samples.columnCount)
  }

  /// Scaled so that the samples and `centroids` (k × d, shifted as the samples) are at most 1 in
  /// size.
  init(_ samples: ShiftedSamples, weights: [Double]?, including centroids: [Double]) {
    let d = samples.columnCount
    self.samples = samples
    self.weights = weights
    let centers = samples.means.isEmpty ? samples.shift : samples.means
    var size = 0.0
    for column in 0..<d where !samples.least.isEmpty {
      size = max(
        size, abs(samples.least[column] - centers[column]),
        abs(samples.largest[column] - centers[column]))
    }
    for (index, value) in centroids.enumerated() {
      size = max(size, abs(value + samples.shift[index % d] - centers[index % d]))
    }
    let exponent = size > 0 ? -Int(size.exponent) - 2 : 0
    let scale: Double
    switch samples.storage {
    case .single:
      scale = scalbn(1.0, min(126, max(-126, exponent)))
      center = centers.map { Double(Float($0 * scale)) }
    case .double:
      scale = scalbn(1.0, min(1000, max(-1000, exponent)))
      center = centers.map { $0 * scale }
    }
    self.scale = scale
    singleCenter = center.map { Float($0) }
  }

  /// The sums over rows of weight · (element - base), and of weight times its square, of each column
  /// in the data's own units, block by block in block order.
  func moments(base: [Double], threadCount: Int) -> (sums: [Double], squares: [Double]) {
    let d = samples.columnCount
    var partials = [Double](repeating: 0, count: samples.blockCount * 2 * d)
    withUnsafe { raw in
      partials.withUnsafeMutableBufferPointer { partials in
        base.withUnsafeBufferPointer { base in
          nonisolated(unsafe) let (raw, partials, base) = (raw, partials, base)
          forEachBlock(count: samples.blockCount, threadCount: threadCount) { block in
            guard let target = partials.baseAddress.map({ $0 + block * 2 * d }),
              let base = base.baseAddress
            else { return }
            let rows = samples.rows(of: block)
            coterie_moments(
              InstructionSet.best.instructions, raw, base, Int64(rows.lowerBound),
              Int64(rows.count), target, target + d)
          }
        }
      }
    }
    var totals = [Double](repeating: 0, count: 2 * d)
    for index in partials.indices { totals[index % (2 * d)] += partials[index] }
    return (Array(totals.prefix(d)), Array(totals.suffix(d)))
  }

  /// Calls `body` with the samples in place; the pointer must not escape.
  func withUnsafe<Result>(_ body: (UnsafePointer<coterie_samples>) -> Result) -> Result {
    switch samples.storage {
    case .single(let matrix):
      matrix.withUnsafeElements { withUnsafe(UnsafeRawBufferPointer($0), body) }
    case .double(let matrix):
      matrix.withUnsafeElements { withUnsafe(UnsafeRawBufferPointer($0), body) }
    }
  }

  private func withUnsafe<Result>(
    _ elements: UnsafeRawBufferPointer, _ body: (UnsafePointer<coterie_samples>) -> Result
  ) -> Result {
    var isDouble = false
    if case .double = samples.storage { isDouble = true }
    return samples.shift.withUnsafeBufferPointer { shift in
      center.withUnsafeBufferPointer { center in
        singleCenter.withUnsafeBufferPointer { singleCenter in
          (weights ?? []).withUnsafeBufferPointer { weights in
            guard let elements = elements.baseAddress, let shift = shift.baseAddress,
              let center = center.baseAddress, let singleCenter = singleCenter.baseAddress
            else { preconditionFailure("samples have rows and columns") }
            var raw = coterie_samples(
              elements: elements, is_double: isDouble ? 1 : 0,
              column_count: Int64(samples.columnCount), shift: shift, scale: scale, center: center,
              single_center: singleCenter,
              weights: self.weights == nil ? nil : weights.baseAddress)
            return withUnsafePointer(to: &raw) { body($0) }
          }
        }
      }
    }
  }
}
