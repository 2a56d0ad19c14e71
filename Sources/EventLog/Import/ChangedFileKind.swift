/// What a file is for, as far as its path tells.
///
/// A test is a file in a folder such as `test` or `spec`, or named like one (`test_x.py`, `x_test.go`,
/// `XTests.swift`). Documentation is any other file in a folder such as `docs`, or one with an ending
/// such as `.md`, or named `README`, `CHANGELOG` and the like.
enum ChangedFileKind {
  case documentation
  case test
  case other

  init(path: String) {
    let parts = path.split(separator: "/")
    let folders = parts.dropLast().map { $0.lowercased() }
    let file = parts.last.map(String.init) ?? path
    let base = file.prefix { $0 != "." }
    let ending = file.contains(".") ? file.split(separator: ".").last?.lowercased() ?? "" : ""
    if folders.contains(where: Self.testFolders.contains) || Self.isTestName(file) {
      self = .test
    } else if folders.contains(where: Self.documentationFolders.contains)
      || Self.documentationEndings.contains(ending)
      || Self.documentationNames.contains(base.uppercased())
    {
      self = .documentation
    } else {
      self = .other
    }
  }

  private static let testFolders: Set<String> = [
    "test", "tests", "spec", "specs", "__tests__", "testing", "testdata", "e2e", "features",
  ]
  private static let documentationFolders: Set<String> = [
    "doc", "docs", "documentation", "guide", "guides", "site", "website", "wiki", "man",
  ]
  private static let documentationEndings: Set<String> = [
    "md", "markdown", "mdown", "mkd", "mdx", "rst", "adoc", "asciidoc", "rdoc", "textile", "pod",
  ]
  private static let documentationNames: Set<String> = [
    "README", "CHANGELOG", "CHANGES", "HISTORY", "NEWS", "AUTHORS", "CONTRIBUTORS", "CONTRIBUTING",
    "CODE_OF_CONDUCT", "LICENSE", "LICENCE", "COPYING", "NOTICE", "MAINTAINERS", "SECURITY", "TODO",
    "INSTALL",
  ]

  private static func isTestName(_ file: String) -> Bool {
    let parts = file.split(separator: ".")
    guard let stem = parts.first else { return false }
    if stem.hasPrefix("test_") || stem.hasSuffix("_test") || stem.hasSuffix("_spec")
      || stem.hasSuffix("-test") || stem.hasSuffix("-spec")
    {
      return true
    }
    if parts.dropFirst().dropLast().contains(where: { $0 == "test" || $0 == "spec" }) {
      return true
    }
    return ["Test", "Tests", "Spec", "IT"].contains { stem.hasSuffix($0) && stem.count > $0.count }
  }
}
