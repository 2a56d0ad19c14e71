import Foundation

/// The most memory that the process has held at once, in bytes.
func peakMemoryInBytes() -> Int {
  var usage = rusage()
  getrusage(RUSAGE_SELF, &usage)
  return usage.ru_maxrss * 1024
}
