import Foundation
import LinearAlgebra
import Testing

struct NumPyFileTests {
  private func withFolder<Result>(_ body: (URL) throws -> Result) throws -> Result {
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("numpy-file-tests-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    return try body(folder)
  }

  /// The bytes of a file with this header and these data.
  private func bytes(_ header: String, version: UInt8 = 1, data: [UInt8] = []) -> Data {
    let length = header.utf8.count
    var bytes: [UInt8] = [0x93, 0x4E, 0x55, 0x4D, 0x50, 0x59, version, 0]
    bytes += [UInt8(length & 0xFF), UInt8(length >> 8)]
    if version > 1 { bytes += [0, 0] }
    return Data(bytes + Array(header.utf8) + data)
  }

  private func fault(_ contents: Data) throws -> NumPyFault? {
    try withFolder { folder in
      let file = folder.appendingPathComponent("a.npy")
      try contents.write(to: file)
      do throws(LinearAlgebraError) {
        _ = try NumPyFile.read(file)
        return nil
      } catch {
        guard case .numPyFile(file.path, let fault) = error else { return nil }
        return fault
      }
    }
  }

  @Test func whatIsWrittenReadsBack() throws {
    let values = Matrix<Double>(rows: [
      [1, -0.0, .pi], [.infinity, Double.leastNonzeroMagnitude, 1e308],
    ])
    try withFolder { folder in
      for array in [NumPyArray.float64(values), .float32(values.converted())] {
        let file = folder.appendingPathComponent("a.npy")
        try NumPyFile.write(array, to: file)
        #expect(try NumPyFile.read(file) == array)
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["a.npy"])
        // The data start at a multiple of 64 bytes, as the format asks.
        let size = array == .float64(values) ? 48 : 24
        #expect((try Data(contentsOf: file).count - size) % 64 == 0)
      }
    }
  }

  @Test func emptyMatricesReadBack() throws {
    try withFolder { folder in
      let file = folder.appendingPathComponent("a.npy")
      let array = NumPyArray.float64(Matrix(rowCount: 0, columnCount: 3))
      try NumPyFile.write(array, to: file)
      let read = try NumPyFile.read(file)
      #expect(read == array && read.columnCount == 3)
    }
  }

  @Test(arguments: [1, 2] as [UInt8])
  func bothVersionsAreRead(version: UInt8) throws {
    let header = "{'descr': '<f4', 'fortran_order': False, 'shape': (1, 2), }      \n"
    let contents = bytes(header, version: version, data: [0, 0, 0x80, 0x3F, 0, 0, 0, 0x40])
    try withFolder { folder in
      let file = folder.appendingPathComponent("a.npy")
      try contents.write(to: file)
      #expect(try NumPyFile.read(file) == .float32(Matrix(rows: [[1, 2]])))
    }
  }

  struct Case: Sendable, CustomTestStringConvertible {
    let header: String
    let dataCount: Int
    let fault: NumPyFault
    var testDescription: String { "\(header) \(fault)" }

    static let all = [
      Case(
        header: "{'descr': '<f8', 'fortran_order': True, 'shape': (2, 2), }", dataCount: 32,
        fault: .fortranOrder),
      Case(
        header: "{'descr': '>f8', 'fortran_order': False, 'shape': (1, 1), }", dataCount: 8,
        fault: .elementType(">f8")),
      Case(
        header: "{'descr': [('a', '<f8')], 'fortran_order': False, 'shape': (1,), }", dataCount: 8,
        fault: .elementType("a record")),
      Case(
        header: "{'descr': '<f8', 'fortran_order': False, 'shape': (4,), }", dataCount: 32,
        fault: .dimensions(1)),
      Case(
        header: "{'descr': '<f8', 'fortran_order': False, 'shape': (), }", dataCount: 8,
        fault: .dimensions(0)),
      Case(
        header: "{'descr': '<f8', 'fortran_order': False, 'shape': (2, 2), }", dataCount: 24,
        fault: .length(expected: 32, found: 24)),
      Case(
        header: "{'descr': '<f8', 'fortran_order': False, 'shape': (4294967296, 4294967296), }",
        dataCount: 0, fault: .shapeOverflow),
      Case(
        header: "{'descr': '<f8', 'fortran_order': False, 'shape': (99999999999999999999, 1), }",
        dataCount: 0, fault: .shapeOverflow),
      Case(
        header: "{'descr': '<f8', 'shape': (1, 1), }", dataCount: 8,
        fault: .malformedHeader("descr, fortran_order and shape are all needed")),
      Case(
        header: "{'descr': '<f8', 'fortran_order': 0, 'shape': (1, 1), }", dataCount: 8,
        fault: .malformedHeader("True or False expected at byte 34")),
      Case(
        header: "{'extra': '<f8'}", dataCount: 0, fault: .malformedHeader("unknown key 'extra'")),
      Case(header: "{'descr': '<f8", dataCount: 0, fault: .malformedHeader("an open string")),
      Case(header: "", dataCount: 0, fault: .malformedHeader("'{' expected at byte 0")),
      Case(
        header: "{'descr': '<f8', 'fortran_order': False, 'shape': (-1, 1), }", dataCount: 0,
        fault: .malformedHeader("a count expected at byte 51")),
    ]
  }

  @Test(arguments: Case.all)
  func faultyHeadersAreNamed(testCase: Case) throws {
    let contents = bytes(testCase.header, data: [UInt8](repeating: 0, count: testCase.dataCount))
    #expect(try fault(contents) == testCase.fault)
  }

  @Test func filesCutShortAreNamed() throws {
    #expect(try fault(Data()) == .notNumPy)
    #expect(try fault(Data("id,x\n1,2\n".utf8)) == .notNumPy)
    let whole = bytes("{'descr': '<f8', 'fortran_order': False, 'shape': (0, 1), }")
    for length in 6..<whole.count { #expect(try fault(whole.prefix(length)) == .truncatedHeader) }
    #expect(try fault(whole) == nil)
    #expect(try fault(bytes("{}", version: 3)) == .version(major: 3, minor: 0))
  }

  @Test func missingFilesAndFoldersAreErrors() throws {
    try withFolder { folder in
      #expect(throws: LinearAlgebraError.self) {
        try NumPyFile.read(folder.appendingPathComponent("none.npy"))
      }
      #expect(throws: LinearAlgebraError.self) {
        try NumPyFile.write(
          .float64(Matrix(rows: [[1]])), to: folder.appendingPathComponent("none/a.npy"))
      }
    }
  }

  @Test func errorsSayTheWayOut() {
    let error = LinearAlgebraError.numPyFile(path: "a.npy", .fortranOrder)
    #expect(
      error.description
        == "a.npy: the array is in Fortran order; save numpy.ascontiguousarray(array)")
  }
}
