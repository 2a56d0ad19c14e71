extension EventReader {
  /// What a JSON object is.
  enum JSONRecord {
    case event(Event, id: String?)
    /// A record that says which ids are of one member, or something else that is no activity.
    case identities([Identity])
    case rejected(RejectionReason)
  }

  /// Reads an object: a flat one, or one in the form of a product's export.
  func event(
    _ object: [String: JSONValue], line: Int, _ timestamps: inout TimestampReader
  ) -> JSONRecord {
    let form = RecordForm(object)
    if let identities = form.identities(object) { return .identities(identities) }
    let properties = RecordForm.properties(of: object)
    func value(_ role: Role) -> JSONValue? {
      let own = name(of: role)
      let found = ([own] + form.keys(of: role)).lazy.compactMap { key in
        key.hasPrefix(".") && key != own ? properties[String(key.dropFirst())] : object[key]
      }.first { $0.key != nil }
      return found ?? (columns[role] == nil ? nil : properties[own])
    }
    func idReason(_ text: String, empty: RejectionReason) -> RejectionReason? {
      var copy = text
      return copy.withUTF8 { EventBlock.reasonAgainstID($0, empty: empty, true) }
    }
    guard let member = value(.memberID)?.key else { return .rejected(missing(.memberID, object)) }
    if let reason = idReason(member, empty: .emptyMemberID) { return .rejected(reason) }
    guard var time = value(.timestamp)?.key else { return .rejected(missing(.timestamp, object)) }
    let read = time.withUTF8 { bytes in
      (
        timestamps.read(bytes, line: line, inUniversalTime: form.isInUniversalTime),
        timestamps.refusal(of: bytes)
      )
    }
    guard let instant = read.0 else { return .rejected(read.1) }
    guard Timestamp.accepted.contains(instant) else { return .rejected(.timestampOutOfRange) }
    guard let type = value(.event)?.key ?? eventName else {
      return .rejected(missing(.event, object))
    }
    if let reason = idReason(type, empty: .emptyEventType) { return .rejected(reason) }
    var event = Event(memberID: member, timestamp: instant, type: type)
    switch value(.value) {
    case nil, .null?: break
    case .number(let text)?, .string(let text)?:
      if isAbsent(text, inNumbers: true) { break }
      guard let number = decimal(text) else { return .rejected(.unreadableValue) }
      guard abs(number) <= 1e15 else { return .rejected(.valueOutOfRange) }
      event.value = number
    default: return .rejected(.unreadableValue)
    }
    if let target = value(.targetID)?.key {
      let reason = idReason(target, empty: .emptyMemberID)
      if reason == .nulByte { return .rejected(.nulByte) }
      if reason == nil { event.targetID = target }
    }
    if self.properties != .named([]) {
      // What is a value may be asked for by its name, too.
      let roleNames = Set(
        Role.allCases.flatMap { role in
          [name(of: role)]
            + (role == .value ? [] : form.keys(of: role).map { $0.drop(while: { $0 == "." }) })
            .map { String($0) }
        })
      for (key, value) in properties where !roleNames.contains(key) {
        if case .named(let names) = self.properties, !names.contains(key) { continue }
        event.properties[key] = value.property
      }
    }
    return .event(event, id: value(.eventID)?.key)
  }

  /// Why a record without what a role needs is refused: the key is missing, or there is nothing under it.
  private func missing(_ role: Role, _ object: [String: JSONValue]) -> RejectionReason {
    guard case .string? = object[name(of: role)] else { return .badKey(name(of: role)) }
    switch role {
    case .memberID: return .emptyMemberID
    case .event: return .emptyEventType
    default: return .unreadableTimestamp("")
    }
  }

  /// The same reader for an input of JSON whose first record is this: where a key that is needed is not there
  /// and one with a usual name is, that one is read; those are told.
  func adapted(to first: [String: JSONValue]) -> (reader: EventReader, found: [Role: String]) {
    guard RecordForm(first) == .flat else { return (self, [:]) }
    var reader = self
    var found: [Role: String] = [:]
    let keys = first.keys.sorted(by: bytesPrecede)
    let taken = Set(Role.allCases.map { name(of: $0) })
    for role in Role.allCases
    where role.isNeeded && columns[role] == nil && first[name(of: role)] == nil {
      if role == .event, eventName != nil { continue }
      let candidates = role.wellKnown?.matching(keys.filter { !taken.contains($0) }) ?? []
      guard candidates.count == 1 else { continue }
      found[role] = candidates[0]
    }
    reader.columns.merge(found) { own, _ in own }
    return (reader, found)
  }
}
