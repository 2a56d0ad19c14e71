import Foundation

/// Makes JSON Lines of a JSON array as its bytes go by: an element a line, byte for byte at its place.
///
/// Commas between elements become line ends; brackets around the array and line ends within elements become
/// blanks. A line end within a text, which JSON does not allow, stays forbidden. The lines of the file on
/// which elements begin are kept for messages.
final class JSONArrayLines: @unchecked Sendable {
  private let lock = NSLock()
  /// For each element, the line of the file on which it begins, counted from 1.
  private var lines: [Int32] = [1]
  private var line: Int32
  private var isAtStartOfElement = true
  private var depth = 0
  private var isInText = false
  private var isEscaped = false
  private(set) var hasEnded = false

  /// Begins on a line, counted from 1, before the array's opening bracket.
  init(line: Int) { self.line = Int32(truncatingIfNeeded: line) }

  /// The line of the file on which an element begins, elements and lines being counted from 1.
  func line(ofElement element: Int) -> Int {
    lock.withLock { Int(lines[min(max(0, element - 1), lines.count - 1)]) }
  }

  /// Replaces bytes by those of lines.
  func convert(_ bytes: UnsafeMutableBufferPointer<UInt8>) {
    lock.withLock {
      for index in bytes.indices { bytes[index] = converted(bytes[index]) }
    }
  }

  private func converted(_ byte: UInt8) -> UInt8 {
    if byte == ascii("\n") { line &+= 1 }
    if isInText {
      if isEscaped {
        isEscaped = false
      } else if byte == ascii("\\") {
        isEscaped = true
      } else if byte == ascii("\"") {
        isInText = false
      }
      return byte == ascii("\n") || byte == ascii("\r") ? 0x01 : byte
    }
    switch byte {
    case ascii("\n"), ascii("\r"): return 0x20
    case ascii(" "), ascii("\t"): return byte
    case ascii(",") where depth == 1:
      lines.append(line)
      isAtStartOfElement = true
      return ascii("\n")
    case ascii("[") where depth == 0 && !hasEnded:
      depth = 1
      return 0x20
    case ascii("]") where depth == 1:
      depth = 0
      hasEnded = true
      return 0x20
    default: break
    }
    if isAtStartOfElement {
      isAtStartOfElement = false
      lines[lines.count - 1] = line
    }
    switch byte {
    case ascii("\""): isInText = true
    case ascii("{"), ascii("["): depth += 1
    case ascii("}"), ascii("]"): depth -= 1
    default: break
    }
    return byte
  }
}
