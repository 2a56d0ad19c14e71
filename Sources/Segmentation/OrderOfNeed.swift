/// Names that need each other in a circle.
struct NeedCycle: Error, Equatable {
  /// The circle: its first name is also its last.
  let path: [String]
}

/// All names, each after those that it needs, else in the order given; needs of unknown names are
/// left out.
///
/// - Complexity: O(names + needs).
func inOrderOfNeed(
  _ names: [String], needs: (String) -> [String]
) -> Result<[String], NeedCycle> {
  enum Mark { case open, done }
  let known = Set(names)
  var marks: [String: Mark] = [:]
  var order: [String] = []
  for root in names where marks[root] == nil {
    // Each entry is a name on the current path, with what is left of its needs.
    var path: [(name: String, left: ArraySlice<String>)] = [(root, needs(root)[...])]
    marks[root] = .open
    while let last = path.indices.last {
      guard let need = path[last].left.popFirst() else {
        marks[path[last].name] = .done
        order.append(path.removeLast().name)
        continue
      }
      guard known.contains(need) else { continue }
      switch marks[need] {
      case .done: continue
      case .open:
        let start = path.firstIndex { $0.name == need } ?? 0
        return .failure(NeedCycle(path: path[start...].map(\.name) + [need]))
      case nil:
        marks[need] = .open
        path.append((need, needs(need)[...]))
      }
    }
  }
  return .success(order)
}
