import CKernels
@testable import EventLog
import TestSupport
import Testing

/// Separators found many bytes at a time are those that are there.
struct SeparatedTextTests {
  private static let instructionSets = [COTERIE_BASELINE, COTERIE_AVX2, COTERIE_AVX512]
    .filter { coterie_supports($0) != 0 }

  /// The cells of all lines, and what each window says of itself.
  private func cells(
    _ text: [UInt8], windowSize: Int, _ instructions: coterie_instructions
  ) -> (lines: [[[UInt8]]], windows: [(range: Range<Int>, window: SeparatedWindow)]) {
    let block = TextBlock(capacity: text.count)
    block.base.update(from: text, count: text.count)
    block.count = text.count
    block.base[text.count] = ascii("\n")
    var windows = SeparatedWindows(
      block, separator: ascii(","), windowSize: windowSize, instructions: instructions)
    var (lines, seen) = ([[[UInt8]]](), [(Range<Int>, SeparatedWindow)]())
    while let window = windows.next() {
      var (place, start) = (0, window.start)
      while place < window.count {
        // Whatever is expected, the line is the same.
        let line = window.line(place, start: start, cellCount: 1 + lines.count % 4)
        lines.append((0..<line.cellCount).map { Array(line.cell($0)) })
        (place, start) = (line.nextPlace, line.nextStart)
      }
      seen.append((window.start..<start, window))
    }
    return (lines, seen)
  }

  @Test(arguments: Array(UInt64(1)...30))
  func linesAndCellsAreThoseOfPlainSplitting(seed: UInt64) {
    var generator = TestGenerator(seed: seed)
    let alphabet = Array("ab,,\n\r\"é\0 ".utf8)
    let text = (0..<Int.random(in: 1...700, using: &generator)).map { _ in
      alphabet.randomElement(using: &generator) ?? 0
    }
    var expected = text.split(separator: ascii("\n"), omittingEmptySubsequences: false)
    if text.last == ascii("\n") { expected.removeLast() }
    let lines = expected.map { line in
      (line.last == ascii("\r") ? line.dropLast() : line)
        .split(separator: ascii(","), omittingEmptySubsequences: false).map { Array($0) }
    }
    for instructions in Self.instructionSets {
      for windowSize in [1, 7, 64, 65, 1000] {
        let found = cells(text, windowSize: windowSize, instructions)
        #expect(found.lines == lines, "seed \(seed)")
        for (range, window) in found.windows {
          // A window tells of a cut line at its end, too.
          let bytes = text[range.clamped(to: 0..<text.count)]
          #expect(!window.isASCII || bytes.allSatisfy { $0 < 0x80 }, "seed \(seed)")
          #expect(window.hasNul || !bytes.contains(0), "seed \(seed)")
          #expect(window.hasQuote || !bytes.contains(ascii("\"")), "seed \(seed)")
        }
      }
    }
  }

  @Test func plainTextIsSaidToBePlain() {
    let text = Array(String(repeating: "some,plain,text\n", count: 100).utf8)
    for instructions in Self.instructionSets {
      for (_, window) in cells(text, windowSize: 333, instructions).windows {
        #expect(window.isASCII && !window.hasNul && !window.hasQuote)
      }
    }
  }

  /// Lines are numbered over all blocks of a log.
  @Test(arguments: ["csv", "jsonl"])
  func linesAreNumberedAcrossBlocks(form: String) throws {
    let good =
      form == "csv"
      ? "someone,2024-02-29T12:30:00Z,view,a value that takes room: 0123456789012345678901234567"
      : #"{"member_id":"someone","timestamp":"2024-02-29T12:30:00Z","event":"view","value":1.25}"#
    var lines = [String](repeating: good, count: 40_000)
    let bad = [1, 9_999, 17_000, 25_001, 39_999]
    for line in bad { lines[line] = form == "csv" ? "bad" : "{bad" }
    if form == "csv" { lines[0] = "member_id,timestamp,event,note" }
    for end in ["", "\n"] {
      let text = lines.joined(separator: "\n") + end
      let (history, report) = try EventReader(rejectionLimit: .share(1)).read(
        [.bytes(Array(text.utf8), name: "log.\(form)")])
      #expect(report.examples.map(\.line) == bad.map { $0 + 1 })
      #expect(history.count == lines.count - bad.count - (form == "csv" ? 1 : 0))
    }
  }
}
