import Engagement
import EventLog

/// What a field holds.
enum FieldValue: Sendable {
  case missing
  case number(Double)
  case boolean(Bool)
  case time(Timestamp)
  case list([String])
  /// Text, compared without case and in one Unicode form.
  case text(String)
  /// An id or an event type, compared as exact bytes.
  case exact(String)

  init(_ value: PropertyValue) {
    switch value {
    case .string(let text): self = .text(text)
    case .number(let number): self = .number(number)
    case .boolean(let isTrue): self = .boolean(isTrue)
    }
  }

  /// The value as text, for reading.
  var description: String {
    switch self {
    case .missing: "missing"
    case .number(let number): formatted(number)
    case .boolean(let isTrue): isTrue ? "true" : "false"
    case .time(let instant): instant.description
    case .list(let items): items.joined(separator: "|")
    case .text(let text), .exact(let text): text
    }
  }
}

/// The instant at which rules are evaluated, and the calendar they use.
struct EvaluationInstant: Sendable {
  let asOf: Timestamp
  let clock: Clock
  /// Events after this instant are left out, so that what time alone does can be asked for.
  let known: Timestamp

  init(asOf: Timestamp, clock: Clock, known: Timestamp? = nil) {
    self.asOf = asOf
    self.clock = clock
    self.known = known.map { min($0, asOf) } ?? asOf
  }
}

extension FieldTest {
  /// True where the test holds for a field.
  func holds(for value: FieldValue, at now: EvaluationInstant) -> Bool {
    if case .missing = value { return holdsWhereMissing }
    switch self {
    case .isOneOf(let literals): return literals.contains { value.equals($0) }
    case .isNoneOf(let literals): return !literals.contains { value.equals($0) }
    case .contains(let part): return value.anyText(part, bytesContain)
    case .doesNotContain(let part): return !value.anyText(part, bytesContain)
    case .startsWith(let part):
      return value.anyText(part) { $0.utf8.starts(with: $1.utf8) }
    case .endsWith(let part):
      return value.anyText(part) { $0.utf8.reversed().starts(with: $1.utf8.reversed()) }
    case .matches(let expression):
      return value.texts.contains { expression.matches($0) }
    case .number(let comparison): return value.number.map(comparison.holds) ?? false
    case .instant(let comparison):
      return value.instant(in: now.clock).map(comparison.holds) ?? false
    case .exists(let shouldExist): return shouldExist
    case .hasAny(let literals): return literals.contains { value.equals($0) }
    case .hasAll(let literals): return literals.allSatisfy { value.equals($0) }
    case .hasNone(let literals): return !literals.contains { value.equals($0) }
    case .olderThan(let duration):
      return age(of: value, at: now).map { $0 >= duration.microseconds } ?? false
    case .newerThan(let duration):
      return age(of: value, at: now).map { $0 < duration.microseconds } ?? false
    case .anniversaryWithin(let duration):
      guard let instant = value.instant(in: now.clock) else { return false }
      return isAnniversary(of: instant, within: duration, at: now)
    }
  }

  private func age(of value: FieldValue, at now: EvaluationInstant) -> Int64? {
    value.instant(in: now.clock).map { now.asOf.microseconds - $0.microseconds }
  }
}

/// True where an anniversary of an instant is today, or its day begins within a duration from now.
///
/// Days are those of the clock; 29 February is kept on 28 February in other years.
private func isAnniversary(
  of instant: Timestamp, within duration: ExactDuration, at now: EvaluationInstant
) -> Bool {
  let first = CivilDate(daysSince1970: now.clock.day(of: instant))
  let today = now.clock.day(of: now.asOf)
  let thisYear = CivilDate(daysSince1970: today).year
  for year in [thisYear, thisYear + 1] where year > first.year {
    let lastDay = CivilDate.daysInMonth(first.month, of: year)
    guard
      let date = CivilDate(year: year, month: first.month, day: min(first.day, lastDay))
    else { continue }
    let day = date.daysSince1970
    guard day >= today else { continue }
    if day == today { return duration.microseconds > 0 }
    let wait = now.clock.start(ofDay: day).microseconds - now.asOf.microseconds
    return wait < duration.microseconds
  }
  return false
}

extension FieldValue {
  /// True where the value, or one of its items, is the literal.
  fileprivate func equals(_ literal: Literal) -> Bool {
    switch self {
    case .missing: false
    case .number(let number): literal.number == number
    case .boolean(let isTrue): literal.foldedText == (isTrue ? "true" : "false")
    case .time(let instant): literal.instant == instant
    case .list(let items): items.contains { bytesAreEqual(folded($0), literal.foldedText) }
    case .text(let text): bytesAreEqual(folded(text), literal.foldedText)
    case .exact(let text): bytesAreEqual(text, literal.text)
    }
  }

  /// The texts of the value: its items for a list.
  fileprivate var texts: [String] {
    if case .list(let items) = self { return items }
    return [description]
  }

  fileprivate func anyText(_ part: Literal, _ holds: (String, String) -> Bool) -> Bool {
    if case .exact(let text) = self { return holds(text, part.text) }
    return texts.contains { holds(folded($0), part.foldedText) }
  }

  var number: Double? {
    switch self {
    case .number(let number): number
    case .text(let text): decimal(text)
    default: nil
    }
  }

  func instant(in clock: Clock) -> Timestamp? {
    switch self {
    case .time(let instant): instant
    case .text(let text): Timestamp(text, in: clock)
    default: nil
    }
  }
}
