/// Where records are read from; gzip is recognised by its content in all of them.
public enum Input: Sendable, Hashable, CustomStringConvertible {
  /// A file, by its path.
  case file(String)
  /// The standard input of the process.
  case standardInput
  /// Bytes in memory, and the name that errors call them by.
  case bytes([UInt8], name: String)

  /// Makes an input from an argument of a command line, where `-` is the standard input.
  public init(argument: String) { self = argument == "-" ? .standardInput : .file(argument) }

  /// The name that errors call the input by.
  public var description: String {
    switch self {
    case .file(let path): path
    case .standardInput: "-"
    case .bytes(_, let name): name
    }
  }
}
