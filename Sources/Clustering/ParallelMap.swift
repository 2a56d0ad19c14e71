internal import LinearAlgebra

/// The values of 0..<count in order, each computed whole on one of the threads.
func mapInParallel<Value: Sendable>(
  count: Int, threadCount: Int, _ body: @Sendable (Int) throws(ClusteringError) -> Value
) throws(ClusteringError) -> [Value] {
  var results = [Result<Value, ClusteringError>?](repeating: nil, count: count)
  results.withUnsafeMutableBufferPointer { results in
    nonisolated(unsafe) let results = results
    forEachBlock(count: count, threadCount: threadCount) { index in
      do throws(ClusteringError) {
        results[index] = .success(try body(index))
      } catch {
        results[index] = .failure(error)
      }
    }
  }
  var values: [Value] = []
  for case let result? in results { values.append(try result.get()) }
  return values
}
