import Foundation

/// The most memory that the process has held at once, in bytes; 0 where the system does not tell.
///
/// The kernel's high-water mark of the process itself: that of `getrusage` begins with its parent's.
func peakMemoryInBytes() -> Int {
  guard let status = try? String(contentsOfFile: "/proc/self/status", encoding: .utf8) else {
    return 0
  }
  let line = status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") }
  let kibibytes = line?.split(separator: " ").dropFirst().first.flatMap { Int($0) }
  return (kibibytes ?? 0) * 1024
}
