import Foundation
import TestSupport

/// The tool as its users run it: a process of its own.
enum Tool {
  struct Result {
    let code: Int32
    let output: String
    let error: String
  }

  /// The binary that was built with the tests.
  static let path: String = {
    let beside = URL(fileURLWithPath: CommandLine.arguments[0])
      .deletingLastPathComponent().appendingPathComponent("coterie").path
    return FileManager.default.isExecutableFile(atPath: beside)
      ? beside : ReferenceData.checkout.appendingPathComponent(".build/debug/coterie").path
  }()

  /// Runs the tool to its end, with some bytes on the standard input, by default in the checkout.
  static func run(
    _ arguments: [String], input: [UInt8] = [], in folder: URL = ReferenceData.checkout,
    environment: [String: String] = [:]
  ) throws -> Result {
    try run(path, arguments, input: input, in: folder, environment: environment)
  }

  /// Runs any program to its end.
  static func run(
    _ program: String, _ arguments: [String], input: [UInt8] = [],
    in folder: URL = ReferenceData.checkout, environment added: [String: String] = [:]
  ) throws -> Result {
    try TemporaryFolder.with { scratch in
      let process = Process()
      process.executableURL = URL(fileURLWithPath: program)
      process.arguments = arguments
      process.currentDirectoryURL = folder
      var environment = ProcessInfo.processInfo.environment
      environment["SWIFT_BACKTRACE"] = "enable=no"
      process.environment = environment.merging(added) { $1 }
      // Files, not pipes: a pipe that nobody empties would stop the tool.
      let input = try scratch.write("input", input)
      let output = try scratch.write("output", [])
      let error = try scratch.write("error", [])
      process.standardInput = try FileHandle(forReadingFrom: input)
      process.standardOutput = try FileHandle(forWritingTo: output)
      process.standardError = try FileHandle(forWritingTo: error)
      try process.run()
      process.waitUntilExit()
      return Result(
        code: process.terminationReason == .exit ? process.terminationStatus : -1,
        output: try String(contentsOf: output, encoding: .utf8),
        error: try String(contentsOf: error, encoding: .utf8))
    }
  }
}

/// A folder that is gone after the test.
struct TemporaryFolder {
  let url: URL

  static func with<Result>(_ body: (TemporaryFolder) throws -> Result) throws -> Result {
    let url = FileManager.default.temporaryDirectory
      .appendingPathComponent("coterie-\(UUID().uuidString)", isDirectory: true)
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: url) }
    return try body(TemporaryFolder(url: url))
  }

  /// The path of a file in the folder.
  func path(_ name: String) -> String { url.appendingPathComponent(name).path }

  /// Writes a file.
  @discardableResult
  func write(_ name: String, _ bytes: some Sequence<UInt8>) throws -> URL {
    let file = url.appendingPathComponent(name)
    try Data(bytes).write(to: file)
    return file
  }

  /// Writes a text file and returns its path.
  @discardableResult
  func write(_ name: String, _ text: String) throws -> String {
    try write(name, text.utf8).path
  }

  /// The bytes of a file.
  func read(_ name: String) throws -> Data {
    try Data(contentsOf: url.appendingPathComponent(name))
  }

  /// The names of all files, sorted.
  var names: [String] {
    get throws { try FileManager.default.contentsOfDirectory(atPath: url.path).sorted() }
  }
}
