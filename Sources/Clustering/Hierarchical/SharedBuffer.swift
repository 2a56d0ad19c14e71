internal import LinearAlgebra

/// Memory that threads may write to side by side.
final class SharedBuffer<Element>: @unchecked Sendable {
  let base: UnsafeMutablePointer<Element>
  let count: Int

  init(count: Int, of element: Element) {
    self.count = count
    base = .allocate(capacity: max(1, count))
    base.initialize(repeating: element, count: count)
  }

  /// Memory that must be written before it is read, in large pages where there is much of it.
  init(uninitializedCount count: Int) {
    self.count = count
    base = .allocate(capacity: max(1, count))
    adviseLargePages(UnsafeMutableBufferPointer(start: base, count: count))
  }

  init(_ elements: [Element]) {
    count = elements.count
    base = .allocate(capacity: max(1, count))
    elements.withUnsafeBufferPointer { elements in
      if let source = elements.baseAddress { base.initialize(from: source, count: count) }
    }
  }

  deinit { base.deallocate() }

  subscript(_ index: Int) -> Element {
    get { base[index] }
    set { base[index] = newValue }
  }
}
