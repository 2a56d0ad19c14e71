import Testing

@testable import EventLog

struct GitTrailerTests {
  @Test func onlyLinesThatNameAnAddressAreTrailers() {
    let message = """
      Subject with Reviewed-by: Eve <eve@example.org> inside

      Co-authored-by: Ada  Lovelace <ada@example.org>
        CO-AUTHORED-BY: Bob <bob@ example.org>
      Reviewed-by: cleo@example.org
      Acked-by:<dan@example.org>
      Signed-off-by: Fay <fay@example.org>
      Reviewed-by: Gus <>
      """
    #expect(
      GitTrailer.all(in: message) == [
        GitTrailer(
          role: .coauthor, contact: GitContact(name: "Ada Lovelace", address: "ada@example.org")),
        GitTrailer(role: .coauthor, contact: GitContact(name: "Bob", address: "bob@example.org")),
        GitTrailer(role: .reviewer, contact: GitContact(name: "", address: "dan@example.org")),
      ])
    #expect(GitTrailer.all(in: "nobody") == [])
  }

  @Test(arguments: [
    ("dependabot[bot]", "49699333+dependabot[bot]@example.org", true),
    ("Release Bot", "release@example.org", true), ("x", "ci-bot@example.org", true),
    ("projectbot", "p@example.org", true), ("github-actions", "x@example.org", true),
    ("Ann Talbot", "ann@example.org", false), ("talbot", "talbot@example.org", false),
    ("Bob Abbot", "babbot@example.org", false), ("Ada", "ada@robots.example.org", false),
    ("", "ada@example.org", false),
    ("Claude Opus", "noreply@anthropic.com", true), ("Claude Debussy", "c@example.org", false),
    ("Copilot", "223556219+Copilot@users.noreply.github.com", true),
    ("Copilot", "copilot@github.com", true), ("Ada", "ada@github.com", false),
    ("Cursor Agent", "CursorAgent@cursor.com", true), ("aider (gpt)", "aider@aider.chat", true),
    ("Ada (aider)", "ada@example.org", false), ("Codex", "noreply@openai.com", true),
    ("gemini-cli", "218195315+gemini-cli@users.noreply.github.com", true),
    ("Devin AI", "158243242+devin-ai-integration[bot]@users.noreply.github.com", true),
    ("jules", "161369871+google-labs-jules[bot]@users.noreply.github.com", true),
    ("Devin", "1+devin@users.noreply.github.com", false), ("Jules", "jules@example.org", false),
    ("Copilot", "7-copilot@users.noreply.gitlab.example.org", true),
  ])
  func automaticAccountsAreKnownByNameOrAddress(name: String, address: String, expected: Bool) {
    #expect(GitContact(name: name, address: address).isPlainlyAutomatic == expected)
  }

  @Test func membersAreKnownByTheirAddressElseTheirName() {
    #expect(GitContact(name: "Ada", address: "Ada@Example.org").identity == "ada@example.org")
    #expect(GitContact(name: "Ada", address: "").identity == "ada")
  }
}
