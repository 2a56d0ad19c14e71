/// Reads a members file: CSV or JSON Lines, also gzipped.
///
/// The columns of ids and of when members joined are found as ``idColumn`` and ``joinedColumn`` say; a time
/// of joining is an instant or a date. Every column is an attribute, but `joined_at` and the ids; its
/// type is inferred from all its cells (``AttributeColumn/init(inferringFrom:)``). Where an id stands
/// in several rows the last one wins, and the report says so.
public struct MemberReader {
  /// The column of the id, where the file has it; else `member_id`, or the only one that has a usual name.
  public var idColumn: String?
  /// The column of when members joined; nil: `joined_at`, or the only one that has a usual name.
  public var joinedColumn: String?
  /// How times are read.
  public var times: TimeReading
  /// The types of attributes that do not have the type which their cells have by themselves.
  public var attributeTypes: [String: ColumnType] = [:]
  /// Whether messages may show what cells hold; not where ids are replaced by pseudonyms.
  public var showsCells = true
  /// How many rejected records end the run.
  public var rejectionLimit: RejectionLimit
  /// Called for every rejected record, in the order of the input.
  public var onRejection: (Rejection) throws -> Void
  /// How many attributes a file may have.
  package var maximumAttributeCount = 4096

  /// Makes a reader.
  public init(
    idColumn: String? = nil, joinedColumn: String? = nil, times: TimeReading = TimeReading(),
    rejectionLimit: RejectionLimit = .share(0.01),
    onRejection: @escaping (Rejection) throws -> Void = { _ in }
  ) {
    self.idColumn = idColumn
    self.joinedColumn = joinedColumn
    self.times = times
    self.rejectionLimit = rejectionLimit
    self.onRejection = onRejection
  }

  /// Reads a members file.
  ///
  /// - Throws: ``EventLogError`` where the file cannot be read, is empty, lacks the id's column or
  ///   has more bad records than allowed.
  public func read(_ input: Input) throws -> (members: MemberTable, report: ReadReport) {
    var rows = MemberRows(times: times)
    do {
      var lines = try LineScanner(ByteStream(input))
      let array = try lines.readArrayAsLines()
      guard let first = try lines.firstContentLine() else {
        throw EventLogError.empty(file: input.description)
      }
      if array != nil || first.first(where: { $0 != 0x20 && $0 != 0x09 }) == ascii("{") {
        try readJSONLines(lines, array, of: input, into: &rows)
      } else {
        try readDelimited(DelimitedReader(lines, name: input.description), of: input, into: &rows)
      }
    } catch let damage as ByteStream.Damage {
      throw damage.asError(file: input.description, recordsRead: rows.report.recordCount)
    }
    try rows.report.add(rows.timeForms, file: input.description)
    try rows.report.check(against: rejectionLimit)
    let (table, mistyped) = rows.table(types: attributeTypes)
    rows.report.mistyped = mistyped
    return (table, rows.report)
  }

  private func readDelimited(
    _ opened: consuming DelimitedReader, of input: Input, into rows: inout MemberRows
  ) throws {
    var reader = opened
    let header = reader.header
    rows.columns = try columns(of: header, file: input.description)
    rows.columns.note(in: &rows.report, file: input.description)
    for name in header where !name.isEmpty {
      rows.addColumn(name)
      try check(rows, of: input)
    }
    while try reader.next() {
      rows.report.recordCount += 1
      var reason = reader.rejectionReason
      if reason == nil {
        var cells: [String: String] = [:]
        for (index, name) in header.enumerated() where !name.isEmpty {
          cells[name] = reader.text(index)
        }
        reason = rows.take(cells, line: reader.line)
      }
      if let reason {
        try reject(
          Rejection(
            file: input.description, line: reader.line, reason: reason,
            record: String(decoding: reader.record, as: UTF8.self)), in: &rows)
      }
    }
    if reader.mayHaveDecimalCommas { rows.readDecimalCommas(file: input.description) }
  }

  private func readJSONLines(
    _ scanner: consuming LineScanner, _ array: JSONArrayLines?, of input: Input,
    into rows: inout MemberRows
  ) throws {
    var lines = scanner
    var taken = rows
    defer { rows = taken }
    try lines.forEachObject { found, line, bytes in
      let line = array?.line(ofElement: line) ?? line
      taken.report.recordCount += 1
      let reason: RejectionReason?
      if let (object, repeatedKey) = found {
        if let repeatedKey {
          taken.report.addRepeatedKey(repeatedKey, line: line, of: input.description)
        }
        if taken.report.recordCount == 1 {
          // Records without an id are rejected one by one.
          let columns = try? columns(
            of: object.keys.sorted(by: bytesPrecede), file: input.description)
          if let columns { taken.columns = columns }
          taken.columns.note(in: &taken.report, file: input.description)
        }
        for name in object.keys.sorted(by: bytesPrecede) {
          taken.addColumn(name)
          try check(taken, of: input)
        }
        for case (let name, .list) in object { taken.addListColumn(name) }
        reason = taken.take(object.compactMapValues(\.cell), line: line)
      } else {
        reason =
          bytes.count > LineScanner.maximumRecordBytes
          ? .recordTooLong(limit: LineScanner.maximumRecordBytes) : .invalidJSON
      }
      if let reason {
        try reject(
          Rejection(
            file: input.description, line: line, reason: reason,
            record: String(decoding: bytes, as: UTF8.self)), in: &taken)
      }
    }
  }

