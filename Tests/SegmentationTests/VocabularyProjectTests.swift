import EventLog
import Foundation
import Segmentation
import Testing

/// Whole project files give the members that their rules mean, worked out by hand from the histories.
struct VocabularyProjectTests {
  /// A segment, or a state as `machine=state`, the members that are in it, and why.
  struct Expectation: Sendable {
    let name: String
    let members: String
    let why: String

    init(_ name: String, _ members: String, _ why: String) {
      self.name = name
      self.members = members
      self.why = why
    }
  }

  static let lifecycle = [
    Expectation(
      "lifecycle=new", "cai eli fay gus hal ivy kim mia ned pia quy tom vic wes xia",
      "no seven days in 14, and never 30 d without an event after one: vic's gaps are of 14 d"),
    Expectation("lifecycle=active", "ada", "the seventh day of posts was 2024-06-25"),
    Expectation(
      "lifecycle=churned", "ben dia jon sue uma",
      "last event over 30 d ago: 2023-06-16, 05-15, 04-01, 05-10 (a withdrawal), 04-20"),
    Expectation(
      "lifecycle=returning", "lee oda ron",
      "back after over 30 d: lee 06-15 after 31 d, oda 06-30 after 45 d, ron 06-28 after 148 d"),
  ]

  static let community =
    lifecycle + [
      Expectation(
        "onboarding=invited", "ada ben cai dia fay hal ivy lee mia ned quy sue tom uma vic",
        "never viewed anything; dia, fay and lee ordered without having looked"),
      Expectation(
        "onboarding=looking", "eli jon kim oda pia ron wes xia", "viewed and did not order"),
      Expectation("onboarding=bought", "gus", "viewed at 11:00, ordered at 13:00"),
      Expectation("a1-signals", "eli gus jon kim oda pia ron wes xia", "any event *_viewed"),
      Expectation("a2-ambassador", "ada hal ned", "ada scores 2.99 + 3 + 3; the others are listed"),
      Expectation(
        "a2-contributor", "ben dia ron sue uma", "contributed; ada and ned are ambassadors"),
      Expectation(
        "a2-lurker", "eli gus jon kim oda pia wes xia", "viewed; ron alone of them contributed"),
      Expectation("a3-interest", "ada tom vic", "topics ai and Swift; a session about AI"),
      Expectation("a3-preference", "vic", "four talks of four; ben attended once, under min"),
      Expectation("a4-new-joiner", "ada mia pia tom", "joined after 05-31T12: 06-10, 23, 01, 20"),
      Expectation(
        "a4-long-time", "ben dia hal ivy jon ned sue uma", "joined by 2023-07-01T12; kim in 09"),
      Expectation("a4-returning", "lee oda ron", "as the state"),
      Expectation("a5-onboarding", "mia tom", "joined after 06-16T12; ada on 06-10"),
      Expectation("a5-beta", "ada", "8.99; ned has 2.75 + 1 + 1"),
      Expectation("a5-dormant", "ben dia jon sue uma", "those who churned"),
      Expectation("a6-micro", "eli", "the label's name"),
      Expectation(
        "a6-surge", "ada kim wes",
        "12 after 0, 5 after 0, 4 after 1; pia 2 and gus 3 after 0 are under min"),
      Expectation(
        "a6-drop-off", "xia", "1 after 4; eli's 0 after 3 is under min, 06-02T12 being 28 d old"),
      Expectation("a7-daily", "ada", "seven days of seven; kim three"),
      Expectation(
        "a7-weekly", "cai ned wes xia",
        "weeks of 06-03, 10, 17, 24: 4, 4, 3 (10, 17, 24), 3 (03, 10, 24); ada's posts are in two"),
      Expectation("a7-monthly", "lee oda", "April, May and June; vic May and June"),
      Expectation(
        "a8-creator", "ada dia ron sue uma", "all contributions are posts; of uma's one of two"),
      Expectation("a8-asker", "ben", "2023-06-16"),
      Expectation("a8-answerer", "ned", "four answers"),
      Expectation("a8-feedback-giver", "uma", "04-19"),
      Expectation("a9-looking", "eli jon kim oda pia ron wes xia", "as the state"),
      Expectation("a9-first-steps", "gus", "page_viewed 11:00, cart_added 12:00; fay never viewed"),
      Expectation("a10-attendance", "vic", "e1, e2 twice, e3: three events"),
      Expectation(
        "a11-at-risk", "dia ron uma", "last posts 05-15, 02-01, 04-20; sue, 05-01, withdrew consent"
      ),
      Expectation("a12-sync", "kim lee", "pro and Pro; mia's plan is free"),
      Expectation(
        "a13-preview-invite", "ben", "reported, commented on the roadmap, met the makers"),
      Expectation("a14-quiet-learner", "cai", "Wednesdays 06-05, 12, 19, 26; no contribution"),
      Expectation("a15-rising-newcomer", "ada", "joined 20 d ago; oda 90.5 d ago"),
      Expectation(
        "a16-active-this-week", "ada cai fay gus kim ned oda pia ron wes xia", "after 06-23T12"),
      Expectation("a16-new-member", "ada mia pia tom", "as a4-new-joiner"),
      Expectation("a17-passive", "eli gus jon kim oda pia wes xia", "as a2-lurker"),
      Expectation("a17-consistent", "ned", "06-03, 11, 18, 25 are four weeks; ada's are two"),
      Expectation("a18-reviewed", "kim lee mia", "have a plan"),
      Expectation("a19-opted-out", "mia sue", "mia's list lacks it, sue withdrew it"),
      Expectation("b1-winter-shopper", "eli", "2 of 5 views is 0.4"),
      Expectation("b2-active", "ada", "as the state"),
      Expectation("b2-inactive", "ben dia jon sue uma", "as the state"),
      Expectation("b3-attendees", "quy", "registered for s2, cancelled only s1"),
      Expectation("b3-attendees-of-s1", "", "quy cancelled"),
      Expectation("b4-engaged", "fay gus kim pia", "06-29, 29, 26, 24; lee's order is 15 d old"),
      Expectation("b5-abandoned-cart", "fay", "k1 a day ago; the order was of k9. gus ordered k2"),
      Expectation("b6-ten-orders", "lee", "one a month from 2023-09 to 2024-06"),
      Expectation("b6-spent", "gus lee", "120 and 10 times 30"),
      Expectation("b7-small-orders", "lee", "ten of ten; dia and fay have one each, under min"),
      Expectation(
        "b8-half", "cai fay gus lee oda pia quy tom uma vic",
        "MD5 of welcome:ID by another program; 0.299 cai, 0.066 fay … 0.454 vic, 0.566 xia"),
      Expectation("c1-company", "hal ivy", "Acme and ACME; Acme Corp is another"),
      Expectation("c2-job-role", "hal ivy", "Senior Product Manager, product manager"),
      Expectation("c3-day-seven", "mia", "joined 7.5 d ago"),
      Expectation("c3-first-month", "ada mia pia tom", "as a4-new-joiner"),
      Expectation("c4-super-user", "ada", "60 points in 90 d are 3; ned's 20 are 1"),
      Expectation("c5-active", "ada", "wes: 5 days are 1.25, but 5 points 0.25; ned: 4 days are 1"),
      Expectation(
        "c6-inactive", "ben dia jon sue uma",
        "last event over 40 d ago; those without events have no recency"),
      Expectation("c7-long-unseen", "ben jon uma", "380 d, 90 d, 71 d; sue 51 d, dia 46 d"),
      Expectation("c7-before-a-date", "ben", "2023-06-16"),
      Expectation("c8-city", "hal", "Austin"),
      Expectation("c8-country", "hal pia tom", "US, US, at"),
      Expectation("c8-austin-pm", "hal ivy", "ivy is 27 km away; tom is near, but no manager"),
      Expectation("c9-mentees", "", "the list ended on 06-01"),
      Expectation("c9-ama-hosts", "ben vic", "listed until 12-31"),
      Expectation("c10-inactive-designers", "jon", "ada, a designer, is active"),
      Expectation("c10-active-marketers", "kim", "uma, of marketing, is dormant"),
      Expectation("d1-logic", "pia", "prices, and New York or opened; oda closed a deal"),
      Expectation("d2-lead", "oda", "30 + 10 / 2 + 50 / 4, of 0, 45 and 90 d ago"),
      Expectation("d3-learned", "dia", "0.8; uma's 0.5 is too little"),
      Expectation("d4-purchase-frequency", "lee", "04-15, 05-15, 06-15"),
      Expectation("d4-content-preference", "cai", "lessons only"),
      Expectation("d5-tagged", "lee", "vip and beta"),
      Expectation("d6-high-value", "lee", "300 and Pro; gus has no plan"),
      Expectation("d7-newly-active", "ada", "on 06-25T09"),
      Expectation("d8-scrolled", "kim", "90; ron 50"),
      Expectation("d8-contacts", "kim", "both"),
      Expectation("d9-demography", "ivy mia", "38 f 90; 30 F 50, both ends being in; tom is m"),
      Expectation("d10-predicted", "ada ned", "labels core; 8.99 and 4.75"),
      Expectation(
        "d11-too-broad",
        "ada ben cai dia eli fay gus hal ivy jon kim lee mia ned oda pia quy ron sue tom uma vic "
          + "wes xia", "all have joined"),
      Expectation("e1-lead", "oda", "all three"),
      Expectation("e1-lapsed", "ben jon uma", "as c7-long-unseen"),
      Expectation("e2-active-buyer", "fay gus lee", "06-29, 06-29, 06-15"),
      Expectation("e2-re-engagement", "dia", "03-02; the other buyers are active"),
      Expectation("e3-owner", "dia", "in the second, not the first"),
      Expectation("e4-hot", "oda", "47.5"),
      Expectation("e4-warm", "pia", "10 a day old: 9.85"),
      Expectation(
        "e4-cold",
        "ada ben cai dia eli fay gus hal ivy jon kim lee mia ned quy ron sue tom uma vic wes xia",
        "all others have 0 points"),
      Expectation("x-last-property", "gus", "120; lee's is 30, fay's 20, dia's 10"),
      Expectation("x-in-between", "dia sue uma", "05-15, 05-01, 04-20; ada's are younger"),
      Expectation(
        "x-distinct-days", "ada eli wes xia", "12, 5, 5, 5; cai, kim and ned have four"),
      Expectation("x-anniversary", "ivy", "joined 2023-06-30, a year ago today"),
      Expectation(
        "x-dormant-for-a-month", "ben jon uma",
        "since 2023-07-16, 05-01, 05-20; sue since 06-09, dia since 06-14"),
      Expectation("x-no-advertisements", "mia", "her list lacks it; others agree by default"),
    ]

