import Testing

@testable import Segmentation

/// Patterns find what they should, and in time.
struct RegularExpressionTests {
  @Test(arguments: [
    ("abc", "xABCx", true), ("^abc$", "abcd", false), ("a|b", "xb", true),
    ("^(a|bc)*$", "abcbca", true),
    ("^(a|bc)*$", "abcb", false), ("^a{2,3}$", "a", false), ("^a{2,3}$", "aaa", true),
    ("^a{2,3}$", "aaaa", false), ("^a{2}$", "aa", true), ("^a{2,}$", "aaaaa", true),
    ("colou?r", "Color", true), ("^.$", "é", true), ("^.$", "e\u{301}", true), ("^.$", "\n", false),
    ("[^a-c]", "abc", false), ("[^A-C]", "abc", false), ("[^a-c]", "abcd", true),
    ("[]x]", "]", true),
    ("[a-]", "-", true), ("^\\d{4}-\\d\\d$", "2024-05", true), ("\\D", "123", false),
    ("^\\w+\\s\\w+$", "Ada Lovelace", true), ("\\.", "a", false), ("\\$5", "$5", true),
    ("[\\d.]+x", "1.5x", true), ("ß", "STRASSE", true), ("É", "e\u{301}", true), ("", "", true),
    ("^$", "a", false), ("a+?b", "aab", true), ("(?:ab)+c", "ababc", true), ("a||b", "", true),
    ("(^a|b$)c?", "xb", true), ("()*", "x", true), ("(a*)*b", "aaac", false),
  ])
  func patternsMatch(pattern: String, text: String, expected: Bool) throws {
    #expect(try RegularExpression(pattern).matches(text) == expected)
  }

  @Test(arguments: [
    "(", ")", "a)", "[a", "*a", "a**", "a{2", "a{3,2}", "a{,2}", "\\", "\\1", "\\b", "(?=a)",
    "(?<a>b)",
    "[z-a]", "[[:alpha:]]", "a{1001}", "(a{1000}){1000}", "[\\D]",
  ])
  func otherPatternsAreRefused(pattern: String) {
    #expect(throws: RegularExpression.PatternError.self) { try RegularExpression(pattern) }
  }

  @Test func patternsThatBlowUpElsewhereTakeLinearTime() throws {
    let text = String(repeating: "a", count: 5_000)
    let clock = ContinuousClock()
    let expressions = try ["^(a+)+$", "^(a|a)*$", "^(a|aa)+$", "^(.*)*x$"].map {
      try RegularExpression($0)
    }
    let duration = clock.measure {
      for expression in expressions { #expect(!expression.matches(text + "!")) }
    }
    // Backtracking would need more steps than there are atoms; this is some milliseconds.
    #expect(duration < .seconds(20))
  }
}
