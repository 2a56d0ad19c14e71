import ArgumentParser
import Clustering
import EventLog
import Foundation
import LinearAlgebra

/// `coterie doctor`: whether this machine computes what it should.
struct Doctor: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Checks the libraries that coterie stands on.",
    discussion: """
      Exit codes: 0 sound, 1 a check failed, 64 usage.

      Example:
        coterie doctor
      """)

  @Flag(help: "Print one JSON object on the standard output.")
  var json = false

  private struct Check {
    let name: String
    let isSound: Bool
    let detail: String
  }

  func run() throws {
    let checks = [
      try Self.product(), try Self.decomposition(), try Self.seedings(), try Self.compression(),
      Self.zones(),
    ]
    let isSound = checks.allSatisfy(\.isSound)
    if json {
      try JSONValue.print(
        verb: "doctor",
        [
          "sound": .boolean(isSound), "tool": .string(Coterie.version),
          "kernel": .string(linearAlgebraKernel),
          "processors": .integer(availableProcessorCount),
          "checks": .array(
            checks.map { check in
              .object([
                "name": .string(check.name), "sound": .boolean(check.isSound),
                "detail": .string(check.detail),
              ])
            }),
        ])
    } else {
      print(
        "coterie \(Coterie.version), \(linearAlgebraKernel), \(availableProcessorCount) processors")
      for check in checks {
        print("  \(check.isSound ? "ok     " : "BROKEN ") \(check.name): \(check.detail)")
      }
    }
    if !isSound {
      throw Failure(
        code: Failure.Code.foundSomething,
        "this machine does not compute what it should: update OpenBLAS, or set OPENBLAS_CORETYPE to "
          + "an older processor, such as Haswell, and try again")
    }
  }

  /// A product of matrices against plain loops: old builds of OpenBLAS choose wrong kernels on new
  /// processors.
  private static func product() throws -> Check {
    var generator = SeededGenerator(seed: 1)
    let (m, n, k) = (37, 29, 53)
    func random(_ rows: Int, _ columns: Int) -> Matrix<Double> {
      Matrix(
        rowCount: rows, columnCount: columns,
        elements: (0..<rows * columns).map { _ in generator.normal() })
    }
    let (left, right) = (random(m, k), random(n, k))
    let found = try left.multiplied(byTransposeOf: right)
    var worst = 0.0
    for row in 0..<m {
      for column in 0..<n {
        var expected = 0.0
        for index in 0..<k { expected += left[row, index] * right[column, index] }
        worst = max(worst, abs(found[row, column] - expected))
      }
    }
    return Check(
      name: "BLAS", isSound: worst < 1e-12,
      detail: "a \(m) × \(k) × \(n) product differs by \(worst) from plain loops")
  }

  /// Principal components of a matrix whose components are known.
  private static func decomposition() throws -> Check {
    let samples = Matrix<Double>(rows: [[3, 4], [-3, -4], [0.8, -0.6], [-0.8, 0.6]])
    let components = try PrincipalComponents(samples)
    let expected = [50.0 / 3, 2.0 / 3]
    let worst = zip(components.explainedVariance, expected).map { abs($0 - $1) }.max() ?? .infinity
    return Check(
      name: "LAPACK", isSound: worst < 1e-12,
      detail: "variances of known components differ by \(worst)")
  }

  /// A clustering that is the same for any number of threads.
  private static func seedings() throws -> Check {
    var generator = SeededGenerator(seed: 2)
    let samples = Matrix<Double>(
      rowCount: 3000, columnCount: 4, elements: (0..<12_000).map { _ in generator.normal() })
    let one = try KMeans(clusterCount: 5, restartCount: 2, threadCount: 1).fit(samples)
    let three = try KMeans(clusterCount: 5, restartCount: 2, threadCount: 3).fit(samples)
    return Check(
      name: "threads", isSound: one == three,
      detail: one == three
        ? "one thread and three give the same bits" : "one thread and three differ")
  }

  private static func compression() throws -> Check {
    let text =
      "member_id,timestamp,event\n"
      + (0..<1000).map { "m\($0),2024-01-01T00:00:00Z,post\n" }.joined()
    let (history, _) = try EventReader().read([
      .bytes(gzipped(Array(text.utf8)), name: "doctor")
    ])
    return Check(
      name: "zlib", isSound: history.count == 1000,
      detail: "\(history.count) of 1000 events read back from gzip")
  }

  private static func zones() -> Check {
    let zone = TimeZone(identifier: "Europe/Vienna")
    let summer = zone?.secondsFromGMT(for: Date(timeIntervalSince1970: 1_720_000_000))
    return Check(
      name: "time zones", isSound: summer == 7200,
      detail: summer == 7200
        ? "the zone database is there"
        : "no zone database: install the tzdata package to use clock.zone")
  }
}
