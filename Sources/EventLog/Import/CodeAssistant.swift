/// The programs that write code along with people, as far as their addresses tell.
///
/// Names alone decide nothing, since Claude, Devin and Jules are people's names, too. Applications of
/// GitHub's, such as `google-labs-jules[bot]`, are known as bots by their ending already.
///
/// Source: the trailers that these programs write, as their own documentation and public commits
/// show them.
enum CodeAssistant {
  /// True where an address, in whatever case, is one of a code assistant.
  static func isOne(address: String) -> Bool {
    let address = address.lowercased()
    if addresses.contains(address) { return true }
    return NoreplyAddress(address)?.name.map(isOne(account:)) ?? false
  }

  /// True where the name of an account of GitHub's, in whatever case, is one of a code assistant.
  static func isOne(account: String) -> Bool { accounts.contains(account.lowercased()) }

  private static let addresses: Set<String> = [
    "agent@warp.dev", "aider@aider.chat", "amp@ampcode.com", "cascade@windsurf.ai",
    "cascade@windsurf.com", "claude@anthropic.com", "codex@openai.com", "copilot@github.com",
    "crush@charm.land", "cursoragent@cursor.com", "devin@cognition-labs.com", "devin@cognition.ai",
    "gemini-code-assist@google.com", "junie@jetbrains.com", "noreply@aider.chat",
    "noreply@anthropic.com", "noreply@cognition.ai", "noreply@continue.dev", "noreply@cursor.com",
    "noreply@openai.com", "noreply@opencode.ai", "openhands@all-hands.dev", "oz-agent@warp.dev",
    "qwen-coder@alibabacloud.com",
  ]

  private static let accounts: Set<String> = [
    "amazon-q-developer", "chatgpt-codex-connector", "claude", "copilot", "copilot-swe-agent",
    "cursoragent", "devin-ai-integration", "factory-droid", "gemini-cli", "gemini-code-assist",
    "google-labs-jules", "openai-codex", "openhands-agent",
  ]
}
