import Engagement
import EventLog
import Foundation

/// Numbers and instants as people read them: three significant digits, and times in the project's zone.
///
/// Files and JSON keep all digits, and UTC.
struct ReadableText {
  let clock: Clock

  /// An instant in the project's zone, with its offset; in UTC as `…Z`.
  func time(_ instant: Timestamp) -> String { clock.text(instant) }

  /// A text with its instants in the zone and its fractions to three digits; what stands in quotes is a
  /// text of somebody's, and stays.
  func text(_ text: String) -> String {
    text.split(separator: "\"", omittingEmptySubsequences: false).enumerated()
      .map { $0 % 2 == 0 ? unquoted($1) : String($1) }.joined(separator: "\"")
  }

  private func unquoted(_ text: Substring) -> String {
    var (result, token) = ("", "")
    func end() -> String {
      if let instant = Timestamp(token), token.hasSuffix("Z") { return time(instant) }
      if token.contains("."), let number = Double(token) { return shortNumber(number) }
      return token
    }
    for character in text {
      if character.isLetter || character.isNumber || "+-.:_".contains(character) {
        token.append(character)
      } else {
        result += end() + String(character)
        token = ""
      }
    }
    return result + end()
  }
}

/// A number to three significant digits: `-0.122`, `1.5`, `1235`; whole from 100 on, and never with an
/// exponent unless it is under 0.0001 in size.
func shortNumber(_ number: Double) -> String {
  guard number.isFinite, number != 0 else { return number == 0 ? "0" : "\(number)" }
  if abs(number) >= 99.95 { return formatted(number.rounded()) }
  let digits = 2 - Int(floor(log10(abs(number))))
  if digits > 6 { return String(format: "%.3g", number) }
  var text = String(format: "%.\(digits)f", number)
  while text.contains("."), text.hasSuffix("0") { text.removeLast() }
  if text.hasSuffix(".") { text.removeLast() }
  return text
}
