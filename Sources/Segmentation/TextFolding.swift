import Foundation

/// The text in the form in which texts are compared: without case, in one Unicode form.
///
/// Every letter becomes its upper case and then its lower case, with Unicode's full mappings and no
/// language's own ("Straße" and "STRASSE" agree, so do σ and ς), and the result is brought into
/// Unicode normal form C, so that é is one letter however it was typed. Compatibility forms stay
/// apart (² is not 2), but for ligatures such as ﬁ, whose upper case is two letters.
func folded(_ text: String) -> String {
  var copy = text
  let lowered = copy.withUTF8 { bytes -> String? in
    guard bytes.allSatisfy({ $0 < 0x80 }) else { return nil }
    return String(
      decoding: bytes.map { (65...90).contains($0) ? $0 + 32 : $0 }, as: UTF8.self)
  }
  return lowered ?? text.uppercased().lowercased().precomposedStringWithCanonicalMapping
}

/// True where `part` stands somewhere in `whole`, byte for byte.
func bytesContain(_ whole: String, _ part: String) -> Bool {
  var (whole, part) = (whole, part)
  return whole.withUTF8 { whole in
    part.withUTF8 { part in
      guard part.count <= whole.count else { return false }
      return (0...whole.count - part.count).contains { start in
        part.indices.allSatisfy { whole[start + $0] == part[$0] }
      }
    }
  }
}

/// True where both texts have the same bytes.
func bytesAreEqual(_ left: String, _ right: String) -> Bool {
  left.utf8.elementsEqual(right.utf8)
}
