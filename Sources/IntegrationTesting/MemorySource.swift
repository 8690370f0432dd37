public import IntegrationCore
public import IntegrationDocument
internal import IntegrationEngine
internal import Synchronization

/// A source of messages that a test wrote down, which remembers all that happened to each of them.
///
/// It is a source of class A: what is released stays in it and, with `redelivers`, is handed over again with a higher
/// receive count, in the same run or the next one on the same object, as a queue would.
///
/// ```swift
/// let source = MemorySource([#"{"id": 1}"#, #"{"id": 2}"#], batchSize: 10)
/// …
/// #expect(source.outcomes(of: 0) == [.accepted])
/// ```
public final class MemorySource: Source {
    /// A message to hand over.
    public struct Item: Sendable {
        public var body: [UInt8]
        /// Headers and what else a source knows: an object, or nil.
        public var metadata: Document?
        /// Where the source itself refuses the message, as one that is too large: why.
        public var failure: IntegrationError?

        public init(_ body: [UInt8], metadata: Document? = nil, failure: IntegrationError? = nil) {
            self.body = body
            self.metadata = metadata
            self.failure = failure
        }

        public init(_ body: String, metadata: Document? = nil, failure: IntegrationError? = nil) {
            self.init(Array(body.utf8), metadata: metadata, failure: failure)
        }
    }

    /// What the source was told about a message.
    public enum Outcome: Sendable, Equatable {
        case accepted
        case released
        case refused(ErrorCode)
    }

    /// One message of a delivery that was settled.
    public struct Settling: Sendable, Equatable {
        /// Index of the message in the list.
        public var message: Int
        public var outcome: Outcome
        /// On the flow's clock.
        public var time: Duration
        /// Whether the source's scope had ended before: the engine must never let that happen.
        public var isLate: Bool
    }

    struct State {
        /// Indices of what is to be handed over next.
        var ready: [Int]
        var unsettled: Set<Int> = []
        var receiveCounts: [Int]
        var settlings: [Settling] = []
        var deliveries = 0
        var isOpen = false
        var mostUnsettled = 0
        var failure: IntegrationError?
    }

    let items: [Item]
    let seed: UInt64
    let batchSize: Int
    let redelivers: Bool
    let staysOpen: Bool
    let interval: Duration
    let state: Mutex<State>
    let changed = Wakeup()
    public let decoder: (any Step)?

    /// - Parameters:
    ///   - batchSize: most messages in a delivery.
    ///   - redelivers: whether released messages are handed over again; a source that does so comes to its end only
    ///     when every message is accepted.
    ///   - staysOpen: whether it waits at its end, as a queue does, until the flow shuts down.
    ///   - interval: time on the flow's clock before each delivery.
    ///   - seed: the first half of the messages' ids; the second half is their index.
    public init(
        items: [Item], batchSize: Int = 10, redelivers: Bool = false, staysOpen: Bool = false,
        interval: Duration = .zero, decoder: (any Step)? = nil, seed: UInt64 = 1
    ) {
        self.items = items
        self.batchSize = max(1, batchSize)
        self.redelivers = redelivers
        self.staysOpen = staysOpen
        self.interval = interval
        self.decoder = decoder
        self.seed = seed
        state = Mutex(State(ready: Array(items.indices), receiveCounts: Array(repeating: 0, count: items.count)))
    }

    public convenience init(
        _ bodies: [String], batchSize: Int = 10, redelivers: Bool = false, staysOpen: Bool = false,
        interval: Duration = .zero, decoder: (any Step)? = nil, seed: UInt64 = 1
    ) {
        self.init(
            items: bodies.map { Item($0) }, batchSize: batchSize, redelivers: redelivers, staysOpen: staysOpen,
            interval: interval, decoder: decoder, seed: seed)
    }

    public var guarantee: DeliveryGuarantee { .atLeastOnce }
    public var isFinite: Bool { !staysOpen }

    /// The id of a message of the list.
    public func id(of message: Int) -> MessageID { MessageID(seed: seed, position: UInt64(message)) }

    // MARK: What happened

    /// Everything that the source was told, in order.
    public var settlings: [Settling] { state.withLock { $0.settlings } }

    /// What the source was told about one message, in order; empty while it is unsettled.
    public func outcomes(of message: Int) -> [Outcome] {
        settlings.filter { $0.message == message }.map(\.outcome)
    }

    /// Indices of the messages that were accepted, in the order in which that happened.
    public var accepted: [Int] { settlings.filter { $0.outcome == .accepted }.map(\.message) }

    /// Indices of the messages that were released, in order.
    public var released: [Int] { settlings.filter { $0.outcome == .released }.map(\.message) }

    /// Indices of the messages that were handed over and of which the source has not heard again.
    public var unsettled: [Int] { state.withLock { $0.unsettled.sorted() } }

    /// The most messages that were handed over and unsettled at once.
    public var mostUnsettled: Int { state.withLock { $0.mostUnsettled } }

    /// How far the list was read: the number of messages handed over at least once.
    public var readCount: Int { state.withLock { $0.receiveCounts.count { $0 > 0 } } }

    /// How often messages were handed over, together.
    public var deliveries: Int { state.withLock { $0.deliveries } }

    /// Whether the source's scope is open now.
    public var isOpen: Bool { state.withLock { $0.isOpen } }

    /// Makes every further `receive()` fail; nil mends it.
    public func fail(with error: IntegrationError?) {
        state.withLock { $0.failure = error }
        changed.wake()
    }

    // MARK: Source

    public func withReceiver<R: Sendable>(
        in context: FlowContext, _ body: (any Receiver) async throws -> R
    ) async throws -> R {
        state.withLock { $0.isOpen = true }
        defer { state.withLock { $0.isOpen = false } }
        return try await body(MemoryReceiver(source: self, context: context))
    }

    /// Notes what became of a delivery.
    func settle(_ indices: [Int], _ settlement: Settlement, at time: Duration) {
        state.withLock { state in
            for (origin, message) in indices.enumerated() {
                let outcome: Outcome =
                    switch settlement.outcome(of: origin) {
                    case .accepted: .accepted
                    case .released: .released
                    case .refused(let error): .refused(error.code)
                    }
                state.settlings.append(
                    Settling(message: message, outcome: outcome, time: time, isLate: !state.isOpen))
                state.unsettled.remove(message)
                if outcome == .released {
                    state.ready.append(message)
                    state.ready.sort()
                }
            }
        }
        changed.wake()
    }
}