  /// The same file without weights: 12 posts are 12 points.
  static let whole =
    lifecycle + [
      Expectation("preview-invite", "ben", "as in the other file"),
      Expectation("quiet-learner", "cai", "as in the other file"),
      Expectation("rising-newcomer", "ada", "2.99 + 3 + 0.6 is over 6"),
      Expectation("at-risk", "dia ron uma", "sue withdrew consent"),
      Expectation("winter-shopper", "eli", "2 of 5"),
      Expectation("abandoned-cart", "fay", "k1 was not ordered"),
      Expectation("austin-pm", "hal ivy", "in Austin, and 27 km away"),
      Expectation("mentees-2022q1", "", "ended on 2022-04-30"),
      Expectation("at-risk-learned", "dia", "0.8"),
      Expectation(
        "at-risk-agreed", "dia", "at risk since 06-14, the label holds from the beginning"),
    ]

  static let ranks = [
    Expectation(
      "a20-most-active", "ada eli kim wes xia",
      "of 24, ada's 12 events are above the 5 of four others; 5 members are above 4 events: 21 %"),
    Expectation(
      "x-was-top-now-silent", "ben dia eli lee sue uma vic",
      "of 21 on 06-02T12: lee 9, ben and vic 4, dia 3, then eli, oda, sue and uma 2, under 4 of 21; "
        + "oda is not silent"),
  ]

