@testable import EventLog
import Foundation

/// What holds for every reader, whatever the bytes are.
///
/// The first byte of an input picks the reader, the rest is for it. The fuzzer looks for inputs that break
/// something; the tests replay those that it found to be different.
struct ReaderProperties {
  enum Reader: UInt8, CaseIterable {
    case delimited, jsonLines, timestamp, gzip, members, blocks
  }

  /// What went wrong; nothing where all holds.
  private(set) var violations: [String] = []

  init(_ input: UnsafeRawBufferPointer) {
    guard let first = input.first else { return }
    let rest = Array(input.dropFirst())
    switch Reader(rawValue: first % UInt8(Reader.allCases.count)) {
    case .delimited: checkDelimited(rest)
    case .jsonLines: checkJSONLines(rest)
    case .timestamp: checkTimestampsAndNumbers(rest)
    case .gzip: checkGzip(rest)
    case .members: checkMembers(rest)
    case .blocks: checkBlocks(rest)
    case nil: break
    }
  }

  private mutating func expect(_ holds: Bool, _ property: @autoclosure () -> String) {
    if !holds { violations.append(property()) }
  }

  // MARK: Events

  /// What reading a log gives, as far as anybody can see.
  struct Outcome: Equatable {
    var events: [Event] = []
    var rejections: [Rejection] = []
    var report = ReadReport()
    var error: EventLogError?
  }

  static func read(
    _ bytes: [UInt8], threadCount: Int = 1, readsPlainJSON: Bool = true
  ) -> Outcome {
    var outcome = Outcome()
    var rejections: [Rejection] = []
    var reader = EventReader(rejectionLimit: .share(1)) { rejections.append($0) }
    reader.readsPlainJSON = readsPlainJSON
    do {
      let (history, report) = try reader.read(
        [.bytes(bytes, name: "log")], threadCount: threadCount)
      outcome.events = (0..<history.count).map { history[$0] }
      outcome.report = report
    } catch {
      outcome.error = error as? EventLogError
    }
    outcome.rejections = rejections
    return outcome
  }

  private mutating func checkCounts(_ found: Outcome) {
    guard found.error == nil else { return }
    expect(
      found.events.count + found.rejections.count + found.report.repeatedEventCount
        == found.report.recordCount, "records that are neither events nor rejected")
    expect(
      found.report.rejectedCount == found.rejections.count, "rejections that are not counted")
    for event in found.events {
      expect(!event.memberID.isEmpty && !event.type.isEmpty, "an event without id or type")
      expect(Timestamp.accepted.contains(event.timestamp), "a time that is not accepted")
      expect(event.value.map { abs($0) <= 1e15 } ?? true, "a value that is not accepted")
    }
    for (earlier, later) in zip(found.rejections, found.rejections.dropFirst()) {
      expect(earlier.line <= later.line, "lines that do not rise")
    }
  }

  private mutating func checkDelimited(_ bytes: [UInt8]) {
    let found = Self.read(bytes)
    checkCounts(found)
    // A quote anywhere asks for the way in which quotes may hold line ends; the last line, which has
    // one, is rejected in whatever log.
    guard found.error == nil, !bytes.contains(ascii("\"")), bytes.contains(ascii("\n")),
      bytes.first(where: { $0 != 0x20 && $0 != 0x09 && $0 != 0x0A && $0 != 0x0D }) != ascii("{")
    else { return }
    var quoted = Self.read(bytes + Array("\n\"\"x".utf8))
    guard quoted.rejections.popLast()?.reason == .textAfterQuote else {
      violations.append("a last line that is not rejected")
      return
    }
    expect(quoted.events == found.events, "events that depend on quotes elsewhere")
    expect(quoted.rejections == found.rejections, "rejections that depend on quotes elsewhere")
  }

  private mutating func checkJSONLines(_ bytes: [UInt8]) {
    let log = Array("{}\n".utf8) + bytes
    let plain = Self.read(log)
    checkCounts(plain)
    expect(
      plain == Self.read(log, readsPlainJSON: false), "a line of JSON that two parsers differ on")
  }

