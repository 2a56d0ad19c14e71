import EventLog

extension MemberTable {
  /// Says on the standard error which columns of text may be meant as lists.
  func tellLists(in file: String) {
    for (name, column) in attributes.sorted(by: { bytesPrecede($0.key, $1.key) }) {
      guard case .text(let cells) = column else { continue }
      let filled = cells.compactMap { $0 }
      let several = filled.count { $0.utf8.contains(UInt8(ascii: "|")) }
      guard several > 1, 5 * several >= filled.count else { continue }
      Console.note(
        "\(file): \(name) is text, though \(several) of \(filled.count) cells hold a |: if these are lists, "
          + "say attributes: {\(name): list} in the project file")
    }
  }
}
