/// What members and their events are called in names and sentences.
public enum EventWords: String, Sendable, Hashable, CaseIterable {
  /// Members who are active.
  case community
  /// Customers who place orders.
  case purchases

  /// The words for a log: those of purchases where every event type is about buying or giving back.
  ///
  /// - Parameter types: the log's event types.
  public init(types: some Sequence<String>) {
    let types = Array(types)
    let arePurchases = types.allSatisfy { type in
      type.lowercased().split { !$0.isLetter }.contains {
        Self.wordsOfPurchases.contains(String($0))
      }
    }
    self = !types.isEmpty && arePurchases ? .purchases : .community
  }

  private static let wordsOfPurchases: Set<String> = [
    "purchase", "purchases", "purchased", "order", "orders", "ordered", "transaction",
    "transactions", "sale", "sales", "sold", "checkout", "invoice", "invoices", "payment",
    "payments", "paid", "bought", "refund", "refunds", "refunded", "return", "returns", "returned",
  ]

  /// What many members are called.
  var members: String { self == .community ? "members" : "customers" }

  /// What one event is called.
  var event: String { self == .community ? "event" : "order" }

  /// Such as `active in the last 30 days`.
  var active: String { self == .community ? "active" : "ordered" }

  /// Such as `still active 2 years after joining`.
  var stillActive: String { self == .community ? "still active" : "still ordering" }

  /// Such as `last active 90 or more days ago`.
  var lastActive: String { "last \(active)" }

  /// What stands before ``active`` behind a noun: members are active, customers have ordered.
  var activeLead: String { self == .community ? "" : "who " }
}
