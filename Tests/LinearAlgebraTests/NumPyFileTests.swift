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
  private func bytes(_ header: String, version: UInt8 = 1, data: some Sequence<UInt8> = []) -> Data
  {
    let length = header.utf8.count
    var bytes: [UInt8] = [0x93, 0x4E, 0x55, 0x4D, 0x50, 0x59, version, 0]
    bytes += [UInt8(length & 0xFF), UInt8(length >> 8)]
    if version > 1 { bytes += [0, 0] }
    return Data(bytes + Array(header.utf8) + data)
  }

  /// What is wrong with a file of these bytes, whether it is read or mapped.
  private func fault(_ contents: Data) throws -> NumPyFault? {
    try withFolder { folder in
      let file = folder.appendingPathComponent("a.npy")
      try contents.write(to: file)
      let faults = [
        fault(file) { (file) throws(LinearAlgebraError) in _ = try NumPyFile.read(file) },
        fault(file) { (file) throws(LinearAlgebraError) in _ = try NumPyFile.map(file) },
      ]
      #expect(faults[0] == faults[1])
      return faults[0]
    }
  }

  private func fault(
    _ file: URL, _ body: (URL) throws(LinearAlgebraError) -> Void
  ) -> NumPyFault? {
    do throws(LinearAlgebraError) {
      try body(file)
      return nil
    } catch {
      guard case .numPyFile(file.path, let fault) = error else { return nil }
      return fault
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
      #expect(try mapped(file) == array)
    }
  }

  /// The array of a mapped file, copied out of it.
  private func mapped(_ file: URL) throws -> NumPyArray {
    switch try NumPyFile.map(file) {
    case .float32(let matrix): .float32(Matrix(matrix))
    case .float64(let matrix): .float64(Matrix(matrix))
    }
  }

  /// Headers of 16-byte and other lengths, as old and foreign writers make them: the elements lie
  /// at places of every kind.
  @Test(arguments: [1, 2, 3] as [UInt8], ["<f4", "<f8"])
  func mappedIsRead(version: UInt8, elementType: String) throws {
    let single = Matrix<Float>(rows: [[1, -0.0, .pi], [.infinity, -2.5, 1e38]])
    let double: Matrix<Double> = single.converted()
    let body =
      elementType == "<f4"
      ? single.withUnsafeElements { Array(UnsafeRawBufferPointer($0)) }
      : double.withUnsafeElements { Array(UnsafeRawBufferPointer($0)) }
    for padding in 0...16 {
      let header =
        "{'descr': '\(elementType)', 'fortran_order': False, 'shape': (2, 3), }"
        + String(repeating: " ", count: padding) + "\n"
      try withFolder { folder in
        let file = folder.appendingPathComponent("a.npy")
        try bytes(header, version: version, data: body).write(to: file)
        let expected: NumPyArray = elementType == "<f4" ? .float32(single) : .float64(double)
        #expect(try mapped(file) == expected)
        #expect(try NumPyFile.read(file) == expected)
      }
    }
  }

  @Test func mappedOutlivesItsFile() throws {
    let values = Matrix<Double>(
      rowCount: 1000, columnCount: 3, elements: (0..<3000).map(Double.init))
    let array = try withFolder { folder in
      let file = folder.appendingPathComponent("a.npy")
      try NumPyFile.write(.float64(values), to: file)
      return try NumPyFile.map(file)
    }
    guard case .float64(let matrix) = array else {
      Issue.record("float64 was written")
      return
    }
    #expect((matrix.rowCount, matrix.columnCount) == (1000, 3))
    #expect(Matrix(matrix) == values)
    #expect(matrix.selectingRows([7, 0, 7]) == values.selectingRows([7, 0, 7]))
    #expect(matrix.converted(to: Float.self) == values.converted(to: Float.self))
    #expect(matrix.columnMeans() == values.columnMeans())
    #expect(matrix.columnStandardDeviations() == values.columnStandardDeviations())
    #expect(matrix.firstNonFinite() == nil)
  }

  @Test func pipesAreReadAndNotMapped() throws {
    let values = NumPyArray.float32(Matrix(rows: [[1, 2], [3, 4]]))
    try withFolder { folder in
      let (file, pipe) = (
        folder.appendingPathComponent("a.npy"), folder.appendingPathComponent("p.npy")
      )
      try NumPyFile.write(values, to: file)
      let contents = try Data(contentsOf: file)
      func withPipe<Result>(_ body: () throws -> Result) throws -> Result {
        try #require(mkfifo(pipe.path, 0o600) == 0)
        defer { unlink(pipe.path) }
        // Held open for both, so that neither end waits for the other; the pipe holds it all.
        let both = open(pipe.path, O_RDWR)
        let writing = FileHandle(
          fileDescriptor: open(pipe.path, O_WRONLY), closeOnDealloc: true)
        try writing.write(contentsOf: contents)
        let closer = Thread {
          Thread.sleep(forTimeInterval: 0.2)
          try? writing.close()
          close(both)
        }
        closer.start()
        return try body()
      }
      #expect(try withPipe { try NumPyFile.read(pipe) } == values)
      #expect(throws: LinearAlgebraError.self) { try withPipe { try NumPyFile.map(pipe) } }
      #expect(throws: LinearAlgebraError.self) { try NumPyFile.map(folder) }
      #expect(throws: LinearAlgebraError.self) { try NumPyFile.read(folder) }
    }
  }

  @Test(arguments: [1, 2, 3] as [UInt8])
  func allVersionsAreRead(version: UInt8) throws {
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
    #expect(try fault(bytes("{}", version: 4)) == .version(major: 4, minor: 0))
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
