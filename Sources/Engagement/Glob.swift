/// A pattern for whole names: `*` stands for any bytes, `?` for one character, the rest for itself.
public struct Glob: Sendable, Hashable {
  /// The pattern as written.
  public let pattern: String

  /// Makes a glob.
  public init(_ pattern: String) { self.pattern = pattern }

  /// True where the pattern is more than a plain name.
  public var hasWildcard: Bool { pattern.utf8.contains { $0 == Self.star || $0 == Self.mark } }

  /// True where the whole name fits the pattern, byte for byte.
  ///
  /// - Complexity: O(length of the pattern times length of the name).
  public func matches(_ name: String) -> Bool {
    let pattern = Array(pattern.utf8)
    let name = Array(name.utf8)
    var patternIndex = 0
    var nameIndex = 0
    var retry: (pattern: Int, name: Int)?
    while nameIndex < name.count {
      if patternIndex < pattern.count, pattern[patternIndex] == Self.star {
        retry = (patternIndex, nameIndex)
        patternIndex += 1
      } else if patternIndex < pattern.count, pattern[patternIndex] == Self.mark {
        patternIndex += 1
        nameIndex += 1
        while nameIndex < name.count, name[nameIndex] & 0xC0 == 0x80 { nameIndex += 1 }
      } else if patternIndex < pattern.count, pattern[patternIndex] == name[nameIndex] {
        patternIndex += 1
        nameIndex += 1
      } else if let (lastStar, start) = retry {
        retry = (lastStar, start + 1)
        patternIndex = lastStar + 1
        nameIndex = start + 1
      } else {
        return false
      }
    }
    while patternIndex < pattern.count, pattern[patternIndex] == Self.star { patternIndex += 1 }
    return patternIndex == pattern.count
  }

  private static let star = UInt8(ascii: "*")
  private static let mark = UInt8(ascii: "?")
}
