internal import COpenBLAS

/// What the products of matrices run on, for instance `OpenBLAS 0.3.26 Haswell`: the library, its
/// version, and the processor family whose kernels it chose when the process began.
public let linearAlgebraKernel: String = {
  // "OpenBLAS 0.3.26 NO_LAPACKE DYNAMIC_ARCH ...": the version is the first word with a digit.
  let configuration = String(cString: openblas_get_config())
  let version = configuration.split(separator: " ").first { $0.first?.isNumber ?? false }
  return (["OpenBLAS"] + [version.map { String($0) }, String(cString: openblas_get_corename())])
    .compactMap { $0 }.joined(separator: " ")
}()

/// Ends the threads that OpenBLAS starts while it is loaded, for the rest of the process.
///
/// They wait for work by spinning, and so take a processor for tens of milliseconds from a program
/// that has just begun. The first product of matrices ends them in any case, since Coterie divides work
/// among threads itself; a program calls this where it begins.
public func endLinearAlgebraThreads() {
  _ = OpenBLAS.isSingleThreaded
}
