/// A number of things in English, such as `1 member` and `12 members`; the plural of the noun ends in s.
package func counted(_ count: Int, _ noun: String) -> String {
  "\(count) \(noun)\(count == 1 ? "" : "s")"
}
