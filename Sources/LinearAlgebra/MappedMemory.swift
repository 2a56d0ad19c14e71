internal import Foundation

/// Pages that the system maps for us, given back when the last reference goes.
final class MappedMemory: @unchecked Sendable {
  /// From the beginning of a page on; none without an address.
  let bytes: UnsafeRawBufferPointer

  /// Maps a file's first `count` bytes, to be read; nil, with the reason in `errno`, where that
  /// cannot be done.
  init?(descriptor: Int32, count: Int) {
    guard count > 0 else {
      bytes = UnsafeRawBufferPointer(start: nil, count: 0)
      return
    }
    guard let base = mmap(nil, count, PROT_READ, MAP_PRIVATE, descriptor, 0), base != MAP_FAILED
    else { return nil }
    bytes = UnsafeRawBufferPointer(start: base, count: count)
  }

  /// Takes `count` bytes of memory, at least 1, that `fill` writes; nil, with the reason in `errno`,
  /// where there are none.
  init?<Failure: Error>(
    count: Int, fill: (UnsafeMutableRawBufferPointer) throws(Failure) -> Void
  ) throws(Failure) {
    guard
      let base = mmap(nil, count, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0),
      base != MAP_FAILED
    else { return nil }
    bytes = UnsafeRawBufferPointer(start: base, count: count)
    try fill(UnsafeMutableRawBufferPointer(start: base, count: count))
  }

  deinit {
    if let base = bytes.baseAddress {
      munmap(UnsafeMutableRawPointer(mutating: base), bytes.count)
    }
  }
}
