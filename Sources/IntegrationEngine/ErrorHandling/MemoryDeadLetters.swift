public import IntegrationCore
internal import Synchronization

/// Dead letters kept in memory, where no `dlq` and no storage is configured. When full it refuses, and the flow holds
/// back: nothing is dropped.
public final class MemoryDeadLetters: DeadLetterSink {
    private struct State {
        var letters: [DeadLetter] = []
        var bytes = 0
    }

    private let state = Mutex(State())
    private let maximumBytes: Int

    /// - Parameter maximumBytes: the most that bodies may take together.
    public init(maximumBytes: Int = 64 << 20) { self.maximumBytes = maximumBytes }

    public var letters: [DeadLetter] { state.withLock { $0.letters } }

    public func accept(_ letters: [DeadLetter]) async throws(IntegrationError) -> SendReport {
        let size = letters.reduce(0) { $0 + $1.original.count + ($1.atStep?.count ?? 0) }
        let isFull = state.withLock { state in
            guard state.bytes + size <= maximumBytes else { return true }
            state.letters += letters
            state.bytes += size
            return false
        }
        if isFull {
            throw IntegrationError(
                .deadLettersFull,
                "\(maximumBytes >> 20) MiB of dead letters are in memory and there is room for no more")
        }
        return .accepted
    }
}
