import Foundation

/// Runs libFuzzer over the readers of event logs; arguments are libFuzzer's.
@main
enum FuzzReaders {
  static func main() {
    var argumentCount = CommandLine.argc
    var arguments = Optional(CommandLine.unsafeArgv)
    exit(
      runFuzzer(&argumentCount, &arguments) { bytes, count in
        let input = UnsafeRawBufferPointer(start: bytes, count: count)
        let violations = ReaderProperties(input).violations
        guard !violations.isEmpty else { return 0 }
        let text = Set(violations).sorted().map { "violated: \($0)\n" }.joined()
        FileHandle.standardError.write(Data(text.utf8))
        fatalError("a property does not hold")
      })
  }
}

/// libFuzzer's own main function, with a main function of ours before it.
@_silgen_name("LLVMFuzzerRunDriver")
private func runFuzzer(
  _ argumentCount: UnsafeMutablePointer<Int32>,
  _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?>,
  _ body: @convention(c) (UnsafePointer<UInt8>?, Int) -> Int32
) -> Int32
