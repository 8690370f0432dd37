internal import IntegrationCore
internal import Synchronization

/// How a first try went, for whoever waits for it.
final class Opening: Sendable {
    private let outcome = Mutex<IntegrationError??>(nil)
    private let signal = ShutdownSignal()

    /// Nil is success; only the first outcome counts.
    func finish(_ error: IntegrationError?) {
        outcome.withLock { if $0 == nil { $0 = .some(error) } }
        signal.signal()
    }

    /// Why it failed; nil when it went well, or when the task is cancelled.
    func wait() async -> IntegrationError? {
        await signal.wait()
        return outcome.withLock { $0 ?? nil }
    }
}
