import EventLog
import Foundation

/// Runs git in a repository.
///
/// Only the repository decides what is printed: what the environment says to git, the settings of the
/// user and the machine, replaced objects and grafts do not count, and nothing is fetched.
struct GitProcess {
  let repository: String
  /// Settings for every run, as `KEY=VALUE`.
  private var settings: [String]

  /// Takes over from the user's settings whom to trust, which git asks of folders of other owners.
  init(repository: String) throws {
    self.repository = repository
    settings = []
    var trusted: [String] = []
    for scope in ["--system", "--global"] {
      var bytes: [UInt8] = []
      let process = try start(
        git: ["config", scope, "--null", "--get-all", "safe.directory"], Self.ownEnvironment)
      try read(process.output) { bytes.append(contentsOf: $0) }
      process.git.waitUntilExit()
      trusted += bytes.split(separator: 0, omittingEmptySubsequences: false).dropLast()
        .map { String(decoding: $0, as: UTF8.self) }
    }
    settings = trusted.map { "safe.directory=" + $0 }
  }

  /// Takes names from the mailmap of the repository alone; false where that cannot be read, as in a
  /// partial clone without files, and none is used.
  mutating func useMailmapOfRepository() throws -> Bool {
    let isBare = try text(["rev-parse", "--is-bare-repository"]) == "true"
    let others = settings + ["mailmap.file=/dev/null"]
    settings = others + ["mailmap.blob=" + (isBare ? "HEAD:.mailmap" : "")]
    if try text(["check-mailmap", "<somebody@example.org>"]) != nil { return true }
    settings = others + ["mailmap.blob="]
    return false
  }

  /// The first line that git prints, or nil where it fails.
  func text(_ arguments: [String]) throws -> String? {
    var bytes: [UInt8] = []
    let process = try start(arguments)
    try read(process.output) { bytes.append(contentsOf: $0) }
    process.git.waitUntilExit()
    if process.git.terminationStatus == 127 { throw missing }
    guard process.git.terminationStatus == 0 else { return nil }
    return String(decoding: bytes, as: UTF8.self).split(separator: "\n").first.map(String.init)
      ?? ""
  }

  /// Hands on what git prints, piece by piece; it is given the lines on its standard input.
  func stream(
    _ arguments: [String], input lines: [String] = [],
    _ body: (UnsafeRawBufferPointer) throws -> Void
  ) throws {
    try withTemporaryFile(Array(lines.map { $0 + "\n" }.joined().utf8)) { inputFile in
      try withTemporaryFile([]) { errorFile in
        let process = try start(
          arguments, input: try FileHandle(forReadingFrom: inputFile),
          error: try FileHandle(forWritingTo: errorFile))
        do {
          try read(process.output, body)
        } catch {
          process.git.terminate()
          process.git.waitUntilExit()
          throw error
        }
        process.git.waitUntilExit()
        if process.git.terminationStatus == 127 { throw missing }
        guard process.git.terminationReason == .exit, process.git.terminationStatus == 0 else {
          let message =
            try String(contentsOf: errorFile, encoding: .utf8)
            .split(separator: "\n").last.map(String.init) ?? "git ended early"
          throw EventLogError.noGitHistory(
            repository: repository, reason: "git cannot read the history: \(message)")
        }
      }
    }
  }

  /// Hands on what git prints, line by line.
  func lines(_ arguments: [String], _ body: (Substring) throws -> Void) throws {
    var rest: [UInt8] = []
    try stream(arguments) { bytes in
      rest.append(contentsOf: bytes)
      let end = rest.lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0
      for line in String(decoding: rest[..<end], as: UTF8.self).split(separator: "\n") {
        try body(line)
      }
      rest.removeFirst(end)
    }
  }

  /// People as the repository's mailmap has them, in the same order.
  func mailmapped(_ contacts: [String]) throws -> [String] {
    var bytes: [UInt8] = []
    try stream(["check-mailmap", "--stdin"], input: contacts) { bytes.append(contentsOf: $0) }
    return String(decoding: bytes, as: UTF8.self).split(separator: "\n").map(String.init)
  }

  private var missing: EventLogError {
    .noGitHistory(repository: repository, reason: "there is no git in the PATH: install it")
  }

  /// The environment without what is said to git.
  private static let ownEnvironment = ProcessInfo.processInfo.environment
    .filter { !$0.key.hasPrefix("GIT_") }

  private static let environment = ownEnvironment.merging(
    [
      "GIT_ALLOW_PROTOCOL": "", "GIT_ATTR_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": "/dev/null",
      "GIT_CONFIG_NOSYSTEM": "1", "GIT_GRAFT_FILE": "/dev/null", "GIT_NO_LAZY_FETCH": "1",
      "GIT_NO_REPLACE_OBJECTS": "1", "GIT_OPTIONAL_LOCKS": "0", "LC_ALL": "C",
    ]) { $1 }

  private func start(
    _ arguments: [String], input: FileHandle = .nullDevice, error: FileHandle = .nullDevice
  ) throws -> (git: Process, output: FileHandle) {
    try start(
      git: ["-C", repository] + settings.flatMap { ["-c", $0] } + arguments, Self.environment,
      input: input, error: error)
  }

  private func start(
    git arguments: [String], _ environment: [String: String], input: FileHandle = .nullDevice,
    error: FileHandle = .nullDevice
  ) throws -> (git: Process, output: FileHandle) {
    let git = Process()
    git.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    git.arguments = ["git"] + arguments
    git.environment = environment
    let pipe = Pipe()
    git.standardInput = input
    git.standardOutput = pipe
    git.standardError = error
    try git.run()
    return (git, pipe.fileHandleForReading)
  }

  private func read(
    _ handle: FileHandle, _ body: (UnsafeRawBufferPointer) throws -> Void
  ) throws {
    let capacity = 1 << 18
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: capacity, alignment: 16)
    defer { buffer.deallocate() }
    while true {
      let count = Foundation.read(handle.fileDescriptor, buffer.baseAddress, capacity)
      if count == 0 { return }
      if count < 0 {
        if errno == EINTR { continue }
        throw EventLogError.noGitHistory(
          repository: repository, reason: "what git prints cannot be read")
      }
      try body(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
    }
  }

  private func withTemporaryFile<Result>(
    _ bytes: [UInt8], _ body: (URL) throws -> Result
  ) throws -> Result {
    let file = FileManager.default.temporaryDirectory
      .appendingPathComponent("coterie-\(UUID().uuidString)")
    // Nobody else needs to read who is named in a history.
    let isMade = FileManager.default.createFile(
      atPath: file.path, contents: Data(bytes), attributes: [.posixPermissions: 0o600])
    guard isMade else {
      throw EventLogError.unwritable(file: file.path, reason: "no temporary file can be made")
    }
    defer { try? FileManager.default.removeItem(at: file) }
    return try body(file)
  }
}
