import Foundation

/// The terminal: messages go to the standard error, data to the standard output.
enum Console {
  /// True where colours are welcome: a terminal, and no `NO_COLOR` in the environment.
  static var isColored: Bool {
    isatty(STDERR_FILENO) != 0
      && (ProcessInfo.processInfo.environment["NO_COLOR"] ?? "").isEmpty
  }

  /// True where the terminal shows more than ASCII, as the environment says.
  static var isUnicode: Bool {
    let environment = ProcessInfo.processInfo.environment
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"].lazy.compactMap { environment[$0] }
      .first { !$0.isEmpty }
    return locale.map { name in
      let name = name.lowercased()
      return name.contains("utf-8") || name.contains("utf8")
    } ?? false
  }

  static func standardError(_ text: String) {
    FileHandle.standardError.write(Data(text.utf8))
  }

  /// Says something that is worth knowing and no error.
  static func note(_ text: String) { standardError("note: \(text)\n") }

  /// Says what is being done, on a terminal only; the line is overwritten by the next one.
  static func progress(_ text: String) {
    if isatty(STDERR_FILENO) != 0 { standardError("\r\u{1B}[K\(text)\(isUnicode ? "…" : "...")") }
  }

  /// How many characters a line of the terminal holds.
  static var width: Int {
    var size = winsize()
    let isKnown = ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size) == 0 && size.ws_col > 0
    return isKnown ? Int(size.ws_col) : 80
  }

  /// How many characters a line of the standard output holds: 80, or those of a wider terminal.
  static var outputWidth: Int {
    var size = winsize()
    let isKnown = isatty(STDOUT_FILENO) != 0 && ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0
    return isKnown ? max(80, Int(size.ws_col)) : 80
  }

  /// Clears the line of ``progress(_:)``.
  static func endProgress() {
    if isatty(STDERR_FILENO) != 0 { standardError("\r\u{1B}[K") }
  }
}
