/// A kind of file that holds no text to be read, known by its first bytes.
public struct ForeignFormat: Sendable, Hashable {
  /// The kind, such as `a ZIP archive`.
  public let name: String
  /// How to get at what is in it.
  public let advice: String

  /// How many bytes tell most kinds; a tar archive takes more.
  static let byteCount = 64

  /// The kind of file that begins with some bytes; nil for what may be text, and for gzip, which is read.
  init?(_ bytes: some Collection<UInt8>) {
    let start = Array(bytes.prefix(4096))
    guard let found = Self.archive(start) ?? Self.table(start) ?? Self.utf16(start) else {
      return nil
    }
    self = found
  }

  private init(_ name: String, _ advice: String) {
    self.name = name
    self.advice = advice
  }

  private static func archive(_ start: [UInt8]) -> ForeignFormat? {
    func begins(_ signature: [UInt8]) -> Bool { start.starts(with: signature) }
    if begins([0x50, 0x4b, 3, 4]) || begins([0x50, 0x4b, 5, 6]) { return zip(start) }
    if begins([0x28, 0xb5, 0x2f, 0xfd]) {
      return ForeignFormat("Zstandard-compressed", "decompress it with zstd -d, or use gzip")
    }
    if begins(Array("BZh".utf8)), start.dropFirst(4).starts(with: [0x31, 0x41, 0x59, 0x26, 0x53]) {
      return ForeignFormat("bzip2-compressed", "decompress it with bunzip2, or use gzip")
    }
    if begins([0xfd, 0x37, 0x7a, 0x58, 0x5a, 0]) {
      return ForeignFormat("xz-compressed", "decompress it with xz -d, or use gzip")
    }
    if begins([0x37, 0x7a, 0xbc, 0xaf, 0x27, 0x1c]) {
      return ForeignFormat("a 7z archive", "unpack it and name the file that is in it")
    }
    if start.dropFirst(257).starts(with: Array("ustar".utf8)), start.contains(0) {
      return ForeignFormat("a tar archive", "unpack it and name the files that are in it")
    }
    return nil
  }

  /// What kind of ZIP archive it is, by the name of its first file.
  private static func zip(_ start: [UInt8]) -> ForeignFormat {
    let name = start.dropFirst(30)
    if name.starts(with: Array("[Content_Types]".utf8)) || name.starts(with: Array("_rels".utf8))
      || name.starts(with: Array("xl/".utf8))
    {
      return ForeignFormat("an Excel workbook", "save its sheet as CSV UTF-8")
    }
    if name.starts(with: Array("mimetypeapplication/vnd.oasis".utf8)) {
      return ForeignFormat("an OpenDocument spreadsheet", "save its sheet as CSV in UTF-8")
    }
    let nameCount = start.count > 27 ? Int(start[26]) + Int(start[27]) << 8 : 0
    if name.prefix(nameCount).suffix(4).elementsEqual(".npy".utf8) {
      return ForeignFormat(
        "a NumPy .npz archive", "save the one array that is meant with numpy.save, as .npy")
    }
    return ForeignFormat("a ZIP archive", "unzip it and name the file that is in it")
  }

  private static func table(_ start: [UInt8]) -> ForeignFormat? {
    func begins(_ signature: String) -> Bool { start.starts(with: Array(signature.utf8)) }
    // A header may begin with these letters; what follows in these formats is no text.
    let isBinary = start.prefix(byteCount).contains { $0 < 9 }
    if begins("PAR1"), isBinary {
      return ForeignFormat("a Parquet file", "write it as CSV, for example with DuckDB's COPY")
    }
    if begins("ORC"), isBinary { return ForeignFormat("an ORC file", "write it as CSV") }
    if begins("Obj\u{1}") {
      return ForeignFormat(
        "an Avro file", "write it as JSON Lines, for example with avro-tools tojson")
    }
    if begins("ARROW1"), isBinary { return ForeignFormat("an Arrow file", "write it as CSV") }
    if begins("SQLite format 3\u{0}") {
      return ForeignFormat(
        "a SQLite database", "write the table as CSV: sqlite3 -header -csv FILE 'SELECT ...'")
    }
    if start.starts(with: [0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1]) {
      return ForeignFormat("an old Excel workbook", "save its sheet as CSV UTF-8")
    }
    if start.starts(with: [0x93] + Array("NUMPY".utf8)) {
      return ForeignFormat(
        "a NumPy array", "where an array is read, give the file a name that ends in .npy")
    }
    return nil
  }

  /// Text in UTF-16, by its byte order mark or, without one, as every other byte of its first letters is 0.
  private static func utf16(_ start: [UInt8]) -> ForeignFormat? {
    let isMarked = start.starts(with: [0xff, 0xfe]) || start.starts(with: [0xfe, 0xff])
    let pairs = stride(from: 0, to: min(start.count - 1, 8), by: 2).map {
      (start[$0], start[$0 + 1])
    }
    let isWide =
      pairs.count == 4
      && (pairs.allSatisfy { $0.0 >= 9 && $0.1 == 0 }
        || pairs.allSatisfy { $0.0 == 0 && $0.1 >= 9 })
    guard isMarked || isWide else { return nil }
    return ForeignFormat("text in UTF-16", "save it as UTF-8: iconv -f UTF-16 -t UTF-8 FILE")
  }
}
