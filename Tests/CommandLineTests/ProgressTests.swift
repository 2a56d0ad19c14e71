import Foundation
import Testing

/// What long reading says of itself on a terminal.
struct ProgressTests {
  /// Runs `coterie features` on a terminal, with events that come in over some time; what it writes
  /// there.
  static func terminalOutput(
    inputSeconds: Double, environment: [String: String], to output: String
  ) throws -> (text: String, code: Int32) {
    // A pseudo terminal by Linux's own calls, as Glibc's module lacks the functions of POSIX:
    // TIOCSPTLCK unlocks it, TIOCGPTN says its number.
    let master = open("/dev/ptmx", O_RDWR | O_NOCTTY)
    var (lock, number): (Int32, UInt32) = (0, 0)
    try #require(
      master >= 0 && ioctl(master, 0x4004_5431, &lock) == 0
        && ioctl(master, 0x8004_5430, &number) == 0)
    let terminal = FileHandle(fileDescriptor: master, closeOnDealloc: true)
    let process = Process()
    process.executableURL = URL(fileURLWithPath: Tool.path)
    process.arguments = ["features", "-", "--as-of", "2024-02-01", "--output", output]
    process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
    let input = Pipe()
    process.standardInput = input
    process.standardOutput = FileHandle.nullDevice
    let slave = try #require(FileHandle(forUpdatingAtPath: "/dev/pts/\(number)"))
    process.standardError = slave
    try process.run()
    try slave.close()
    input.fileHandleForWriting.write(
      Data("member_id,timestamp,event\na,2024-01-01,x\nb,2024-01-02,y\n".utf8))
    Thread.sleep(forTimeInterval: inputSeconds)
    try input.fileHandleForWriting.close()
    var text: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 4096)
    // Ends with an error once nobody has the terminal open.
    while case let count = read(terminal.fileDescriptor, &chunk, chunk.count), count > 0 {
      text += chunk[..<count]
    }
    process.waitUntilExit()
    return (String(decoding: text, as: UTF8.self), process.terminationStatus)
  }

  @Test func longReadingShowsHowFarItIsAndClearsTheLine() throws {
    try TemporaryFolder.with { folder in
      let found = try Self.terminalOutput(
        inputSeconds: 1.7, environment: ["TERM": "xterm", "LC_ALL": "C.UTF-8"],
        to: folder.path("f.csv"))
      #expect(found.code == 0)
      let lines = found.text.split(separator: "\r").map(String.init)
      #expect(lines.count >= 3, "\(found.text.debugDescription)")
      #expect(
        lines.dropLast().allSatisfy {
          $0.hasPrefix("reading 56 B, 0 events, ") && $0.hasSuffix(" B/s\u{1B}[K")
        }, "\(found.text.debugDescription)")
      #expect(lines.last == "\u{1B}[K")
    }
  }

  @Test(arguments: [(0.0, "xterm"), (1.5, "dumb")])
  func nothingIsDrawnForShortWorkOrDumbTerminals(seconds: Double, terminal: String) throws {
    try TemporaryFolder.with { folder in
      let found = try Self.terminalOutput(
        inputSeconds: seconds, environment: ["TERM": terminal], to: folder.path("f.csv"))
      #expect(found.code == 0)
      #expect(!found.text.contains("reading"))
    }
  }
}
