import Dispatch

/// Runs blocking work on a thread of its own: the concurrency runtime has as many threads as cores, and one that
/// waits for a peer would hold up all other tests.
package func onThread<R: Sendable>(_ body: @escaping @Sendable () throws -> R) async throws -> R {
    try await withCheckedThrowingContinuation { continuation in
        DispatchQueue(label: "test.client").async {
            continuation.resume(with: Result { try body() })
        }
    }
}
