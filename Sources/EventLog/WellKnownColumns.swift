/// The names that exports give to what an event or a member needs, for CSV columns and JSON keys alike.
///
/// Case, `_`, `-`, `.`, `$` and blanks make no difference: `userId`, `user_id` and `User ID` are one name.
/// No name is of two kinds. One that fits is taken where the role's own name is not there and no other
/// fits; values have no usual name, and are never taken without being named.
struct WellKnownColumns: Sendable {
  /// Who did it, or who a row of a members file is about.
  static let memberID = WellKnownColumns([
    "memberid", "member", "userid", "user", "uid", "username", "useruuid", "useremail",
    "customerid",
    "customer", "customeremail", "clientid", "accountid", "account", "personid", "contactid",
    "subscriberid", "distinctid", "visitorid", "profileid", "actorid", "actor", "authorid",
    "author",
    "email", "emailaddress", "login",
  ])

  /// When an event was.
  static let timestamp = WellKnownColumns([
    "timestamp", "ts", "time", "datetime", "date", "createdat", "createdon", "created",
    "creationdate", "datecreated", "dateplaced",
    "eventtime", "eventtimestamp", "eventdate", "eventdatetime", "occurredat", "happenedat",
    "loggedat",
    "originaltimestamp", "orderdate", "purchasedate", "transactiondate", "invoicedate",
  ])

  /// What was done.
  static let event = WellKnownColumns([
    "event", "eventtype", "eventname", "type", "action", "actiontype", "activity", "activitytype",
    "kind", "verb",
  ])

  /// What may be a value.
  static let value = WellKnownColumns([
    "value", "amount", "revenue", "total", "price", "sum", "subtotal", "ordertotal", "totalprice",
    "totalamount", "grandtotal", "netamount", "grossamount", "eventvalue", "ordervalue", "spend",
    "cost",
  ])

  /// When a member joined.
  static let joinedAt = WellKnownColumns([
    "joinedat", "joinedon", "joined", "joindate", "datejoined", "membersince", "signupdate",
    "signupat",
    "signedupat", "registeredat", "registrationdate", "createdat", "createdon", "created",
    "creationdate", "datecreated", "accountcreatedat",
  ])

  private let names: Set<String>

  private init(_ names: Set<String>) { self.names = names }

  /// The columns whose name is one of these, in their order.
  func matching(_ columns: some Sequence<String>) -> [String] {
    columns.filter { names.contains(Self.plain($0)) }
  }

  /// A name in lower case, letters and digits alone.
  private static func plain(_ name: String) -> String {
    String(
      decoding: name.utf8.filter { !"_-.$ ".utf8.contains($0) }.map { byte in
        (0x41...0x5a).contains(byte) ? byte | 0x20 : byte
      }, as: UTF8.self)
  }
}

extension EventReader.Role {
  /// The usual names of what the role needs; nil where it is only found by its own name.
  var wellKnown: WellKnownColumns? {
    switch self {
    case .memberID: .memberID
    case .timestamp: .timestamp
    case .event: .event
    case .value: .value
    case .targetID, .eventID: nil
    }
  }

  /// The option that names the column; nil where only a project file does.
  var option: String? {
    switch self {
    case .memberID: "--id-column"
    case .timestamp: "--time-column"
    case .event: "--event-column"
    case .value: "--value-column"
    case .targetID, .eventID: nil
    }
  }
}
