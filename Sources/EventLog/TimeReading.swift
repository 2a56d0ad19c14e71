/// How the times of a file are read.
///
/// Texts in the forms of ``Timestamp/init(_:in:)`` are read as they stand, what has no offset in the zone of
/// the clock. Numbers are counted from 1970-01-01T00:00:00Z in the unit that is given or, without one, in
/// the first of seconds, milliseconds, microseconds and nanoseconds that puts them in the years
/// 1970 to 2199. A format, where there is one, is the only form that is read.
public struct TimeReading: Sendable, Hashable {
  /// The zone of dates and of times without an offset.
  public var clock: Clock
  /// The unit of numbers; nil for what their size says.
  public var unit: EpochUnit?
  /// The form of all times; nil for the usual forms.
  public var format: TimeFormat?

  /// Makes a way to read times.
  public init(clock: Clock = .utc, unit: EpochUnit? = nil, format: TimeFormat? = nil) {
    self.clock = clock
    self.unit = unit
    self.format = format
  }

  /// The forms that are accepted, for messages.
  public static let acceptedForms =
    "RFC 3339 such as 2024-05-01T12:30:00Z, a date such as 2024-05-01, or a number since 1970; "
    + "for other forms give --time-format, such as '%d/%m/%Y %H:%M'"
}

/// The unit of a number that counts from 1970-01-01T00:00:00Z.
public enum EpochUnit: String, Sendable, Hashable, CaseIterable {
  /// Seconds.
  case seconds = "s"
  /// Milliseconds.
  case milliseconds = "ms"
  /// Microseconds.
  case microseconds = "us"
  /// Nanoseconds.
  case nanoseconds = "ns"

  /// The unit in words, such as `milliseconds`.
  public var name: String {
    switch self {
    case .seconds: "seconds"
    case .milliseconds: "milliseconds"
    case .microseconds: "microseconds"
    case .nanoseconds: "nanoseconds"
    }
  }

  /// How many digits of a number in this unit are whole microseconds behind the point: 6 for seconds,
  /// −3 for nanoseconds.
  var microsecondDigits: Int {
    switch self {
    case .seconds: 6
    case .milliseconds: 3
    case .microseconds: 0
    case .nanoseconds: -3
    }
  }
}

/// The forms in which the times of a file are written, as far as they leave something open.
public struct TimeForms: Sendable, Hashable {
  /// Where a form was met first.
  public struct Place: Sendable, Hashable {
    /// The line, counted from 1.
    public var line: Int
    /// The time as it is written.
    public var text: String
    /// What it was read as.
    public var instant: Timestamp
  }

  /// The first number in each unit.
  public internal(set) var numbers: [EpochUnit: Place] = [:]
  /// The first time without an offset; dates alone do not count.
  public internal(set) var local: Place?
  /// The first time without an offset in a form of records that has them in universal time.
  public internal(set) var universal: Place?

  /// Adds the forms of what follows in the same file, whose lines are counted from another one.
  mutating func add(_ other: TimeForms, linesBefore: Int) {
    func moved(_ place: Place) -> Place {
      Place(line: place.line + linesBefore, text: place.text, instant: place.instant)
    }
    numbers.merge(other.numbers.mapValues(moved)) { first, _ in first }
    local = local ?? other.local.map(moved)
    universal = universal ?? other.universal.map(moved)
  }

  /// The same forms with lines counted otherwise.
  func movingLines(_ line: (Int) -> Int) -> TimeForms {
    func moved(_ place: Place) -> Place {
      Place(line: line(place.line), text: place.text, instant: place.instant)
    }
    var forms = self
    forms.numbers = numbers.mapValues(moved)
    forms.local = local.map(moved)
    forms.universal = universal.map(moved)
    return forms
  }

  /// - Throws: ``EventLogError/severalTimeUnits(file:first:second:)`` where numbers have two units.
  func check(file: String) throws(EventLogError) {
    let places = numbers.sorted { $0.value.line < $1.value.line }
    guard places.count > 1 else { return }
    func text(_ place: (key: EpochUnit, value: Place)) -> String {
      "line \(place.value.line) has \(place.key.name) (\(place.value.text))"
    }
    throw .severalTimeUnits(file: file, first: text(places[0]), second: text(places[1]))
  }
}
