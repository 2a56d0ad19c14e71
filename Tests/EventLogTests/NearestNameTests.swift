import EventLog
import Testing

struct NearestNameTests {
  @Test(arguments: [
    ("recency_day", "recency_days"), ("RECENCY_DAYS", "recency_days"), ("evnets", "events"),
    ("evetn", "event"), ("did_nt", "did_not"),
  ])
  func nearNamesAreSuggested(typed: String, expected: String) {
    let names = ["event", "events", "recency_days", "did", "did_not", "velocity"]
    #expect(nearestName(to: typed, among: names) == expected)
  }

  @Test func farNamesAreNot() {
    #expect(nearestName(to: "banana", among: ["velocity", "trend"]) == nil)
    #expect(nearestName(to: "x", among: ["y"]) == nil)
    #expect(nearestName(to: "x", among: []) == nil)
    #expect(suggestion(for: "x", among: ["velocity"]) == "")
    #expect(suggestion(for: "velocit", among: ["velocity"]) == "; did you mean \"velocity\"?")
  }
}
