import EventLog
import Membership
import Models
import Segmentation

/// Three lines on a member: which segments, why, and what comes next.
struct ExplanationSummary {
  let member: String
  let asOf: Timestamp
  let eventCount: Int
  let learned: [LearnedExplanation]
  let written: [WrittenExplanation]
  let readable: ReadableText

  /// How many reasons are given.
  private static let reasonCount = 3

  var text: String { [segments, reasons, ahead].joined(separator: "\n") }

  private var segments: String {
    let names =
      learned.compactMap(\.title) + written.filter { $0.isMember && $0.kind != .stage }.map(\.title)
      + written.filter { $0.kind == .stage }.map(\.title)
    let events = counted(eventCount, "event")
    return "\(member) as of \(readable.time(asOf)), \(events): "
      + (names.isEmpty ? "in no segment" : names.joined(separator: ", "))
  }

  private var reasons: String {
    let isIn = written.contains(where: \.isMember)
    let all =
      learned.compactMap { $0.reason(readable) }
      + written.filter { $0.isMember || !isIn && learned.isEmpty }
      .compactMap { $0.reason(readable) }
    guard !all.isEmpty else { return "Why: there is no --model, and no segment in --config" }
    let more = all.count - Self.reasonCount
    return "Why: " + all.prefix(Self.reasonCount).joined(separator: "; ")
      + (more > 0 ? "; \(more) more with --verbose" : "")
  }

  private var ahead: String {
    "Next: " + [change, advice].compactMap { $0 }.joined(separator: "; ")
  }

  /// The first change that time alone brings.
  private var change: String? {
    var changes = written.compactMap { written in
      written.prospect?.nextChange.map { next in
        let verb =
          switch next.subject {
          case .segment(let id): next.direction == .entered ? "comes into \(id)" : "leaves \(id)"
          case .stage: "becomes \(next.subject)"
          }
        return (time: next.time, text: verb)
      }
    }
    changes += learned.compactMap { learned in
      learned.change.map { ($0.time, "becomes \(learned.title(ofChange: $0))") }
    }
    return changes.min { $0.time < $1.time }.map {
      "\($0.text) at \(readable.time($0.time)) by time alone"
    }
  }

  /// The nearest thing that somebody can do: not to put the member on a list or off it, which is always
  /// possible, nor to withdraw consent.
  private var advice: String {
    let changes = written.compactMap { written in
      written.prospect?.advice.map { change in
        (
          outcome: change.state.map { "becomes \(written.id)=\($0)" }
            ?? "\(written.isMember ? "leaves" : "comes into") \(written.id)",
          change: change, isEntry: !written.isMember
        )
      }
    }
    let entries = learned.compactMap { learned in
      learned.entry.map { ("comes into a segment of \(learned.model.name)", $0, true) }
    }
    let known = (changes + entries).filter { advised in
      advised.change.steps.allSatisfy { step in
        step.kind == .event || step.kind == .consent && advised.isEntry
      }
    }
    let best = known.enumerated().min { left, right in
      func cost(_ change: SmallestChange) -> (Int, Int) {
        (change.steps.count, change.steps.flatMap(\.facts).count)
      }
      let (first, second) = (cost(left.element.change), cost(right.element.change))
      return first != second ? first < second : left.offset < right.offset
    }?.element
    guard let best else {
      // What would bring a member into a model is its own condition, which is no rule here.
      let models = learned.filter { $0.label == nil }.map(\.model.name)
      return models.isEmpty
        ? "nothing that a person can do is near"
        : "a segment of \(models.joined(separator: ", ")) once its condition is true"
    }
    let steps = best.change.steps.map { readable.text($0.text) }.joined(separator: " and ")
    return "\(best.outcome) with \(steps)"
  }
}
