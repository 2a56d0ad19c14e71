/// All events of a community, by column, in the order in which they were read.
///
/// Some 24 bytes an event, 4 more with targets, 4 more for each property kept. Names are interned:
/// an event holds the position of its member in ``memberIDs`` and of its type in ``types``.
public struct EventHistory: Sendable {
  /// The ids of all members who did something or had something done to them.
  public private(set) var memberIDs = Interner()
  /// The event types.
  public private(set) var types = Interner()
  /// For each event, the position of its member in ``memberIDs``.
  public private(set) var memberIndices: [Int32] = []
  /// For each event, its instant in microseconds since 1970-01-01T00:00:00Z.
  public private(set) var timestamps: [Int64] = []
  /// For each event, the position of its type in ``types``.
  public private(set) var typeIndices: [Int32] = []
  /// For each event, its value, or NaN where it has none.
  public private(set) var values: [Double] = []
  /// For each event, the position of its target in ``memberIDs``, or -1; empty where no event has
  /// a target.
  public private(set) var targetIndices: [Int32] = []
  /// The properties that were kept, by name; a column may be shorter than the history.
  public private(set) var properties: [String: PropertyColumn] = [:]

  /// Makes a history without events.
  public init() {}

  /// Makes a history of some events.
  public init(_ events: some Sequence<Event>) {
    for event in events { append(event) }
  }

  /// Makes a history without events that knows event types, properties and members.
  package init(
    types: Interner, propertyNames: some Sequence<String>, memberIDs: Interner = Interner()
  ) {
    self.types = types
    self.memberIDs = memberIDs
    for name in propertyNames { properties[name] = PropertyColumn() }
  }

  /// The number of events.
  public var count: Int { timestamps.count }

  /// The newest instant, or nil where there are no events.
  public var newest: Timestamp? { timestamps.max().map { Timestamp(microseconds: $0) } }

  /// The oldest instant, or nil where there are no events.
  public var oldest: Timestamp? { timestamps.min().map { Timestamp(microseconds: $0) } }

  /// The event at a position.
  public subscript(index: Int) -> Event {
    let target = index < targetIndices.count ? targetIndices[index] : -1
    return Event(
      memberID: memberIDs[Int(memberIndices[index])],
      timestamp: Timestamp(microseconds: timestamps[index]),
      type: types[Int(typeIndices[index])],
      value: values[index].isNaN ? nil : values[index],
      targetID: target < 0 ? nil : memberIDs[Int(target)],
      properties: properties.compactMapValues { $0[index] })
  }

  /// Adds an event.
  public mutating func append(_ event: Event) {
    let member = memberIDs.intern(event.memberID)
    let type = types.intern(event.type)
    let target = event.targetID.map { memberIDs.intern($0) }
    memberIndices.append(Int32(member))
    timestamps.append(event.timestamp.microseconds)
    typeIndices.append(Int32(type))
    values.append(event.value ?? .nan)
    if let target {
      while targetIndices.count < count - 1 { targetIndices.append(-1) }
      targetIndices.append(Int32(target))
    }
    for (name, value) in event.properties {
      properties[name, default: PropertyColumn()].append(value, at: count - 1)
    }
  }

  /// Adds the events of a block.
  mutating func append(_ block: EventBlock) {
    // By position in the block; types of which all events are left out are none.
    let (types, targets) = (block.types, block.targets)
    var known = [Int32](repeating: -1, count: types.count)
    let first = count
    for (place, row) in block.rows.enumerated() {
      let member = block.withBytes(row.member) { memberIDs.intern($0, hash: row.memberHash) }
      memberIndices.append(Int32(member))
      timestamps.append(row.timestamp)
      let type = Int(row.type)
      if known[type] < 0 { known[type] = Int32(types.withBytes(type) { self.types.intern($0) }) }
      typeIndices.append(known[type])
      values.append(row.value)
      if place < targets.count, targets[place].isPresent {
        let target = block.withBytes(targets[place]) { memberIDs.intern($0) }
        while targetIndices.count < count - 1 { targetIndices.append(-1) }
        targetIndices.append(Int32(target))
      }
    }
    for (name, cells) in block.events.properties {
      for (place, cell) in cells.enumerated() where cell.count > 0 {
        block.withBytes(cell) { bytes in
          properties[name, default: PropertyColumn()].appendText(bytes, at: first + place)
        }
      }
    }
    for (place, typed) in block.typedProperties.sorted(by: { $0.key < $1.key }) {
      for (name, value) in typed {
        properties[name, default: PropertyColumn()].append(value, at: first + Int(place))
      }
    }
  }

  /// Gives the members other ids: as many, all different, in the order of ``memberIDs``.
  mutating func replaceMemberIDs(by ids: [String]) {
    var replaced = Interner()
    for id in ids { _ = replaced.intern(id) }
    precondition(replaced.count == memberIDs.count, "every member needs an id of its own")
    memberIDs = replaced
  }

  /// Gives the events other members: for each position in ``memberIDs``, the one in other ids.
  mutating func replaceMembers(by ids: Interner, places: [Int32]) {
    memberIDs = ids
    memberIndices = memberIndices.map { places[Int($0)] }
    targetIndices = targetIndices.map { $0 < 0 ? -1 : places[Int($0)] }
  }

  /// Gives each property the type that is declared, else the one that its values have.
  ///
  /// - Returns: the values that are not of the declared type, by property.
  mutating func setPropertyTypes(_ declared: [String: ColumnType]) -> [MistypedCells] {
    var mistyped: [MistypedCells] = []
    for name in properties.keys.sorted(by: bytesPrecede) {
      guard let type = declared[name] else {
        properties[name]?.inferType()
        continue
      }
      if let (count, first) = properties[name]?.setType(type) {
        mistyped.append(MistypedCells(column: name, type: type, count: count, first: first))
      }
    }
    return mistyped
  }
}
