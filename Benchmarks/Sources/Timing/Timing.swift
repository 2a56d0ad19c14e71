import Foundation
import LinearAlgebra

/// The seconds that `body` takes, and what it returns.
public func timed<Result>(_ body: () throws -> Result) rethrows -> (seconds: Double, Result) {
  let clock = ContinuousClock()
  let start = clock.now
  let result = try body()
  let (seconds, attoseconds) = (clock.now - start).components
  return (Double(seconds) + 1e-18 * Double(attoseconds), result)
}

/// The middle of the times; of an even number the upper of the two.
public func median(_ times: [Double]) -> Double { times.sorted()[times.count / 2] }

/// Ends the program where its arguments are not `usage`.
public func fail(_ usage: String) -> Never {
  FileHandle.standardError.write(Data("usage: \(usage)\n".utf8))
  exit(64)
}

/// Prints one JSON object.
public func printJSON(_ object: some Encodable) throws {
  let encoder = JSONEncoder()
  encoder.outputFormatting = .sortedKeys
  encoder.keyEncodingStrategy = .convertToSnakeCase
  print(String(decoding: try encoder.encode(object), as: UTF8.self))
}

/// What a `.npy` file holds, in double precision.
public func readDoubles(_ path: String) throws -> Matrix<Double> {
  switch try NumPyFile.read(URL(fileURLWithPath: path)) {
  case .float32(let matrix): matrix.converted()
  case .float64(let matrix): matrix
  }
}
