import Testing

@testable import EventLog

struct ChangedFileKindTests {
  @Test(arguments: [
    ("README", ChangedFileKind.documentation), ("README.md", .documentation),
    ("docs/style.css", .documentation), ("lib/guide.rst", .documentation),
    ("History.markdown", .documentation), ("LICENSE.txt", .documentation),
    ("lib/notes.txt", .other), ("requirements.txt", .other), ("lib/a.rb", .other), ("", .other),
    ("test/a.rb", .test), ("Tests/x/readme.md", .test), ("lib/a_test.go", .test),
    ("test_a.py", .test), ("src/UserTests.swift", .test), ("a.spec.ts", .test),
    ("src/latest.c", .other), ("Test.java", .other), ("contest.py", .other),
    ("lib/document.rb", .other),
  ])
  func kindsAreToldByThePath(path: String, expected: ChangedFileKind) {
    #expect(ChangedFileKind(path: path) == expected)
  }
}
