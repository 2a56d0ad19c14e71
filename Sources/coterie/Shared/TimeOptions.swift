public import ArgumentParser
public import EventLog

extension EpochUnit: ExpressibleByArgument {}

extension ReadReport {
  /// Says on the standard error how times were understood where that was left open.
  func tellTimes(clock: Clock) {
    for (file, forms) in timeForms.sorted(by: { bytesPrecede($0.key, $1.key) }) {
      for (unit, place) in forms.numbers {
        Console.note(
          "\(file): times are \(unit.name) since 1970: \(place.text) on line \(place.line) is "
            + clock.text(place.instant))
      }
      if let place = forms.universal {
        Console.note(
          "\(file): times without an offset are universal time in such records: \(place.text) on line "
            + "\(place.line) is \(clock.text(place.instant))")
      }
      if let place = forms.local {
        Console.note(
          "\(file): times without an offset are read in \(clock.zoneName), clock.zone of the project "
            + "file: \(place.text) on line \(place.line) is \(clock.text(place.instant))")
      }
    }
  }
}

extension EventHistory.JoinedIdentities {
  /// Says on the standard error how many ids were joined, and which could not be.
  func tell(showsIDs: Bool) {
    Console.note("\(counted(joinedCount, "id")) replaced by the id that the member has")
    guard let first = ambiguous.first else { return }
    Console.note(
      "\(counted(ambiguous.count, "id")) said to be of several members stay as they are"
        + (showsIDs ? ", the first: \(first)" : ""))
  }
}
