import EventLog
import Testing

struct InternerTests {
  @Test func namesGetNumbersInOrderOfAppearance() {
    var interner = Interner()
    let names = (0..<5000).map { "name \($0 * 7919 % 5003)" }
    #expect(names.map { interner.intern($0) } == Array(names.indices))
    #expect(names.reversed().map { interner.intern($0) } == names.indices.reversed())
    #expect(names.map { interner.index(of: $0) } == names.indices.map { Optional($0) })
    #expect(interner.index(of: "absent") == nil)
    #expect(interner.strings == names)
  }

  @Test func emptyNameAndNamesThatOnlyDifferInFormAreDistinct() {
    var interner = Interner()
    let names = ["", "e\u{301}", "\u{e9}", "a", "A", "a ", "12345678", "123456789"]
    #expect(names.map { interner.intern($0) } == Array(names.indices))
    let sorted = interner.indicesSortedByBytes().map { interner[$0] }
    #expect(
      sorted.map { Array($0.utf8) }
        == names.map { Array($0.utf8) }.sorted { $0.lexicographicallyPrecedes($1) })
  }
}
