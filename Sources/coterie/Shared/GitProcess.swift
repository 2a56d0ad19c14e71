import EventLog
import Foundation

/// Runs git in a repository.
struct GitProcess {
  let repository: String

  /// The first line that git prints, or nil where it fails.
  func text(_ arguments: [String]) throws -> String? {
    var bytes: [UInt8] = []
    let process = try start(arguments, error: FileHandle.nullDevice)
    try read(process.output) { bytes.append(contentsOf: $0) }
    process.git.waitUntilExit()
    if process.git.terminationStatus == 127 { throw missing }
    guard process.git.terminationStatus == 0 else { return nil }
    return String(decoding: bytes, as: UTF8.self).split(separator: "\n").first.map(String.init)
      ?? ""
  }

  /// Hands on what git prints, piece by piece.
  func stream(
    _ arguments: [String], _ body: (UnsafeRawBufferPointer) throws -> Void
  ) throws {
    try withTemporaryFile([]) { errorFile in
      let process = try start(arguments, error: try FileHandle(forWritingTo: errorFile))
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
        let said =
          try String(contentsOf: errorFile, encoding: .utf8)
          .split(separator: "\n").last.map(String.init) ?? "git ended early"
        throw EventLogError.noGitHistory(
          repository: repository, reason: "git cannot read the history: \(said)")
      }
    }
  }

  /// People as the repository's mailmap has them, in the same order.
  func mailmapped(_ contacts: [String]) throws -> [String] {
    let lines = contacts.map { $0 + "\n" }.joined()
    return try withTemporaryFile(Array(lines.utf8)) { file in
      var bytes: [UInt8] = []
      let process = try start(
        ["check-mailmap", "--stdin"], input: try FileHandle(forReadingFrom: file),
        error: FileHandle.nullDevice)
      try read(process.output) { bytes.append(contentsOf: $0) }
      process.git.waitUntilExit()
      guard process.git.terminationStatus == 0 else {
        throw EventLogError.noGitHistory(
          repository: repository,
          reason: "git check-mailmap fails: look for a damaged line in .mailmap")
      }
      return String(decoding: bytes, as: UTF8.self).split(separator: "\n").map(String.init)
    }
  }

  private var missing: EventLogError {
    .noGitHistory(repository: repository, reason: "there is no git in the PATH: install it")
  }

  private func start(
    _ arguments: [String], input: FileHandle = FileHandle.nullDevice, error: FileHandle
  ) throws -> (git: Process, output: FileHandle) {
    let git = Process()
    git.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    git.arguments = ["git", "-C", repository] + arguments
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