  /// The same records at the end of a block, and where one begins.
  private mutating func checkBlocks(_ bytes: [UInt8]) {
    guard bytes.count >= 3 else { return }
    let isJSON = bytes[0] & 1 == 1
    let place = Int(bytes[1]) | Int(bytes[2]) << 8
    let records = Array(bytes.dropFirst(3))
    func line(length: Int) -> [UInt8] {
      let (start, end) =
        isJSON
        ? (#"{"member_id":""#, #"","timestamp":"2024-01-01","event":"x"}"# + "\n")
        : ("", ",2024-01-01,x\n")
      let id = [UInt8](
        repeating: ascii("a"), count: max(1, length - start.utf8.count - end.utf8.count))
      return Array(start.utf8) + id + Array(end.utf8)
    }
    let start = (isJSON ? [] : Array("member_id,timestamp,event\n".utf8)) + line(length: 0)
    let alone = Self.read(start + records)
    // Two long records between put the others where a block ends.
    let padding = TextBlocks.blockSize - place % (records.count + 2) - start.count
    let long = line(length: padding / 2) + line(length: padding - padding / 2)
    var shifted = Self.read(start + long + records, threadCount: 2)
    shifted.rejections = shifted.rejections.map { rejection in
      Rejection(
        file: rejection.file, line: rejection.line - 2, reason: rejection.reason,
        record: rejection.record)
    }
    expect(shifted.error == alone.error, "errors that depend on blocks")
    expect(
      shifted.events.prefix(1) + shifted.events.dropFirst(3) == alone.events[...],
      "events that depend on blocks")
    expect(shifted.rejections == alone.rejections, "rejections that depend on blocks")
    expect(
      shifted.report.recordCount == alone.report.recordCount + 2, "counts that depend on blocks")
  }

  // MARK: Cells

  private mutating func checkTimestampsAndNumbers(_ bytes: [UInt8]) {
    let (usual, general) = (
      bytes.withUnsafeBufferPointer { WrittenTime($0)?.instant(in: .utc) },
      ([0x20] + bytes).withUnsafeBufferPointer { WrittenTime($0)?.instant(in: .utc) }
    )
    expect(usual == general, "a time that two parsers differ on")
    // What is written has four digits for the year.
    let written =
      Timestamp(
        microseconds: -62_167_219_200_000_000)..<Timestamp(
        microseconds: 253_402_300_800_000_000)
    if let usual, written.contains(usual) {
      expect(Timestamp(usual.description) == usual, "a time that does not read back")
    }
    if let number = bytes.withUnsafeBufferPointer({ parseDecimal($0) }) {
      // Digits, signs, points and exponents are all that can be left.
      expect(
        number == strtod(String(decoding: bytes, as: UTF8.self), nil),
        "a number that is not the nearest one")
    }
  }

  // MARK: Streams

  /// All bytes of a stream, up to a limit.
  private static func contents(
    _ bytes: [UInt8], bufferSize: Int
  ) -> (bytes: [UInt8], isWhole: Bool) {
    var found: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: bufferSize)
    do {
      let stream = try ByteStream(.bytes(bytes, name: "stream"))
      while found.count < 1 << 22 {
        let count = try buffer.withUnsafeMutableBytes { try stream.read(into: $0) }
        if count == 0 { break }
        found += buffer[..<count]
      }
      return (found, true)
    } catch {
      return (found, false)
    }
  }

  private mutating func checkGzip(_ bytes: [UInt8]) {
    let whole = Self.contents(bytes, bufferSize: 1 << 16)
    let pieces = Self.contents(bytes, bufferSize: 7)
    let shared = min(whole.bytes.count, pieces.bytes.count)
    expect(
      whole.bytes.prefix(shared) == pieces.bytes.prefix(shared),
      "bytes that depend on the size of a buffer")
    if whole.bytes.count < 1 << 22 {
      expect(whole.isWhole == pieces.isWhole, "damage that depends on the size of a buffer")
    }
    let packed = gzipped(bytes)
    expect(
      Self.contents(packed, bufferSize: 1000) == (bytes, true), "gzip that does not read back")
    for cut in [1, 9, packed.count / 2] {
      let part = Self.contents(Array(packed.dropLast(cut)), bufferSize: 1000)
      expect(
        !part.isWhole && bytes.starts(with: part.bytes), "a cut of a gzip stream that is not seen")
    }
    checkCounts(Self.read(bytes))
  }

  // MARK: Members

  private mutating func checkMembers(_ bytes: [UInt8]) {
    var rejectionCount = 0
    let reader = MemberReader(rejectionLimit: .share(1)) { _ in rejectionCount += 1 }
    guard let (members, report) = try? reader.read(.bytes(bytes, name: "members")) else { return }
    expect(report.rejectedCount == rejectionCount, "rejections that are not counted")
    expect(
      members.count + rejectionCount + report.repeatedMembers.count == report.recordCount,
      "rows that are neither members nor rejected")
    expect(members.joinedAt.count == members.count, "members without a cell")
    expect(
      members.attributes.values.allSatisfy { $0.count == members.count }, "members without a cell")
    for joined in members.joinedAt {
      expect(joined.map(Timestamp.accepted.contains) ?? true, "a time that is not accepted")
    }
  }
}
