import Clustering
import Engagement
import Models
import TestSupport
import Testing

/// Damaged model files are refused, or are models all the same; nothing else happens.
@Suite struct ModelFileFuzzTests {
  @Test(arguments: [
    ModelKind("k-means", nil), ModelKind("ward", .ward), ModelKind("average", .average),
    ModelKind(
      "k-means, by rank, whitened", nil, TransformChoices(scale: .quantile, reduction: .whiten)),
  ]) func damagedFileIsRefusedOrAModel(_ kind: ModelKind) throws {
    let features: [FeatureDefinition] = [.recencyDays, .share(of: "post", windowInDays: 90)]
    let bytes = ModelFile.bytes(
      of: try SampleCommunity().model(kind.algorithm(), features: features, choices: kind.choices)
        .model)
    let headerEnd = 8 + Int(bytes[0]) + Int(bytes[1]) << 8
    var generator = TestGenerator(seed: 7)
    var refused = 0
    var accepted = 0
    for round in 0..<1000 {
      var damaged = bytes
      // Half of the rounds damage the header, which is the smaller and the more delicate part.
      let end = round.isMultiple(of: 2) ? headerEnd : bytes.count
      for _ in 0..<Int.random(in: 1...3, using: &generator) {
        let place = Int.random(in: 0..<min(end, damaged.count), using: &generator)
        switch Int.random(in: 0..<5, using: &generator) {
        case 0: damaged[place] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
        case 1: damaged[place] = UInt8.random(in: 0...255, using: &generator)
        case 2: damaged.insert(UInt8.random(in: 0...255, using: &generator), at: place)
        case 3: damaged.remove(at: place)
        default:
          let other = Int.random(in: 0..<min(end, damaged.count), using: &generator)
          damaged.swapAt(place, other)
        }
      }
      if round % 10 == 9 {
        damaged.removeLast(Int.random(in: 1..<damaged.count, using: &generator))
      }
      let file: ModelFile
      do throws(ModelError) {
        file = try ModelFile(bytes: damaged, name: "m")
      } catch {
        refused += 1
        continue
      }
      accepted += 1
      let again = try ModelFile(bytes: ModelFile.bytes(of: file.model), name: "m")
      #expect(again.model == file.model)
    }
    #expect(refused > 300)
    #expect(accepted > 10)
  }
}
