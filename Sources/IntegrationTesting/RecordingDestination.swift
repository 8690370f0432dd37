public import IntegrationCore
internal import IntegrationDocument
internal import IntegrationEngine
internal import Synchronization

/// A destination that remembers what it was sent, and fails where a test says so.
///
/// ```swift
/// let destination = RecordingDestination()
/// destination.failNext(2)                                              // the next two sends, whole
/// destination.refuse(times: 1, with: slowDown) { $0.contains("\"id\":7") }   // single messages
/// destination.block()                                                  // sends wait until release()
/// ```
public final class RecordingDestination: Destination {
    /// A message that the destination accepted or refused.
    public struct Record: Sendable, Equatable {
        public var id: MessageID
        /// The body as it would leave.
        public var body: [UInt8]
        /// The body as text; broken UTF-8 is mended.
        public var text: String { String(decoding: body, as: UTF8.self) }
        /// When, on the flow's clock.
        public var time: Duration
        /// Which call of `send` it came in, counted from 0.
        public var send: Int
        public var isAccepted: Bool
    }

    private struct Rule: Sendable {
        let times: Int?
        let error: IntegrationError
        let predicate: @Sendable (String) -> Bool
        var refused: [MessageID: Int] = [:]
    }

    private struct State {
        var records: [Record] = []
        var sends = 0
        var failures: [IntegrationError] = []
        var rules: [Rule] = []
        var openError: IntegrationError?
        var isBlocked = false
        var isOpen = false
        var sending = 0
        var mostSending = 0

        /// Why the first rule that meets a message refuses it.
        mutating func refusal(of id: MessageID, _ text: String) -> IntegrationError? {
            for index in rules.indices where rules[index].predicate(text) {
                let before = rules[index].refused[id, default: 0]
                if let times = rules[index].times, before >= times { continue }
                rules[index].refused[id] = before + 1
                return rules[index].error
            }
            return nil
        }
    }

    private let state = Mutex(State())
    private let changed = Wakeup()
    /// How long each send takes on the flow's clock.
    private let duration: Duration
    fileprivate let isAllOrNothing: Bool
    fileprivate let requestUnit: RequestUnit

    /// - Parameters:
    ///   - duration: how long each send takes on the flow's clock.
    ///   - isAllOrNothing: whether a batch is refused whole as soon as one of its messages is (`Sender.isAllOrNothing`).
    ///   - requestUnit: what the other system sees of a batch (`Sender.requestUnit`).
    public init(duration: Duration = .zero, isAllOrNothing: Bool = false, requestUnit: RequestUnit = .batch) {
        self.duration = duration
        self.isAllOrNothing = isAllOrNothing
        self.requestUnit = requestUnit
    }

    /// The error of faults that name none: retryable, of the class `server_error`.
    public static let failure = IntegrationError(.destinationFailed, "the test says so")

    // MARK: Faults

    /// Makes the next sends fail whole.
    public func failNext(_ count: Int, with error: IntegrationError = failure) {
        state.withLock { $0.failures += Array(repeating: error, count: max(0, count)) }
    }

    /// Takes back what is left of `failNext` and every rule of `refuse`: the destination is mended.
    public func mend() {
        state.withLock { state in
            state.failures.removeAll()
            state.rules.removeAll()
        }
    }

    /// Refuses single messages.
    ///
    /// - Parameters:
    ///   - times: how often each of them is refused before it is accepted; nil: always.
    ///   - error: its code decides whether they are tried again, its `retryAfter` when.
    ///   - predicate: gets the body as text.
    public func refuse(
        times: Int? = nil, with error: IntegrationError = failure,
        where predicate: @escaping @Sendable (String) -> Bool = { _ in true }
    ) {
        state.withLock { $0.rules.append(Rule(times: times, error: error, predicate: predicate)) }
    }

    /// Makes it impossible to open the destination; nil mends it.
    public func failToOpen(with error: IntegrationError?) { state.withLock { $0.openError = error } }

    /// Makes sends wait until `release()`. A cancelled one fails.
    public func block() { state.withLock { $0.isBlocked = true } }

    /// Lets waiting sends go.
    public func release() {
        state.withLock { $0.isBlocked = false }
        changed.wake()
    }

    // MARK: What happened

    /// Every message of every send that was answered, in order.
    public var tries: [Record] { state.withLock { $0.records } }

    /// The messages that were accepted, in order.
    public var records: [Record] { tries.filter(\.isAccepted) }

    /// The bodies that were accepted as text, in order.
    public var bodies: [String] { records.map(\.text) }

    /// Calls of `send` that have not returned.
    public var sending: Int { state.withLock { $0.sending } }

    /// The most calls of `send` at once.
    public var mostSending: Int { state.withLock { $0.mostSending } }

    /// Whether the destination's scope is open now.
    public var isOpen: Bool { state.withLock { $0.isOpen } }

    // MARK: Destination

    public func withSender<R: Sendable>(
        in context: FlowContext, _ body: (any Sender) async throws -> R
    ) async throws -> R {
        if let error = state.withLock({ $0.openError }) { throw error }
        state.withLock { $0.isOpen = true }
        defer { state.withLock { $0.isOpen = false } }
        return try await body(RecordingSender(destination: self, clock: context.clock))
    }

    fileprivate func send(_ batch: Batch, clock: any TimeSource) async throws(IntegrationError) -> SendReport {
        state.withLock { state in
            state.sending += 1
            state.mostSending = max(state.mostSending, state.sending)
        }
        defer { state.withLock { $0.sending -= 1 } }
        do {
            while true {
                let seen = changed.count
                guard state.withLock({ $0.isBlocked }) else { break }
                try await changed.wait(after: seen, until: nil, clock: clock)
            }
            if duration > .zero { try await clock.sleep(for: duration) }
        } catch {
            throw IntegrationError(.destinationFailed, "cancelled while sending")
        }
        return try answer(batch, at: clock.now)
    }

    private func answer(_ batch: Batch, at time: Duration) throws(IntegrationError) -> SendReport {
        let bodies = batch.messages.map { message in
            var out = OutputBuffer()
            message.writeBody(in: batch.arena, to: &out)
            return out.withBytes { Array($0) }
        }
        return try state.withLock { state throws(IntegrationError) -> SendReport in
            let send = state.sends
            state.sends += 1
            var refused: [(index: Int, error: IntegrationError)] = []
            let failure = state.failures.isEmpty ? nil : state.failures.removeFirst()
            if failure == nil {
                for (index, message) in batch.messages.enumerated() {
                    let text = String(decoding: bodies[index], as: UTF8.self)
                    if let error = state.refusal(of: message.id, text) { refused.append((index, error)) }
                }
            }
            let whole = failure ?? (isAllOrNothing ? refused.first?.error : nil)
            let losers = Set(refused.map(\.index))
            for (index, message) in batch.messages.enumerated() {
                state.records.append(
                    Record(
                        id: message.id, body: bodies[index], time: time, send: send,
                        isAccepted: whole == nil && !losers.contains(index)))
            }
            if let whole { throw whole }
            return SendReport(refused: refused)
        }
    }
}

private struct RecordingSender: Sender {
    let destination: RecordingDestination
    let clock: any TimeSource

    var isAllOrNothing: Bool { destination.isAllOrNothing }
    var requestUnit: RequestUnit { destination.requestUnit }

    func send(_ batch: Batch) async throws(IntegrationError) -> SendReport {
        try await destination.send(batch, clock: clock)
    }
}
