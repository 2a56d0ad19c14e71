internal import CISAL

/// Decompresses gzip, also when several members follow each other (RFC 1952).
final class Inflater {
  private let state = UnsafeMutablePointer<inflate_state>.allocate(capacity: 1)
  /// True between the first byte of a member and its end mark.
  private(set) var isInsideMember = false

  init() { begin() }

  deinit { state.deallocate() }

  private func begin() {
    isal_inflate_init(state)
    state.pointee.crc_flag = UInt32(ISAL_GZIP)
  }

  /// Decompresses some of the input; returns how much, and how much that makes.
  func inflate(
    _ input: UnsafeMutableBufferPointer<UInt8>, into output: UnsafeMutableRawBufferPointer
  ) throws -> (consumed: Int, produced: Int) {
    if state.pointee.block_state == ISAL_BLOCK_FINISH {
      // Some writers pad the file with zeros; anything else has to be another member.
      let padding = input.prefix { $0 == 0 }.count
      if padding > 0 { return (padding, 0) }
      begin()
    }
    isInsideMember = true
    let capacity = UInt32(min(output.count, Int(UInt32.max)))
    state.pointee.next_in = input.baseAddress
    state.pointee.avail_in = UInt32(input.count)
    state.pointee.next_out = output.baseAddress?.assumingMemoryBound(to: UInt8.self)
    state.pointee.avail_out = capacity
    let status = isal_inflate(state)
    if let reason = Self.reason(status) { throw ByteStream.Damage.damagedGzip(reason) }
    if state.pointee.block_state == ISAL_BLOCK_FINISH { isInsideMember = false }
    return (
      input.count - Int(state.pointee.avail_in), Int(capacity - state.pointee.avail_out)
    )
  }

  /// What is wrong with a stream; nil where nothing is.
  private static func reason(_ status: Int32) -> String? {
    guard status < 0 else { return nil }
    return switch status {
    case ISAL_INVALID_BLOCK: "a block is invalid"
    case ISAL_INVALID_SYMBOL: "a code is invalid"
    case ISAL_INVALID_LOOKBACK: "a distance reaches back too far"
    case ISAL_INVALID_WRAPPER: "a header is invalid"
    case ISAL_UNSUPPORTED_METHOD: "its method of compression is unknown"
    case ISAL_INCORRECT_CHECKSUM: "a checksum does not agree"
    default: "code \(status)"
    }
  }
}
