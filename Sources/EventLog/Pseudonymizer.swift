/// Replaces ids by pseudonyms: `m` and the first hexadecimal digits of the HMAC-SHA256 of the id
/// under a secret key.
///
/// The same id and key always give the same pseudonym, so that logs of different days still fit
/// together. Whoever has no key can neither go back nor try likely ids; whoever has it can do the
/// latter, and exact times may give a person away: the data become pseudonymous, not anonymous.
public struct Pseudonymizer: Sendable {
  /// The least number of bytes a key may have.
  public static let leastKeyByteCount = 16
  /// The most bytes a key file may have; a larger one is hardly a key.
  public static let greatestKeyByteCount = 4096

  /// How many hexadecimal digits a pseudonym has, behind the `m`.
  public let digitCount: Int
  private let code: HMAC

  /// Makes a pseudonymizer of a key.
  ///
  /// - Precondition: the key has at least ``leastKeyByteCount`` bytes, and pseudonyms 1 to 64 digits.
  public init(key: [UInt8], digitCount: Int = 16) {
    precondition(key.count >= Self.leastKeyByteCount, "the key is too short")
    precondition((1...64).contains(digitCount), "a pseudonym has 1 to 64 digits")
    self.digitCount = digitCount
    code = HMAC(key: key)
  }

  /// Reads the key from a file: all its bytes but one line end behind them.
  ///
  /// - Throws: ``EventLogError`` where the file cannot be read, or is too short or too long for a key.
  public init(keyFile: String, digitCount: Int = 16) throws {
    let bytes: [UInt8]
    do {
      bytes = try ByteStream.allBytes(
        of: .file(keyFile), isText: false, limit: Self.greatestKeyByteCount + 1)
    } catch EventLogError.unreadable(_, let reason) {
      throw EventLogError.unusableKey(file: keyFile, reason: "cannot be read: \(reason)")
    }
    guard bytes.count <= Self.greatestKeyByteCount else {
      throw EventLogError.unusableKey(
        file: keyFile,
        reason: "has more than \(Self.greatestKeyByteCount) bytes, which is hardly a key")
    }
    var key = bytes
    if key.last == ascii("\n") { key.removeLast() }
    if key.count < bytes.count, key.last == ascii("\r") { key.removeLast() }
    guard key.count >= Self.leastKeyByteCount else {
      throw EventLogError.unusableKey(
        file: keyFile,
        reason: "has \(key.count) bytes, and a key needs \(Self.leastKeyByteCount) at least")
    }
    self.init(key: key, digitCount: digitCount)
  }

  /// Makes a pseudonymizer of a random key that nobody gets to see.
  public static func withRandomKey(digitCount: Int = 16) -> Pseudonymizer {
    var generator = SystemRandomNumberGenerator()
    return Pseudonymizer(
      key: (0..<32).map { _ in UInt8.random(in: 0...255, using: &generator) },
      digitCount: digitCount)
  }

  /// The pseudonym of an id.
  public func pseudonym(of id: String) -> String {
    "m" + hexadecimal(code.code(id.utf8)).prefix(digitCount)
  }

  /// True when a text has the form of this pseudonymizer's pseudonyms.
  public func isPseudonym(_ text: String) -> Bool {
    let bytes = Array(text.utf8)
    return bytes.count == digitCount + 1 && bytes[0] == ascii("m")
      && bytes.dropFirst().allSatisfy {
        (ascii("0")...ascii("9")).contains($0) || (ascii("a")...ascii("f")).contains($0)
      }
  }

  /// The pseudonyms of some ids, in their order.
  ///
  /// - Throws: ``EventLogError/equalPseudonyms(digitCount:idCount:)`` where two different ids get the
  ///   same one.
  public func pseudonyms(of ids: [String]) throws(EventLogError) -> [String] {
    var seen = Interner()
    let pseudonyms = ids.map { pseudonym(of: $0) }
    for text in pseudonyms { _ = seen.intern(text) }
    guard seen.count == ids.count else {
      throw EventLogError.equalPseudonyms(digitCount: digitCount, idCount: ids.count)
    }
    return pseudonyms
  }
}

extension ByteStream {
  /// All bytes of an input, decompressed if they are gzip, up to a limit; what is text cannot be a file of another kind.
  static func allBytes(of input: Input, isText: Bool = true, limit: Int = .max) throws -> [UInt8] {
    do {
      let stream = try ByteStream(input, isText: isText)
      var all: [UInt8] = []
      var chunk = [UInt8](repeating: 0, count: 1 << 18)
      while all.count < limit {
        let count = try chunk.withUnsafeMutableBytes { try stream.read(into: $0) }
        if count == 0 { break }
        all.append(contentsOf: chunk[..<count])
      }
      return all
    } catch let damage as ByteStream.Damage {
      throw damage.asError(file: input.description, recordsRead: 0)
    }
  }
}
