import Foundation

/// Why a file cannot be read or written at all; records that cannot be read are ``Rejection``s.
public enum EventLogError: Error, Equatable, Sendable {
  /// The file cannot be opened or read; the reason is the system's.
  case unreadable(file: String, reason: String)
  /// No file's name matches a pattern.
  case noMatch(pattern: String)
  /// The file holds no bytes, or none but blank lines.
  case empty(file: String)
  /// Columns that every record needs, or that were named, are not in the header.
  case missingColumns(file: String, columns: [MissingColumn], header: [String])
  /// Something is made of values, and no input has any; the candidates are columns whose names fit.
  case noValues(file: String, purpose: String, name: String, candidates: [String])
  /// A column stands twice in the header.
  case repeatedColumn(file: String, name: String)
  /// The header is not valid UTF-8 or cannot be read as a header.
  case badHeader(file: String, reason: String)
  /// A column of event types holds more different ones than there can be kinds of events.
  case tooManyTypes(file: String, column: String, limit: Int)
  /// A property holds more different values than are kept.
  case tooManyPropertyValues(name: String, limit: Int)
  /// A members file has more columns than are kept.
  case tooManyAttributes(file: String, limit: Int)
  /// There are more events than can be kept in memory at once.
  case tooManyEvents(limit: Int)
  /// The file is of a kind that is not read.
  case foreignFormat(file: String, format: ForeignFormat)
  /// It is open whether points part thousands or decimals.
  case severalDecimalForms(file: String, first: String, second: String)
  /// The times of a file are numbers in two units.
  case severalTimeUnits(file: String, first: String, second: String)
  /// A JSON array ends before its closing bracket.
  case unfinishedArray(file: String, recordsRead: Int)
  /// The gzip stream ends before its end mark.
  case truncatedGzip(file: String, recordsRead: Int)
  /// The gzip stream is damaged.
  case damagedGzip(file: String, recordsRead: Int, reason: String)
  /// More records were rejected than allowed.
  case tooManyRejected(rejected: Int, records: Int, allowed: String, first: String)
  /// The key file is none that pseudonyms can be made with.
  case unusableKey(file: String, reason: String)
  /// Two ids have the same pseudonym under a key.
  case equalPseudonyms(digitCount: Int, idCount: Int)
  /// The file or folder is not the export that an importer reads.
  case notAnExport(file: String, line: Int?, reason: String)
  /// There is no history of a git repository to be had, or what git said cannot be read.
  case noGitHistory(repository: String, reason: String)
  /// The file cannot be written; the reason is the system's.
  case unwritable(file: String, reason: String)
}

extension EventLogError: CustomStringConvertible {
  /// What is wrong, where, and the way out, in one line.
  public var description: String {
    switch self {
    case .unreadable(let file, let reason): "\(file): cannot be read: \(reason)"
    case .noMatch(let pattern):
      "\(pattern): no file matches this pattern: look at its folder and its quotes"
    case .empty(let file): "\(file): is empty: give a file with a header line and records"
    case .missingColumns(let file, let columns, let header):
      columns.message(file: file, header: header)
    case .noValues(let file, let purpose, let name, let candidates):
      "\(file): no \"\(name)\", which \(purpose) is made of: "
        + (candidates.isEmpty
          ? "name" : "it may be \(listed(candidates.map { "\"\($0)\"" }, "or")): name")
        + " its column with --value-column, or in the project file: events: {columns: {value: NAME}}"
    case .repeatedColumn(let file, let name):
      "\(file):1: column \"\(name)\" stands twice in the header: rename one of them"
    case .badHeader(let file, let reason): "\(file):1: \(reason)"
    case .tooManyTypes(let file, let column, let limit):
      "\(file): column \"\(column)\" holds more than \(limit) different event types, which looks like "
        + "another column's: name the right one in the project file: events: {columns: {event: NAME}}"
    case .tooManyPropertyValues(let name, let limit):
      "property \"\(name)\" has more than \(limit) different values, too many to keep: "
        + "leave out the features and rules that ask for it"
    case .tooManyAttributes(let file, let limit):
      "\(file): has more than \(limit) attributes: give a file of those columns that are needed"
    case .tooManyEvents(let limit):
      "there are more than \(limit) events, too many to keep: say a time with --as-of, and ask for "
        + "features that need no single events, or give a part of the log"
    case .foreignFormat(let file, let format):
      "\(file): is \(format.name): \(format.advice)"
    case .severalDecimalForms(let file, let first, let second):
      "\(file): numbers have decimal commas or points that part thousands, or not: \(first), \(second): "
        + "write them in one form, such as 1234.56"
    case .severalTimeUnits(let file, let first, let second):
      "\(file): times are numbers in two units: \(first), \(second): say which with --time-unit s, ms, "
        + "us or ns"
    case .unfinishedArray(let file, let records):
      "\(file): the JSON array is cut short after \(records) records, its closing bracket is missing: fetch "
        + "the file again"
    case .truncatedGzip(let file, let records):
      "\(file): the gzip stream is cut short after \(records) records: fetch the file again"
    case .damagedGzip(let file, let records, let reason):
      "\(file): the gzip stream is damaged after \(records) records (\(reason)): fetch the file again"
    case .tooManyRejected(let rejected, let records, let allowed, let first):
      "\(rejected) of \(records) records were rejected, more than --max-rejected \(allowed) allows; "
        + "the first: \(first); see them all with --rejects FILE"
    case .unusableKey(let file, let reason):
      "\(file): \(reason): make a key with: head -c 32 /dev/urandom > KEYFILE"
    case .equalPseudonyms(let digits, let ids):
      "two of \(ids) ids have the same \(digits) digits under this key: take another key"
    case .notAnExport(let file, let line, let reason):
      file + (line.map { ":\($0)" } ?? "") + ": \(reason)"
    case .noGitHistory(let repository, let reason): "\(repository): \(reason)"
    case .unwritable(let file, let reason): "\(file): cannot be written: \(reason)"
    }
  }
}

/// The system's words for the last error of a call, such as "No such file or directory".
func systemReason(_ code: Int32) -> String { String(cString: strerror(code)) }
