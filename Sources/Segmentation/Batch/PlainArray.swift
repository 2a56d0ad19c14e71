/// Values that hold no references, in memory that is read without counting any: where threads read the same
/// array again and again, counting its references takes longer than reading it.
final class PlainArray<Element: BitwiseCopyable & Sendable>: @unchecked Sendable {
  let elements: UnsafeBufferPointer<Element>

  init(_ elements: [Element]) {
    let copy = UnsafeMutableBufferPointer<Element>.allocate(capacity: elements.count)
    _ = copy.initialize(from: elements)
    self.elements = UnsafeBufferPointer(copy)
  }

  deinit { elements.deallocate() }
}