  private func check(
    _ found: [String: String], _ expected: [Expectation], _ way: String
  ) {
    #expect(Set(found.keys) == Set(expected.map(\.name)), "\(way): every segment is expected")
    for expectation in expected {
      #expect(
        found[expectation.name] == expectation.members,
        "\(way) \(expectation.name): \(expectation.why)")
    }
  }

  @Test(arguments: ["community.yaml", "whole.yaml"])
  func everySegmentHasTheMembersItMeans(file: String) throws {
    let community = try VocabularyCommunity()
    let project = try ProjectFile(parsing: try VocabularyCommunity.text(file), file: file)
    let expected = file == "whole.yaml" ? Self.whole : Self.community
    check(try community.memberships(project), expected, "replay")
    check(try community.liveMemberships(project), expected, "live")
  }

  @Test func whatHasNoMemoryNeedsNoReplay() throws {
    let community = try VocabularyCommunity()
    let text = try VocabularyCommunity.text("community.yaml")
    let project = try ProjectFile(parsing: text, file: "community.yaml")
    let grouped = project.exclusiveGroups.flatMap(\.order)
    let direct = Set(
      project.segments.filter { segment in
        guard case .rule(let condition) = segment.membership else { return true }
        return segment.memory.isEmpty && segment.purpose == nil && !grouped.contains(segment.id)
          && condition.leaves.allSatisfy(\.isMemoryless)
      }.map(\.id))
    // Blocks stand between empty lines, segments begin with a dash.
    let blocks = text.components(separatedBy: "\n\n")
    let kept = blocks.filter { block in
      !["stages:", "exclusive:", "segments:"].contains { block.hasPrefix($0) }
    }
    let segments = try #require(blocks.first { $0.hasPrefix("segments:") })
      .components(separatedBy: "\n  - ").dropFirst().filter { segment in
        direct.contains { segment.hasPrefix("{id: \($0),") || segment.hasPrefix("id: \($0)\n") }
      }
    #expect(segments.count == direct.count && direct.count > 50)
    let yaml =
      kept.joined(separator: "\n\n") + "\n\nsegments:\n  - "
      + segments.joined(separator: "\n  - ")
    let memoryless = try ProjectFile(parsing: yaml, file: "direct.yaml")
    #expect(!memoryless.needsReplay)
    let expected = Self.community.filter { direct.contains($0.name) }
    check(try community.memberships(memoryless, replays: false), expected, "direct")
    check(try community.memberships(memoryless, replays: true), expected, "replay")
  }

  @Test func ranksAreThoseOfTheWholeCommunity() throws {
    let project = try ProjectFile(
      parsing: try VocabularyCommunity.text("ranks.yaml"), file: "ranks.yaml")
    check(try VocabularyCommunity().memberships(project), Self.ranks, "direct")
  }
}
