internal import CKernels
internal import Foundation

/// What the inner loops of clustering run on, for instance `avx512`: the best instruction set that this
/// processor has, or the one named by the environment variable `COTERIE_KERNEL`.
///
/// Results do not depend on it, only time does.
public var clusteringKernel: String {
  get throws(ClusteringError) { try InstructionSet.selected().rawValue }
}

/// An instruction set that the loops in C are compiled for.
package enum InstructionSet: String, CaseIterable, Sendable {
  case baseline, avx2, avx512

  var instructions: coterie_instructions {
    switch self {
    case .baseline: COTERIE_BASELINE
    case .avx2: COTERIE_AVX2
    case .avx512: COTERIE_AVX512
    }
  }

  /// Those that this processor has, the best last.
  package static let supported = allCases.filter { coterie_supports($0.instructions) != 0 }

  static let best = supported.last ?? .baseline

  /// The set named by the environment, or the best.
  package static func selected(
    named name: String? = getenv("COTERIE_KERNEL").map { String(cString: $0) }
  ) throws(ClusteringError) -> InstructionSet {
    guard let name else { return best }
    guard let set = InstructionSet(rawValue: name), supported.contains(set) else {
      throw .kernel(name, supported: supported.map(\.rawValue))
    }
    return set
  }
}
