/// A number of things in English, such as `1 member` and `12 members`.
///
/// - Parameters:
///   - count: how many there are.
///   - noun: what one of them is called; its plural ends in s.
package func counted(_ count: Int, _ noun: String) -> String {
  "\(count) \(noun)\(count == 1 ? "" : "s")"
}
