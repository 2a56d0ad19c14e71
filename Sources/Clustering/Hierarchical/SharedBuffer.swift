/// Memory that threads may write to side by side.
final class SharedBuffer<Element>: @unchecked Sendable {
  let base: UnsafeMutablePointer<Element>
  let count: Int

  init(count: Int, of element: Element) {
    self.count = count
    base = .allocate(capacity: max(1, count))
    base.initialize(repeating: element, count: count)
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
