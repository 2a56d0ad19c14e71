internal import COpenBLAS

/// A number type that BLAS multiplies: `Float` or `Double`, and no other.
///
/// The pointer functions are the inner loops of this package; they are witnesses of a protocol so
/// that code generic over the precision runs machine code made for it, optimised or not.
public protocol BLASScalar: BinaryFloatingPoint, Sendable {
  /// C = alpha · op(A) · op(B) + beta · C for row-major matrices, op(X) being X or its transpose.
  ///
  /// op(A) is m × k, op(B) is k × n and C is m × n; the strides are the distances between the rows
  /// of the matrices as they are stored. With `beta` 0, C need not be initialised to numbers.
  static func gemm(
    transposeA: Bool, transposeB: Bool, m: Int, n: Int, k: Int, alpha: Self,
    a: UnsafePointer<Self>, aStride: Int, b: UnsafePointer<Self>, bStride: Int, beta: Self,
    c: UnsafeMutablePointer<Self>, cStride: Int)

  /// The lower triangle of C = alpha · Aᵀ · A + beta · C, for a row-major A of k × n.
  ///
  /// C is n × n; its strict upper triangle is left as it is.
  static func syrk(
    n: Int, k: Int, alpha: Self, a: UnsafePointer<Self>, aStride: Int, beta: Self,
    c: UnsafeMutablePointer<Self>, cStride: Int)

  /// Writes `count` numbers from `source` to `destination` in double precision, exactly.
  static func widen(
    _ source: UnsafePointer<Self>, into destination: UnsafeMutablePointer<Double>, count: Int)
}

/// OpenBLAS's own threads are ended before its first use.
///
/// Parallelism stands outside the products, over blocks of fixed size, so that no result depends on
/// the number of threads, and so that two thread pools never fight for the same processors.
enum OpenBLAS {
  static let isSingleThreaded: Bool = {
    coterie_end_blas_threads()
    return true
  }()

  /// A BLAS dimension; traps where it does not fit, since such a matrix cannot be addressed by
  /// BLAS.
  static func dimension(_ count: Int) -> Int32 {
    guard let dimension = Int32(exactly: count) else {
      preconditionFailure("a BLAS dimension must be under 2^31; split the rows into blocks")
    }
    return dimension
  }
}

extension Double: BLASScalar {
  /// C = alpha · op(A) · op(B) + beta · C by OpenBLAS, on one thread.
  public static func gemm(
    transposeA: Bool, transposeB: Bool, m: Int, n: Int, k: Int, alpha: Double,
    a: UnsafePointer<Double>, aStride: Int, b: UnsafePointer<Double>, bStride: Int, beta: Double,
    c: UnsafeMutablePointer<Double>, cStride: Int
  ) {
    guard m > 0, n > 0 else { return }
    _ = OpenBLAS.isSingleThreaded
    cblas_dgemm(
      CblasRowMajor, transposeA ? CblasTrans : CblasNoTrans,
      transposeB ? CblasTrans : CblasNoTrans, OpenBLAS.dimension(m), OpenBLAS.dimension(n),
      OpenBLAS.dimension(k), alpha, a, OpenBLAS.dimension(max(1, aStride)), b,
      OpenBLAS.dimension(max(1, bStride)), beta, c, OpenBLAS.dimension(max(1, cStride)))
  }

  /// The lower triangle of C = alpha · Aᵀ · A + beta · C by OpenBLAS, on one thread.
  public static func syrk(
    n: Int, k: Int, alpha: Double, a: UnsafePointer<Double>, aStride: Int, beta: Double,
    c: UnsafeMutablePointer<Double>, cStride: Int
  ) {
    guard n > 0 else { return }
    _ = OpenBLAS.isSingleThreaded
    cblas_dsyrk(
      CblasRowMajor, CblasLower, CblasTrans, OpenBLAS.dimension(n), OpenBLAS.dimension(k), alpha, a,
      OpenBLAS.dimension(max(1, aStride)), beta, c, OpenBLAS.dimension(max(1, cStride)))
  }

  /// Writes `count` numbers in double precision, exactly.
  public static func widen(
    _ source: UnsafePointer<Double>, into destination: UnsafeMutablePointer<Double>, count: Int
  ) {
    destination.update(from: source, count: count)
  }
}

extension Float: BLASScalar {
  /// C = alpha · op(A) · op(B) + beta · C by OpenBLAS, on one thread.
  public static func gemm(
    transposeA: Bool, transposeB: Bool, m: Int, n: Int, k: Int, alpha: Float,
    a: UnsafePointer<Float>, aStride: Int, b: UnsafePointer<Float>, bStride: Int, beta: Float,
    c: UnsafeMutablePointer<Float>, cStride: Int
  ) {
    guard m > 0, n > 0 else { return }
    _ = OpenBLAS.isSingleThreaded
    cblas_sgemm(
      CblasRowMajor, transposeA ? CblasTrans : CblasNoTrans,
      transposeB ? CblasTrans : CblasNoTrans, OpenBLAS.dimension(m), OpenBLAS.dimension(n),
      OpenBLAS.dimension(k), alpha, a, OpenBLAS.dimension(max(1, aStride)), b,
      OpenBLAS.dimension(max(1, bStride)), beta, c, OpenBLAS.dimension(max(1, cStride)))
  }

  /// The lower triangle of C = alpha · Aᵀ · A + beta · C by OpenBLAS, on one thread.
  public static func syrk(
    n: Int, k: Int, alpha: Float, a: UnsafePointer<Float>, aStride: Int, beta: Float,
    c: UnsafeMutablePointer<Float>, cStride: Int
  ) {
    guard n > 0 else { return }
    _ = OpenBLAS.isSingleThreaded
    cblas_ssyrk(
      CblasRowMajor, CblasLower, CblasTrans, OpenBLAS.dimension(n), OpenBLAS.dimension(k), alpha, a,
      OpenBLAS.dimension(max(1, aStride)), beta, c, OpenBLAS.dimension(max(1, cStride)))
  }

  /// Writes `count` numbers in double precision, exactly.
  public static func widen(
    _ source: UnsafePointer<Float>, into destination: UnsafeMutablePointer<Double>, count: Int
  ) {
    var index = 0
    while index < count {
      destination[index] = Double(source[index])
      index &+= 1
    }
  }
}
