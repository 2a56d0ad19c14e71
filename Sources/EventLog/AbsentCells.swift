/// Whether a cell says that there is nothing.
///
/// Empty or blank cells do everywhere, and so does `\N`, as PostgreSQL and MySQL write NULL. Among numbers and
/// times `NA`, `N/A`, `NULL` and `NaN` do, too, in any case; among texts they are texts, as `NA` is a country.
package func isAbsent(_ cell: UnsafeBufferPointer<UInt8>, inNumbers: Bool) -> Bool {
  let text = trimmingBlanks(cell)
  if text.isEmpty { return true }
  if text.count == 2, text[0] == ascii("\\"), text[1] == ascii("N") { return true }
  guard inNumbers, (2...4).contains(text.count) else { return false }
  return ["na", "n/a", "null", "nan"].contains { word in
    text.count == word.utf8.count && zip(text, word.utf8).allSatisfy { $0 | 0x20 == $1 | 0x20 }
  }
}

/// The same of a cell as text.
package func isAbsent(_ cell: String, inNumbers: Bool) -> Bool {
  var copy = cell
  return copy.withUTF8 { isAbsent($0, inNumbers: inNumbers) }
}
