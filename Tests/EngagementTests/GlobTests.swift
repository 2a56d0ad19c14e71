import Engagement
import EventLog
import Testing

@Suite struct GlobTests {
  @Test(arguments: [
    ("post", "post", true), ("post", "posts", false), ("post", "Post", false), ("", "", true),
    ("", "a", false), ("*", "", true), ("*", "anything", true), ("**", "x", true),
    ("?", "", false), ("?", "a", true), ("?", "ab", false), ("?", "é", true), ("??", "é", false),
    ("?", "🎉", true), ("p*", "post", true), ("p*", "p", true), ("p*", "op", false),
    ("*st", "post", true), ("*st", "stop", false), ("p*t", "post", true), ("p*t", "pot.to", false),
    ("a*b*c", "a1b2b3c", true), ("a*b*c", "acb", false), ("*a*", "bab", true),
    ("*.?", "v1.2", true), ("*.?", "v1.23", false), ("a?c*", "abcd", true),
    ("[ab]", "a", false), ("[ab]", "[ab]", true), (".*", "abc", false), ("a\\*", "a*", false),
    // Composed and decomposed letters are different bytes.
    ("caf\u{E9}", "cafe\u{301}", false), ("caf?", "cafe\u{301}", false),
  ]) func wholeNamesMatchByBytes(_ example: (String, String, Bool)) {
    #expect(Glob(example.0).matches(example.1) == example.2)
  }

  @Test func manyStarsTakeNoExponentialTime() {
    let pattern = Glob(String(repeating: "a*", count: 30) + "b")
    #expect(!pattern.matches(String(repeating: "a", count: 3000)))
  }

  @Test func wildcardsAreSeen() {
    #expect(Glob("a*").hasWildcard)
    #expect(Glob("a?").hasWildcard)
    #expect(!Glob("a.b[c]").hasWildcard)
  }

  @Test func aliasStandsBeforeTheTypeOfItsName() {
    var types = Interner()
    for type in ["post", "post.new", "like"] { _ = types.intern(type) }
    let settings = EngagementSettings(aliases: ["like": ["post*"], "all": ["*"]])
    #expect(settings.selection(of: "like", in: types) == [true, true, false])
    #expect(settings.selection(of: "all", in: types) == [true, true, true])
    #expect(settings.selection(of: "post", in: types) == [true, false, false])
    #expect(settings.selection(of: "post.*", in: types) == [false, true, false])
  }
}
