import IntegrationCore
import IntegrationTesting
import Synchronization

/// A manual clock whose wall time somebody sets: forward, or back.
final class JumpingClock: TimeSource {
    let manual = ManualClock()
    private let offset = Mutex(Duration.zero)

    var now: Duration { manual.now }
    var wallTime: Duration { manual.wallTime + offset.withLock { $0 } }

    func jump(by duration: Duration) { offset.withLock { $0 += duration } }
    func sleep(until deadline: Duration) async throws(CancellationError) { try await manual.sleep(until: deadline) }
}
