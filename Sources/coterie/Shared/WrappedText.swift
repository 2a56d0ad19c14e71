import Foundation

/// A text whose lines are no longer than a width, those of the standard output by default.
///
/// Longer lines are broken at blanks, and go on two blanks further to the right than they begin. A word
/// that is longer than a line stays whole, and a percentage stays together.
func wrapped(_ text: String, width: Int = Console.outputWidth) -> String {
  text.split(separator: "\n", omittingEmptySubsequences: false)
    .map { wrappedLine($0, width: width) }.joined(separator: "\n")
}

private func wrappedLine(_ line: Substring, width: Int) -> String {
  guard line.count > width else { return "\(line)" }
  let indent: Substring = line.prefix { $0 == " " }
  var lines: [String] = []
  var last = "\(indent)"
  let text = line.dropFirst(indent.count).replacingOccurrences(of: " %", with: "\u{A0}%")
  for word in text.split(separator: " ", omittingEmptySubsequences: false) {
    if last.count == indent.count {
      last += word
    } else if last.count + 1 + word.count <= width {
      last += " \(word)"
    } else {
      lines.append(last)
      last = "\(indent)  \(word)"
    }
  }
  return (lines + [last]).joined(separator: "\n").replacingOccurrences(of: "\u{A0}", with: " ")
}
