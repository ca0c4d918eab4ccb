import Foundation

/// Runs blocking work on a thread of its own. Not on a queue: Dispatch has at most 255 threads for queues whose work
/// blocks, and the shards under test need some of them.
package func detach(_ body: @escaping @Sendable () -> Void) { Thread.detachNewThread(body) }

/// Runs blocking work on a thread of its own and waits for it: the concurrency runtime has as many threads as cores,
/// and one that waits for a peer would hold up all other tests.
package func onThread<R: Sendable>(_ body: @escaping @Sendable () throws -> R) async throws -> R {
    try await withCheckedThrowingContinuation { continuation in
        detach { continuation.resume(with: Result { try body() }) }
    }
}
