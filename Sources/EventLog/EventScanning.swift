import Foundation

extension EventReader {
  /// Reads inputs, one after the other, and hands out their events, some blocks at a time.
  ///
  /// Threads read blocks side by side while the next bytes are fetched; what is handed out, and the
  /// report, do not depend on them. Memory is that of a few blocks, and of all event ids where the log
  /// has them. `body` is given blocks in the order of the input, which are used again afterwards.
  ///
  /// - Returns: What was read and what was refused.
  /// - Throws: What ``read(_:threadCount:)`` throws, and what `body` does.
  package func scan(
    _ inputs: [Input], threadCount: Int, _ body: ([EventBlock]) throws -> Void
  ) throws -> ReadReport {
    var report = ReadReport()
    var known = KnownNames()
    var hasValues = valuesNeededBy == nil
    var lackingValues: EventLogError?
    for (place, input) in inputs.enumerated() {
      let recordsBefore = report.recordCount
      do {
        var lines = try LineScanner(ByteStream(input, progress: progress))
        let array = try lines.readArrayAsLines()
        guard let first = try lines.firstContentLine() else {
          if array != nil { continue }
          throw EventLogError.empty(file: input.description)
        }
        let format: RecordFormat
        var (rest, lineCount, terminator): ([UInt8], Int, UInt8)
        let stream = lines.stream
        if array != nil || first.first(where: { $0 != 0x20 && $0 != 0x09 }) == ascii("{") {
          let (reader, found) =
            JSONParser.object(first).map { adapted(to: $0.object) } ?? (self, [:])
          report.add(found, file: input.description)
          lineCount = lines.lineCount
          (rest, terminator) = lines.remainder(after: 0)
          format = .jsonLines(reader, terminator: terminator)
          lackingValues = lackingValues ?? missingValues(file: input.description, header: [])
        } else {
          let reader = try DelimitedReader(lines, name: input.description)
          let header = reader.header
          let separator: UInt8
          (rest, separator, terminator, lineCount) = reader.remainder()
          let (columns, found) = try columns(
            of: header, file: input.description, separator: separator, terminator: terminator)
          report.add(found, file: input.description)
          format = .delimited(columns)
          hasValues = hasValues || columns.value != nil
          lackingValues =
            lackingValues ?? missingValues(file: input.description, header: header)
          // Nothing that comes can have values.
          if !hasValues, place == inputs.count - 1, let lackingValues { throw lackingValues }
        }
        guard let stream else { continue }
        try scan(
          TextBlocks(stream, rest: rest, separator: format.separator, terminator: terminator),
          format, file: input.description, array: array, lineCount: lineCount,
          threadCount: threadCount, report: &report, known: &known
        ) { blocks in
          hasValues = hasValues || blocks.contains { $0.rows.contains { !$0.value.isNaN } }
          try body(blocks)
        }
      } catch let damage as ByteStream.Damage {
        throw damage.asError(
          file: input.description, recordsRead: report.recordCount - recordsBefore)
      }
    }
    try report.check(against: rejectionLimit)
    if !hasValues, let lackingValues { throw lackingValues }
    return report
  }

  private func scan(
    _ opened: consuming TextBlocks, _ format: RecordFormat, file: String,
    array: JSONArrayLines?, lineCount: Int, threadCount: Int, report: inout ReadReport,
    known: inout KnownNames,
    _ body: ([EventBlock]) throws -> Void
  ) throws {
    let fetcher = BlockFetcher(opened, batchSize: 4 * max(1, threadCount))
    var lineCount = lineCount
    var forms = TimeForms()
    func lineInFile(_ line: Int) -> Int { array?.line(ofElement: line) ?? line }
    var decimals = DecimalForms()
    let times = times
    while let batch = try fetcher.next() {
      let blocks = Array(batch)
      let workers = min(max(1, threadCount), blocks.count)
      let claims = Claims(count: blocks.count)
      DispatchQueue.concurrentPerform(iterations: workers) { _ in
        while let index = claims.next() { format.parse(blocks[index], times: times) }
      }
      for block in blocks {
        report.recordCount += block.recordCount
        for (line, reason, record) in block.rejections {
          let found = Rejection(
            file: file, line: lineInFile(lineCount + line + 1), reason: reason, record: record)
          let rejection = showsCells ? found : found.withoutCells
          report.add(rejection)
          try onRejection(rejection)
        }
        block.rejections.removeAll()
        report.identityRecordCount += block.identityRecordCount
        report.identities.formUnion(block.identities)
        if let (line, key) = block.repeatedKey {
          report.addRepeatedKey(key, line: lineInFile(lineCount + line), of: file)
        }
        forms.add(block.events.timestamps.forms, linesBefore: lineCount)
        decimals.add(block.events.decimals, linesBefore: lineCount)
        lineCount += block.lineCount
        let repeated = block.repeatedEvents(&known.eventIDs)
        report.repeatedEventCount += repeated.count
        block.remove(rows: repeated)
        guard known.addTypes(of: block, upTo: maximumTypeCount) else {
          throw EventLogError.tooManyTypes(
            file: file, column: name(of: .event), limit: maximumTypeCount)
        }
        progress?.add(events: block.rows.count)
      }
      try body(blocks)
    }
    try report.add(forms.movingLines(lineInFile), file: file)
    try report.add(decimals, file: file)
  }
}

