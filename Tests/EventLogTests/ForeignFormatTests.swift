import EventLog
import Foundation
import Testing

/// Files of other kinds are known by their content, and refused with what to do.
struct ForeignFormatTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let bytes: [UInt8]
    let name: String
    let advice: String

    var testDescription: String { name }
  }

  private static func text(_ text: String) -> [UInt8] { Array(text.utf8) }

  /// The first header of a ZIP archive, of a file of some name.
  private static func zip(_ name: String) -> [UInt8] {
    text("PK\u{3}\u{4}") + [UInt8](repeating: 0, count: 22) + [UInt8(name.utf8.count), 0, 0, 0]
      + text(name) + [UInt8](repeating: 7, count: 100)
  }

  private static let binary: [UInt8] = [0x15, 0, 0x15, 0x90, 2, 0, 0]

  static let cases = [
    Case(bytes: zip("events.csv"), name: "a ZIP archive", advice: "unzip it"),
    Case(bytes: zip("[Content_Types].xml"), name: "an Excel workbook", advice: "CSV UTF-8"),
    Case(bytes: zip("xl/workbook.xml"), name: "an Excel workbook", advice: "CSV UTF-8"),
    Case(
      bytes: zip("mimetypeapplication/vnd.oasis.opendocument.spreadsheet"),
      name: "an OpenDocument spreadsheet", advice: "CSV"),
    Case(bytes: zip("arr_0.npy"), name: "a NumPy .npz archive", advice: "numpy.save"),
    Case(bytes: [0x28, 0xb5, 0x2f, 0xfd, 4, 0], name: "Zstandard-compressed", advice: "zstd -d"),
    Case(
      bytes: text("BZh9") + [0x31, 0x41, 0x59, 0x26, 0x53, 0x59], name: "bzip2-compressed",
      advice: "bunzip2"),
    Case(bytes: [0xfd] + text("7zXZ") + [0, 0], name: "xz-compressed", advice: "xz -d"),
    Case(
      bytes: text("7z") + [0xbc, 0xaf, 0x27, 0x1c, 0, 4], name: "a 7z archive", advice: "unpack"),
    Case(
      bytes: text("events.csv") + [UInt8](repeating: 0, count: 247) + text("ustar") + [0],
      name: "a tar archive", advice: "unpack"),
    Case(bytes: text("PAR1") + binary, name: "a Parquet file", advice: "CSV"),
    Case(bytes: text("ORC") + binary, name: "an ORC file", advice: "CSV"),
    Case(bytes: text("Obj\u{1}") + binary, name: "an Avro file", advice: "tojson"),
    Case(bytes: text("ARROW1") + [0, 0] + binary, name: "an Arrow file", advice: "CSV"),
    Case(
      bytes: text("SQLite format 3\u{0}") + binary, name: "a SQLite database", advice: "sqlite3"),
    Case(
      bytes: [0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1, 0], name: "an old Excel workbook",
      advice: "CSV UTF-8"),
    Case(bytes: [0x93] + text("NUMPY\u{1}\u{0}"), name: "a NumPy array", advice: ".npy"),
    Case(
      bytes: [0xff, 0xfe] + text("m\u{0}e\u{0}m\u{0}"), name: "text in UTF-16", advice: "iconv"),
    Case(bytes: [0xfe, 0xff, 0] + text("m"), name: "text in UTF-16", advice: "iconv"),
    Case(
      bytes: text("m\u{0}e\u{0}m\u{0}b\u{0}e\u{0}"), name: "text in UTF-16", advice: "iconv"),
    Case(
      bytes: text("\u{0}m\u{0}e\u{0}m\u{0}b\u{0}e"), name: "text in UTF-16", advice: "iconv"),
  ]

  @Test(arguments: cases)
  func otherKindsOfFilesAreRefusedWhereverTheyAreRead(_ test: Case) throws {
    for bytes in [test.bytes, gzipped(test.bytes)] {
      let input = Input.bytes(bytes, name: "f")
      let readings: [() throws -> Void] = [
        { _ = try EventReader().read([input]) }, { _ = try MemberReader().read(input) },
        { _ = try DelimitedReader(input) },
        { _ = try DiscourseImporter().read([input], naming: .plain) },
        { _ = try GitHubImporter().read([input], naming: .plain) },
      ]
      for reading in readings {
        let error = #expect(throws: EventLogError.self) { try reading() }
        guard case .foreignFormat("f", let format) = error else {
          Issue.record("\(String(describing: error))")
          continue
        }
        #expect(format.name == test.name)
        #expect("\(try #require(error))".hasPrefix("f: is \(test.name): "))
        #expect(format.advice.contains(test.advice))
      }
    }
  }

  @Test(arguments: ["PAR1", "ORC", "ORCID", "ARROW1", "PK", "BZh9", "Obj", "7z", "ustar"])
  func aHeaderMayBeginWithTheSameLetters(name: String) throws {
    let text = "\(name),member_id,timestamp,event\n1,a,2024-01-01,x\n"
    #expect(try EventReader().read([.bytes(Array(text.utf8), name: "f")]).history.count == 1)
  }

  @Test func aKeyMayBeginWithAnyBytes() throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
    defer { try? FileManager.default.removeItem(at: folder) }
    try Data([0xff, 0xfe] + (0..<30).map { UInt8($0) }).write(to: folder)
    #expect(try Pseudonymizer(keyFile: folder.path).pseudonym(of: "a").hasPrefix("m"))
  }
}
