import LinearAlgebra
import Testing

struct LinearAlgebraKernelTests {
  @Test func kernelNamesLibraryVersionAndProcessorFamily() throws {
    let words = linearAlgebraKernel.split(separator: " ")
    #expect(words.count == 3, "\(linearAlgebraKernel)")
    #expect(words.first == "OpenBLAS")
    let version = try #require(words.dropFirst().first)
    #expect(version.contains(".") && version.first?.isNumber == true)
  }
}
