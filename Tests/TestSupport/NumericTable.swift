public import Foundation
public import LinearAlgebra

/// A CSV file of numbers with a header line, gzipped or not, read for tests.
public struct NumericTable: Sendable {
  /// The header's names.
  public let columns: [String]
  /// All numbers, n × d.
  public let matrix: Matrix<Double>

  /// A file that is not such a table, or could not be unpacked.
  public struct ReadingError: Error {
    /// What went wrong.
    public let reason: String
  }

  /// Reads a table.
  public init(_ file: URL) throws {
    let text = try file.pathExtension == "gz" ? Self.unpacked(file) : Data(contentsOf: file)
    let header = text.prefix { $0 != 0x0A }
    columns = String(decoding: header, as: UTF8.self).split(separator: ",").map { String($0) }
    var numbers: [Double] = []
    // A closing NUL stops strtod at the end.
    try (text.dropFirst(header.count + 1) + [0]).withUnsafeBytes { bytes in
      guard var position = bytes.baseAddress?.assumingMemoryBound(to: CChar.self) else { return }
      while position.pointee != 0 {
        var end: UnsafeMutablePointer<CChar>?
        numbers.append(strtod(position, &end))
        guard let end, UnsafePointer(end) != position else {
          throw ReadingError(reason: "\(file.path): number \(numbers.count) cannot be read")
        }
        position = UnsafePointer(end)
        while [0x2C, 0x0A, 0x0D].contains(position.pointee) { position += 1 }
      }
    }
    guard !columns.isEmpty, numbers.count % columns.count == 0 else {
      throw ReadingError(reason: "\(file.path): \(numbers.count) numbers, \(columns.count) columns")
    }
    matrix = Matrix(
      rowCount: numbers.count / columns.count, columnCount: columns.count, elements: numbers)
  }

  /// A column by its name, as whole numbers.
  public func labels(_ name: String) throws -> [Int] {
    guard let index = columns.firstIndex(of: name) else {
      throw ReadingError(reason: "there is no column \(name)")
    }
    return matrix.column(index).map { Int($0) }
  }

  private static func unpacked(_ file: URL) throws -> Data {
    let process = Process()
    let pipe = Pipe()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["gzip", "-dc", file.path]
    process.standardOutput = pipe
    try process.run()
    let data = pipe.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else {
      throw ReadingError(reason: "\(file.path): gzip failed")
    }
    return data
  }
}

extension ReferenceData {
  /// A set of the reference answers by its name: one of `reference/matrices`, else of `clusters`.
  public static func set(_ name: String) throws -> Matrix<Double> {
    let places = [
      "reference/matrices/\(name).csv", "clusters/\(name).csv", "clusters/\(name).csv.gz",
    ]
    for place in places where FileManager.default.fileExists(atPath: file(place).path) {
      return try NumericTable(file(place)).matrix
    }
    throw NumericTable.ReadingError(reason: "there is no set \(name)")
  }
}
