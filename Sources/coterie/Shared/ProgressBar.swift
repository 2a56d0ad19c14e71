import Dispatch
import EventLog
import Foundation

/// How far reading is, as a line on the standard error: drawn anew seven times a second while the reader
/// is at work, and cleared at the end.
final class ProgressBar {
  private let queue = DispatchQueue(label: "progress bar")
  private let timer: any DispatchSourceTimer

  /// Starts a bar that shows itself after a second; nil where the standard error is no terminal.
  init?(_ progress: ReadProgress, of inputs: [Input]) {
    guard isatty(STDERR_FILENO) != 0, ProcessInfo.processInfo.environment["TERM"] != "dumb" else {
      return nil
    }
    let total = Self.byteCount(of: inputs)
    let (started, isUnicode) = (Date(), Console.isUnicode)
    let source = DispatchSource.makeTimerSource(queue: queue)
    source.schedule(deadline: .now() + 1, repeating: .milliseconds(143))
    source.setEventHandler {
      let line = ProgressLine(
        bytes: progress.byteCount, total: total, events: progress.eventCount,
        seconds: Date().timeIntervalSince(started))
      Console.standardError(
        "\r\(line.text(width: Console.width - 1, isUnicode: isUnicode))\u{1B}[K")
    }
    source.resume()
    timer = source
  }

  deinit { end() }

  /// Clears the line; nothing is drawn afterwards.
  func end() {
    queue.sync {
      guard !timer.isCancelled else { return }
      timer.cancel()
      Console.endProgress()
    }
  }

  /// The size of all inputs, or nil where one of them is not a file.
  private static func byteCount(of inputs: [Input]) -> Int? {
    var total = 0
    for input in inputs {
      var status = stat()
      guard case .file(let path) = input, stat(path, &status) == 0,
        status.st_mode & S_IFMT == S_IFREG
      else { return nil }
      total += Int(status.st_size)
    }
    return total
  }
}

/// What a progress bar says at a moment.
struct ProgressLine {
  let bytes: Int
  /// All bytes there are, or nil where nobody knows.
  let total: Int?
  let events: Int
  let seconds: Double

  /// The line, in no more than `width` characters: what matters less is left out first.
  func text(width: Int, isUnicode: Bool) -> String {
    let rate = Double(bytes) / max(seconds, 0.001)
    var parts = ["\(Self.count(events)) events", "\(Self.size(rate))/s"]
    var start = "reading"
    if let total, total > 0 {
      // A file may grow meanwhile.
      let share = min(1, Double(bytes) / Double(total))
      start += String(format: " %3.0f %%", (100 * share).rounded(.down))
      if bytes > 0, share < 1 {
        parts.append("\(Self.duration(Double(total - bytes) / rate)) left")
      }
      // Of a steady width, whatever the numbers beside it.
      let rest = max(41, parts.joined(separator: ", ").count)
      let barWidth = min(40, width - start.count - rest - 3)
      if barWidth >= 8 {
        start += " " + Self.bar(share, width: barWidth, isUnicode: isUnicode) + " "
      }
    } else {
      parts.insert(Self.size(Double(bytes)), at: 0)
    }
    if !start.hasSuffix(" ") { start += " " }
    while parts.count > 1, (start + parts.joined(separator: ", ")).count > width {
      parts.removeFirst()
    }
    return String((start + parts.joined(separator: ", ")).prefix(max(0, width)))
  }

  private static func bar(_ share: Double, width: Int, isUnicode: Bool) -> String {
    guard isUnicode else {
      let full = Int(share * Double(width - 2))
      return "[" + String(repeating: "#", count: full)
        + String(repeating: ".", count: width - 2 - full) + "]"
    }
    let eighths = Int(share * Double(8 * width))
    let parts = Array("▏▎▍▌▋▊▉")
    var bar = String(repeating: "█", count: eighths / 8)
    if eighths % 8 > 0 { bar.append(parts[eighths % 8 - 1]) }
    return bar + String(repeating: "░", count: width - bar.count)
  }

  /// A number in three or four digits: 950, 12.3 k, 1.20 M.
  static func count(_ number: Int) -> String {
    number < 1000 ? String(number) : scaled(Double(number), ["", "k", "M", "G", "T"])
  }

  /// Bytes in three or four digits: 950 B, 12.3 kB, 1.20 GB.
  static func size(_ bytes: Double) -> String {
    bytes < 1000
      ? "\(Int(bytes)) B" : scaled(bytes, ["B", "kB", "MB", "GB", "TB", "PB"])
  }

  private static func scaled(_ number: Double, _ units: [String]) -> String {
    var (rest, unit) = (number, 0)
    while rest >= 999.5, unit + 1 < units.count {
      rest /= 1000
      unit += 1
    }
    let digits = rest < 9.995 ? 2 : rest < 99.95 ? 1 : 0
    return String(format: "%.*f %@", digits, rest, units[unit])
  }

  /// A time in its two largest units: 12 s, 3 min 05 s, 2 h 10 min.
  static func duration(_ seconds: Double) -> String {
    let whole = Int(min(seconds.rounded(.up), 1e9))
    if whole < 60 { return "\(whole) s" }
    if whole < 3600 { return String(format: "%d min %02d s", whole / 60, whole % 60) }
    return String(format: "%d h %02d min", whole / 3600, whole / 60 % 60)
  }
}
