/// HMAC-SHA256 (RFC 2104, 1997, doi 10.17487/RFC2104): a digest that only those who have the key can
/// compute.
///
/// The key's two blocks are hashed once, so that a short message costs two blocks more.
struct HMAC: Sendable {
  private let inner: SHA256
  private let outer: SHA256

  init(key: [UInt8]) {
    var block = key
    if block.count > SHA256.blockSize {
      var hash = SHA256()
      hash.update(block)
      block = hash.digest()
    }
    block += [UInt8](repeating: 0, count: SHA256.blockSize - block.count)
    var inner = SHA256()
    inner.update(block.map { $0 ^ 0x36 })
    self.inner = inner
    var outer = SHA256()
    outer.update(block.map { $0 ^ 0x5c })
    self.outer = outer
  }

  /// The authentication code of a message, 32 bytes.
  ///
  /// - Complexity: O(bytes).
  func code(_ message: some Sequence<UInt8>) -> [UInt8] {
    var first = inner
    first.update(message)
    var second = outer
    second.update(first.digest())
    return second.digest()
  }
}