/// The names that matter across blocks.
private struct KnownNames {
  var eventIDs = Interner()
  private var types = Interner()

  /// Adds a block's event types; false where there are more than a limit.
  mutating func addTypes(of block: EventBlock, upTo limit: Int) -> Bool {
    let found = block.types
    for type in 0..<found.count {
      _ = found.withBytes(type) { types.intern($0) }
      if types.count > limit { return false }
    }
    return true
  }
}

/// How the records of an input are read.
private enum RecordFormat: @unchecked Sendable {
  case delimited(EventColumns)
  case jsonLines(EventReader, terminator: UInt8)

  var separator: UInt8? {
    if case .delimited(let columns) = self { columns.separator } else { nil }
  }

  func parse(_ block: EventBlock, times: TimeReading) {
    block.removeAll()
    if block.events.timestamps.reading != times { block.events.timestamps.reading = times }
    switch self {
    case .delimited(let columns): block.parseDelimited(columns)
    case .jsonLines(let reader, let terminator):
      block.parseJSONLines(reader, terminator: terminator)
    }
  }
}

/// Hands out numbers once each.
private final class Claims: @unchecked Sendable {
  private let lock = NSLock()
  private let count: Int
  private var claimed = 0

  init(count: Int) { self.count = count }

  func next() -> Int? {
    lock.withLock {
      guard claimed < count else { return nil }
      claimed += 1
      return claimed - 1
    }
  }
}

/// Fetches the bytes of the next blocks while those before them are at work.
private final class BlockFetcher: @unchecked Sendable {
  private var source: TextBlocks
  private var batches: [[EventBlock]]
  private var turn = 0
  private var filledCounts = [0, 0]
  private var failure: (any Error)?
  private let group = DispatchGroup()
  private static let queue = DispatchQueue(label: "event blocks", attributes: .concurrent)

  init(_ source: consuming TextBlocks, batchSize: Int) {
    self.source = source
    batches = (0..<2).map { _ in
      (0..<batchSize).map { _ in EventBlock(TextBlock(capacity: 2 * TextBlocks.blockSize)) }
    }
    start()
  }

  /// The next blocks, filled, or nil at the end; those handed out before are filled anew.
  func next() throws -> ArraySlice<EventBlock>? {
    group.wait()
    let (filled, count) = (batches[turn], filledCounts[turn])
    if count == 0 {
      if let failure { throw failure }
      return nil
    }
    turn = 1 - turn
    if failure == nil { start() } else { filledCounts[turn] = 0 }
    return filled[..<count]
  }

  private func start() {
    let turn = turn
    // Holds the fetcher until it is done, as whoever asked may have given up meanwhile.
    Self.queue.async(group: group) { [self] in
      filledCounts[turn] = 0
      do {
        for block in batches[turn] {
          guard try source.fill(block.text) else { return }
          filledCounts[turn] += 1
        }
      } catch {
        failure = error
      }
    }
  }
}

extension EventBlock {
  /// The places of events whose id came before.
  fileprivate func repeatedEvents(_ known: inout Interner) -> [Int] {
    let eventIDs = events.eventIDs
    return eventIDs.indices.filter { row in
      guard eventIDs[row].count > 0 else { return false }
      return withBytes(eventIDs[row]) { bytes in
        if isAbsent(bytes, inNumbers: false) { return false }
        let count = known.count
        return known.intern(bytes) != count
      }
    }
  }
}
