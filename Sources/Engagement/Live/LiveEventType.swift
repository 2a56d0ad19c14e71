import EventLog
import Synchronization

/// Text that is the same only byte for byte.
package struct ExactText: Sendable, Hashable, Comparable {
  let text: String

  package init(text: String) { self.text = text }

  package static func == (left: ExactText, right: ExactText) -> Bool {
    left.text.utf8.elementsEqual(right.text.utf8)
  }

  package static func < (left: ExactText, right: ExactText) -> Bool {
    bytesPrecede(left.text, right.text)
  }

  package func hash(into hasher: inout Hasher) {
    var text = text
    text.withUTF8 { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
    hasher.combine(0xff as UInt8)
  }
}

extension ExactText {
  /// A property's value with its kind: the text `1`, the number 1 and truth are different values.
  init(_ value: PropertyValue) {
    switch value {
    case .string: text = "s" + value.description
    case .number: text = "n" + value.description
    case .boolean: text = "b" + value.description
    }
  }
}

extension ExactText {
  /// Whether a text made of a property's value is of one that reads so, whatever its kind.
  func holds(_ value: String) -> Bool { String(text.unicodeScalars.dropFirst()) == value }
}

/// What features need to know of an event type, looked up once.
final class LiveEventType: Sendable {
  let name: ExactText
  /// The weight in impact.
  let weight: Double
  /// Whether each of the plan's aliases holds the type.
  let isSelected: [Bool]

  init(name: ExactText, weight: Double, isSelected: [Bool]) {
    self.name = name
    self.weight = weight
    self.isSelected = isSelected
  }
}

/// The event types that were met under a plan.
final class LiveEventTypes: Sendable {
  private let settings: EngagementSettings
  private let patterns: [[Glob]]
  private let known = Mutex<[ExactText: LiveEventType]>([:])

  init(settings: EngagementSettings, aliases: [ExactText]) {
    self.settings = settings
    patterns = aliases.map { (settings.aliases[$0.text] ?? [$0.text]).map(Glob.init) }
  }

  func type(_ name: ExactText) -> LiveEventType {
    known.withLock { known in
      if let type = known[name] { return type }
      let type = LiveEventType(
        name: name, weight: settings.weights[name.text] ?? 1,
        isSelected: patterns.map { $0.contains { $0.matches(name.text) } })
      known[name] = type
      return type
    }
  }
}
