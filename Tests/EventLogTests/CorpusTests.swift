import Foundation
import Testing

/// Inputs that the fuzzer found to be different: each takes another way through the readers.
struct CorpusTests {
  /// The inputs of `Corpus/readers.bin`: for each its length, in four bytes from lowest to highest, and its
  /// bytes.
  static func inputs() throws -> [Data] {
    let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appendingPathComponent("Corpus/readers.bin")
    var rest = try Data(contentsOf: file)
    var inputs: [Data] = []
    while rest.count >= 4 {
      let count = rest.prefix(4).reversed().reduce(0) { $0 << 8 | Int($1) }
      inputs.append(rest.dropFirst(4).prefix(count))
      rest = rest.dropFirst(4 + count)
    }
    return inputs
  }

  @Test func everyInputKeepsThePropertiesOfItsReader() throws {
    let inputs = try Self.inputs()
    #expect(inputs.count >= 100)
    for (place, input) in inputs.enumerated() {
      let violations = input.withUnsafeBytes { ReaderProperties($0).violations }
      #expect(violations == [], "input \(place): \(input.base64EncodedString())")
    }
  }

  @Test func everyReaderHasInputs() throws {
    let readers = Set(try Self.inputs().compactMap { $0.first.map { $0 % 6 } })
    #expect(readers.count == ReaderProperties.Reader.allCases.count)
  }
}
