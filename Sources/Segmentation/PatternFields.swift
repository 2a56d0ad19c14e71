extension Leaf {
  /// The events that patterns are made of.
  var selections: [EventSelection] {
    switch question {
    case .regular(let regular): [regular.selection]
    case .sequence(let sequence): sequence.steps + [sequence.without].compactMap { $0 }
    case .trend(let trend): [trend.selection]
    case .share(let share): [share.selection]
    default: []
    }
  }

  /// The fields of events that patterns read beside those of their selections.
  var fieldsRead: [EventField] {
    switch question {
    case .sequence(let sequence): [sequence.same].compactMap { $0 }
    case .share(let share): share.conditions.map(\.field)
    default: []
    }
  }
}