  private func check(_ rows: MemberRows, of input: Input) throws {
    guard rows.columnCount <= maximumAttributeCount else {
      throw EventLogError.tooManyAttributes(
        file: input.description, limit: maximumAttributeCount)
    }
  }

  private func reject(_ rejection: Rejection, in rows: inout MemberRows) throws {
    let rejection = showsCells ? rejection : rejection.withoutCells
    rows.report.add(rejection)
    try onRejection(rejection)
  }
}

/// The rows of a members file as text, until the types of their columns are known.
private struct MemberRows {
  var report = ReadReport()
  var columns = MemberColumns()
  private var timestamps: TimestampReader
  private var ids = Interner()
  private var joinedAt: [Timestamp?] = []
  private var columnNames: [String] = []
  /// Columns of numbers with a decimal comma.
  private var numberColumns: Set<String> = []
  /// Columns of which a cell was a JSON list.
  private var listColumns: Set<String> = []
  /// As many as names; kept apart from them, so that a cell is written in place.
  private var cells: [[String]] = []

  var columnCount: Int { cells.count }
  /// How the times of joining are written.
  var timeForms: TimeForms { timestamps.forms }

  init(times: TimeReading) {
    timestamps = TimestampReader(times)
  }

  mutating func addColumn(_ name: String) {
    guard name != columns.id, name != "joined_at", !columnNames.contains(name) else { return }
    columnNames.append(name)
    cells.append([String](repeating: "", count: ids.count))
  }

  mutating func addListColumn(_ name: String) { listColumns.insert(name) }

  mutating func take(_ record: [String: String], line: Int) -> RejectionReason? {
    guard var id = record[columns.id] else { return .badKey(columns.id) }
    if let reason = id.withUTF8({ EventBlock.reasonAgainstID($0, empty: .emptyMemberID, true) }) {
      return reason
    }
    var joined: Timestamp?
    if let text = record[columns.joined], !isAbsent(text, inNumbers: true) {
      var text = text
      let read = text.withUTF8 { (timestamps.read($0, line: line), timestamps.refusal(of: $0)) }
      guard let instant = read.0 else { return read.1 }
      guard Timestamp.accepted.contains(instant) else { return .timestampOutOfRange }
      joined = instant
    }
    let known = ids.count
    let row = ids.intern(id)
    if row < known {
      report.repeatedMembers.append(id)
      joinedAt[row] = joined
    } else {
      joinedAt.append(joined)
      for column in cells.indices { cells[column].append("") }
    }
    for column in cells.indices { cells[column][row] = record[columnNames[column]] ?? "" }
    return nil
  }

  /// Reads the columns of numbers with a decimal comma; those in which it is open what a point means stay text.
  mutating func readDecimalCommas(file: String) {
    for column in cells.indices {
      guard let (pointed, forms) = cells[column].pointingDecimals(), let comma = forms.comma else {
        continue
      }
      if forms.point == nil {
        cells[column] = pointed
        numberColumns.insert(columnNames[column])
      }
      let text =
        forms.point.map {
          "is text, as \(comma.text) has a decimal comma and \($0.text) may be two things"
        } ?? "is read with a decimal comma: \(comma.text) is \(formatted(comma.number))"
      report.notes.append(InputNote(file: file, text: "\"\(columnNames[column])\" \(text)"))
    }
  }

  /// The table, with the types that are declared or, without one, those of the cells, and the cells that are
  /// not of the declared type.
  func table(types: [String: ColumnType]) -> (MemberTable, [MistypedCells]) {
    let clock = timestamps.reading.clock
    var attributes: [String: AttributeColumn] = [:]
    var mistyped: [MistypedCells] = []
    for (name, cells) in zip(columnNames, cells) {
      // Consents are a list of purposes in the language of rules.
      let isList = name == "consents" || listColumns.contains(name)
      let type = types[name] ?? (isList ? .list : numberColumns.contains(name) ? .number : nil)
      guard let type else {
        attributes[name] = AttributeColumn(inferringFrom: cells, clock: clock)
        continue
      }
      let column = AttributeColumn(cells, type: type, clock: clock)
      let isNumeric = type == .number || type == .time
      let wrong = cells.indices.filter {
        column.isMissing(row: $0) && !isAbsent(cells[$0], inNumbers: isNumeric)
      }
      if let first = wrong.first {
        mistyped.append(
          MistypedCells(column: name, type: type, count: wrong.count, first: cells[first]))
      }
      attributes[name] = column
    }
    return (
      MemberTable(ids: ids.strings, joinedAt: joinedAt, attributes: attributes), mistyped
    )
  }
}
