#if canImport(Glibc)
  internal import Glibc
#endif

/// Asks for large pages behind memory that is about to be written for the first time.
///
/// Its first touch takes fewer faults, and passes over it miss the page tables less often. Less than
/// a large page, or a system without them, is left as it is.
package func adviseLargePages<Element>(_ memory: UnsafeMutableBufferPointer<Element>) {
  #if os(Linux)
    let pageSize = 2 << 20
    guard let base = UnsafeMutableRawPointer(memory.baseAddress) else { return }
    let size = memory.count * MemoryLayout<Element>.stride
    let start = base.alignedUp(toMultipleOf: pageSize)
    let end = (base + size).alignedDown(toMultipleOf: pageSize)
    guard end > start else { return }
    _ = madvise(start, end - start, Int32(MADV_HUGEPAGE))
  #endif
}
