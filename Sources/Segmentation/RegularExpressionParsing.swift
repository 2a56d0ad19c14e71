import Foundation

extension RegularExpression {
  /// Why a text is no pattern.
  struct PatternError: Error, Equatable {
    let message: String
  }

  /// Compiles a pattern.
  init(_ pattern: String, foldsCase: Bool = true) throws(PatternError) {
    var parser = PatternParser(pattern, foldsCase: foldsCase)
    let tree = try parser.alternatives(depth: 0)
    guard parser.isAtEnd else { throw PatternError(message: "unmatched \")\"") }
    var program: [Instruction] = []
    try tree.emit(into: &program)
    program.append(.match)
    self.pattern = pattern
    self.foldsCase = foldsCase
    self.program = program
  }
}

private typealias Instruction = RegularExpression.Instruction
private typealias ScalarSet = RegularExpression.ScalarSet
private typealias PatternError = RegularExpression.PatternError

private indirect enum PatternTree {
  case scalars(ScalarSet)
  case start
  case end
  case sequence([PatternTree])
  case alternatives([PatternTree])
  case repeated(PatternTree, least: Int, most: Int?)

  func emit(into program: inout [Instruction]) throws(PatternError) {
    guard program.count < RegularExpression.largestProgram else {
      throw PatternError(
        message: "more than \(RegularExpression.largestProgram) states; make the repeats smaller")
    }
    switch self {
    case .scalars(let set): program.append(.scalars(set))
    case .start: program.append(.start)
    case .end: program.append(.end)
    case .sequence(let parts): for part in parts { try part.emit(into: &program) }
    case .alternatives(let choices):
      var jumps: [Int] = []
      for choice in choices.dropLast() {
        let split = program.count
        program.append(.match)
        try choice.emit(into: &program)
        jumps.append(program.count)
        program.append(.match)
        program[split] = .split(split + 1, program.count)
      }
      try choices.last?.emit(into: &program)
      for jump in jumps { program[jump] = .jump(program.count) }
    case .repeated(let part, let least, let most):
      for _ in 0..<least { try part.emit(into: &program) }
      if let most {
        var splits: [Int] = []
        for _ in least..<max(least, most) {
          splits.append(program.count)
          program.append(.match)
          try part.emit(into: &program)
        }
        for split in splits { program[split] = .split(split + 1, program.count) }
      } else {
        let split = program.count
        program.append(.match)
        try part.emit(into: &program)
        program.append(.jump(split))
        program[split] = .split(split + 1, program.count)
      }
    }
  }
}

private struct PatternParser {
  private let scalars: [Unicode.Scalar]
  private let foldsCase: Bool
  private var position = 0

  init(_ pattern: String, foldsCase: Bool) {
    let pattern = foldsCase ? pattern.precomposedStringWithCanonicalMapping : pattern
    scalars = Array(pattern.unicodeScalars)
    self.foldsCase = foldsCase
  }

  var isAtEnd: Bool { position == scalars.count }
  private var next: Unicode.Scalar? { isAtEnd ? nil : scalars[position] }

  private mutating func skip(_ scalar: Unicode.Scalar) -> Bool {
    guard next == scalar else { return false }
    position += 1
    return true
  }

  mutating func alternatives(depth: Int) throws(PatternError) -> PatternTree {
    guard depth < 50 else { throw PatternError(message: "groups nested deeper than 50") }
    var choices = [try sequence(depth: depth)]
    while skip("|") { choices.append(try sequence(depth: depth)) }
    return choices.count == 1 ? choices[0] : .alternatives(choices)
  }

  private mutating func sequence(depth: Int) throws(PatternError) -> PatternTree {
    var parts: [PatternTree] = []
    while let scalar = next, scalar != "|", scalar != ")" {
      parts.append(try quantified(try atom(depth: depth)))
    }
    return .sequence(parts)
  }

  private mutating func atom(depth: Int) throws(PatternError) -> PatternTree {
    let scalar = scalars[position]
    position += 1
    switch scalar {
    case ".": return .scalars(ScalarSet(ranges: [10...10], isNegated: true))
    case "^": return .start
    case "$": return .end
    case "[": return .scalars(try scalarClass())
    case "(":
      if skip("?"), !skip(":") {
        throw PatternError(message: "\"(?\" is read only as \"(?:\"; look-around is not supported")
      }
      let inner = try alternatives(depth: depth + 1)
      guard skip(")") else { throw PatternError(message: "\"(\" without \")\"") }
      return inner
    case "*", "+", "?", "{":
      throw PatternError(message: "\"\(scalar)\" has nothing to repeat; write \"\\\(scalar)\"")
    case "\\": return .scalars(try escape())
    default: return literal(scalar)
    }
  }

