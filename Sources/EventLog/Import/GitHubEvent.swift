/// One event of GitHub's events API, as far as it tells who did what to whom.
///
/// Since October 2025 pushes have no commits, and pull requests little more than their number; fields
/// that the API leaves out now or then are optional here.
///
/// Source: GitHub's documentation, "GitHub event types", and its changelog of 8 August 2025, "Upcoming
/// changes to GitHub Events API payloads".
struct GitHubEvent: Decodable {
  /// A number, which the archive writes as text.
  struct Identifier: Decodable {
    let text: String

    init(from decoder: any Decoder) throws {
      let container = try decoder.singleValueContainer()
      if let number = try? container.decode(Int64.self) {
        text = String(number)
      } else {
        text = try container.decode(String.self)
      }
    }
  }
  struct Account: Decodable { let login: String? }
  struct Repository: Decodable {
    let id: Identifier?
    let name: String?
  }
  struct Authored: Decodable {
    let number: Int?
    let user: Account?
    let merged: Bool?
    let additions: Int?
    let deletions: Int?
  }
  struct Page: Decodable {}
  struct Payload: Decodable {
    let action: String?
    let number: Int?
    let size: Int?
    let distinct_size: Int?
    let issue: Authored?
    let pull_request: Authored?
    let discussion: Authored?
    let member: Account?
    let pages: [Page]?
  }

  let id: Identifier?
  let type: String?
  let actor: Account?
  let repo: Repository?
  let payload: Payload?
  let created_at: String?

  /// The number of the issue, pull request or discussion that the event is about, which share their
  /// numbers in a repository; nil where it says none.
  var subjectNumber: Int? {
    let thing = payload?.pull_request ?? payload?.issue ?? payload?.discussion
    return thing?.number ?? payload?.number
  }

  /// True for what is done to an issue, pull request or discussion, and so to who opened it.
  var concernsAuthor: Bool {
    switch type {
    case "IssuesEvent", "IssueCommentEvent", "PullRequestEvent", "PullRequestReviewEvent",
      "PullRequestReviewCommentEvent", "DiscussionEvent", "DiscussionCommentEvent":
      true
    default: false
    }
  }

  /// True where the actor is who opened what the event is about.
  var opensSubject: Bool {
    switch type {
    case "IssuesEvent", "PullRequestEvent": payload?.action == "opened"
    case "DiscussionEvent": payload?.action == "created"
    default: false
    }
  }

  /// What an event of the log is made of.
  struct Meaning: Equatable {
    var type: String
    var value: Double?
    var target: String?
  }

  /// The event's type, value and target; nil for types that are not of the list.
  var meaning: Meaning? {
    func acted(_ base: String, plain: String, on thing: Authored?) -> Meaning {
      let action = payload?.action ?? plain
      return Meaning(
        type: action == plain ? base : "\(base)_\(action)", target: thing?.user?.login)
    }
    switch type {
    case "PushEvent":
      return Meaning(
        type: "push", value: (payload?.distinct_size ?? payload?.size).map { Double($0) })
    case "IssuesEvent": return acted("issue", plain: "opened", on: payload?.issue)
    case "IssueCommentEvent": return acted("comment", plain: "created", on: payload?.issue)
    case "PullRequestEvent":
      var meaning = acted("pull_request", plain: "opened", on: payload?.pull_request)
      if payload?.action == "closed", payload?.pull_request?.merged == true {
        meaning.type = "pull_request_merged"
      }
      if let added = payload?.pull_request?.additions,
        let removed = payload?.pull_request?.deletions
      {
        meaning.value = Double(added) + Double(removed)
      }
      return meaning
    case "PullRequestReviewEvent":
      var meaning = acted("review", plain: "created", on: payload?.pull_request)
      if payload?.action == "submitted" { meaning.type = "review" }
      return meaning
    case "PullRequestReviewCommentEvent":
      return acted("review_comment", plain: "created", on: payload?.pull_request)
    case "CommitCommentEvent": return Meaning(type: "commit_comment")
    case "CreateEvent": return Meaning(type: "create")
    case "DeleteEvent": return Meaning(type: "delete")
    case "ForkEvent": return Meaning(type: "fork")
    case "WatchEvent": return Meaning(type: "star")
    case "GollumEvent":
      return Meaning(type: "wiki", value: payload?.pages.map { Double($0.count) })
    case "MemberEvent": return Meaning(type: "member_added", target: payload?.member?.login)
    case "PublicEvent": return Meaning(type: "public")
    case "ReleaseEvent": return acted("release", plain: "published", on: nil)
    case "DiscussionEvent": return acted("discussion", plain: "created", on: payload?.discussion)
    case "DiscussionCommentEvent":
      return acted("discussion_comment", plain: "created", on: payload?.discussion)
    case "SponsorshipEvent": return Meaning(type: "sponsorship")
    default: return nil
    }
  }
}