  private func literal(_ scalar: Unicode.Scalar) -> PatternTree {
    let text = foldsCase ? folded(String(scalar)) : String(scalar)
    let parts = text.unicodeScalars.map {
      PatternTree.scalars(ScalarSet(ranges: [$0.value...$0.value]))
    }
    return parts.count == 1 ? parts[0] : .sequence(parts)
  }

  private mutating func quantified(_ atom: PatternTree) throws(PatternError) -> PatternTree {
    var tree = atom
    while let scalar = next {
      switch scalar {
      case "*": tree = .repeated(tree, least: 0, most: nil)
      case "+": tree = .repeated(tree, least: 1, most: nil)
      case "?": tree = .repeated(tree, least: 0, most: 1)
      case "{":
        position += 1
        tree = try counted(tree)
        position -= 1
      default: return tree
      }
      position += 1
      _ = skip("?")
      if let repeatedAgain = next, "*+?{".unicodeScalars.contains(repeatedAgain) {
        throw PatternError(message: "\"\(repeatedAgain)\" behind another repeat")
      }
    }
    return tree
  }

  private mutating func counted(_ tree: PatternTree) throws(PatternError) -> PatternTree {
    let least = try number()
    var most: Int? = least
    if skip(",") { most = next == "}" ? nil : try number() }
    guard next == "}", most ?? least >= least else {
      throw PatternError(message: "a repeat is written {n}, {n,} or {n,m} with n <= m")
    }
    position += 1
    return .repeated(tree, least: least, most: most)
  }

  private mutating func number() throws(PatternError) -> Int {
    var value = 0
    let first = position
    while let digit = next?.value, (48...57).contains(digit), value <= 1_000 {
      value = value * 10 + Int(digit - 48)
      position += 1
    }
    guard position > first, value <= 1_000 else {
      throw PatternError(message: "a repeat needs whole numbers up to 1000")
    }
    return value
  }

  private mutating func escape() throws(PatternError) -> ScalarSet {
    guard let scalar = next else { throw PatternError(message: "\"\\\" at the end") }
    position += 1
    switch scalar {
    case "d", "D": return ScalarSet(ranges: [48...57], isNegated: scalar == "D")
    case "w", "W":
      return ScalarSet(ranges: [48...57, 65...90, 95...95, 97...122], isNegated: scalar == "W")
    case "s", "S": return ScalarSet(ranges: [9...13, 32...32], isNegated: scalar == "S")
    case "t": return ScalarSet(ranges: [9...9])
    case "n": return ScalarSet(ranges: [10...10])
    case "r": return ScalarSet(ranges: [13...13])
    default:
      guard scalar.isASCII, !scalar.properties.isAlphabetic, !(48...57).contains(scalar.value)
      else { throw PatternError(message: "\"\\\(scalar)\" is not supported") }
      return ScalarSet(ranges: [scalar.value...scalar.value])
    }
  }

  private mutating func scalarClass() throws(PatternError) -> ScalarSet {
    var set = ScalarSet()
    set.isNegated = skip("^")
    var isFirst = true
    while let scalar = next, isFirst || scalar != "]" {
      isFirst = false
      position += 1
      var low = scalar
      if scalar == "\\" {
        let escaped = try escape()
        guard !escaped.isNegated else {
          throw PatternError(message: "\\D, \\W and \\S are not supported inside [ ]")
        }
        guard escaped.ranges.count == 1, escaped.ranges[0].count == 1,
          let single = Unicode.Scalar(escaped.ranges[0].lowerBound)
        else {
          set.ranges += escaped.ranges
          continue
        }
        low = single
      } else if scalar == "[", next == ":" {
        throw PatternError(message: "named classes are not supported")
      }
      if next == "-", position + 1 < scalars.count, scalars[position + 1] != "]" {
        position += 1
        var high = scalars[position]
        position += 1
        if high == "\\" {
          let escaped = try escape()
          guard escaped.ranges.count == 1, escaped.ranges[0].count == 1,
            let single = Unicode.Scalar(escaped.ranges[0].lowerBound)
          else { throw PatternError(message: "a range in [ ] needs two letters") }
          high = single
        }
        guard low <= high else { throw PatternError(message: "a range in [ ] runs backwards") }
        set.ranges.append(low.value...high.value)
      } else {
        set.ranges.append(low.value...low.value)
      }
    }
    guard skip("]") else { throw PatternError(message: "\"[\" without \"]\"") }
    return set
  }
}
