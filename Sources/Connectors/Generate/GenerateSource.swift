public import IntegrationCore
internal import IntegrationDocument
internal import Synchronization

/// Makes messages by a schedule. Class C: what is in flight when the engine crashes is lost.
public struct GenerateSource: Source {
    public var pace: GeneratePace
    public var body: GenerateBody
    /// How many messages in all; nil: without end.
    public var count: Int?
    /// Most messages in a delivery.
    public var batchSize: Int
    public var missed: GenerateMissed

    public init(
        _ pace: GeneratePace, body: GenerateBody, count: Int? = nil, batchSize: Int = 100,
        missed: GenerateMissed = .merge
    ) {
        self.pace = pace
        self.body = body
        self.count = count
        self.batchSize = max(1, batchSize)
        self.missed = missed
    }

    public var guarantee: DeliveryGuarantee { .bestEffort }
    public var isFinite: Bool { count != nil }

    public func withReceiver<R: Sendable>(
        in context: FlowContext, _ body: (any Receiver) async throws -> R
    ) async throws -> R {
        try await body(GenerateReceiver(self, context: context))
    }
}

final class GenerateReceiver: Receiver {
    private struct State {
        var timer: GenerateTimer
        var ids = MessageIDGenerator()
    }

    private let source: GenerateSource
    private let context: FlowContext
    /// The body of every message, where all are the same.
    private let fixed: ByteBlock?
    private let state: Mutex<State>

    init(_ source: GenerateSource, context: FlowContext) {
        self.source = source
        self.context = context
        if case .fixed(let bytes) = source.body { fixed = ByteBlock(bytes) } else { fixed = nil }
        let start = GenerateTimer.Reading(now: context.clock.now, wall: context.clock.wallTime)
        let timer = GenerateTimer(
            source.pace, missed: source.missed, limit: source.count, batchSize: source.batchSize, startingAt: start)
        state = Mutex(State(timer: timer))
    }

    func receive() async throws(IntegrationError) -> Delivery? {
        while !context.shutdown.isSignalled {
            let reading = GenerateTimer.Reading(now: context.clock.now, wall: context.clock.wallTime)
            let (decision, id) = state.withLock { state in
                let decision = state.timer.next(at: reading)
                guard case .deliver(_, let count, _) = decision else {
                    return (decision, MessageID(high: 0, low: 0))
                }
                var random = SystemRandomNumberGenerator()
                let now = UInt64(max(0, reading.wall.milliseconds))
                return (decision, state.ids.next(count, at: now, using: &random))
            }
            switch decision {
            case .done: return nil
            case .wait(let deadline):
                guard await context.pause(until: deadline) else { return nil }
            case .deliver(let first, let count, let scheduled):
                let ids = (0..<count).lazy.map { MessageID(high: id.high, low: id.low &+ UInt64($0)) }
                return Delivery(batch(Array(ids), first: first, scheduled: scheduled)) { _ in }
            }
        }
        return nil
    }

    private func batch(_ ids: [MessageID], first: Int, scheduled: Duration) -> Batch {
        let arena = context.arenas.take()
        if let fixed {
            arena.attach(fixed, as: Arena.sourceBase)
            let body = Slice(base: Arena.sourceBase, offset: 0, length: fixed.count)
            return Batch(
                arena: arena, messages: ids.enumerated().map { Message(id: $1, origin: $0, body: body) })
        }
        guard case .made(let write) = source.body else { return Batch(arena: arena, messages: []) }
        var out = OutputBuffer(capacity: ids.count * 256)
        var messages: [Message] = []
        var failures: [FailedMessage] = []
        for (index, id) in ids.enumerated() {
            let start = out.count
            do throws(IntegrationError) {
                try write(GeneratedMessage(id: id, sequence: first + index, scheduled: scheduled), context, &out)
                let body = Slice(base: Arena.sourceBase, offset: start, length: out.count - start)
                messages.append(Message(id: id, origin: index, body: body))
            } catch {
                out.truncate(to: start)
                failures.append(
                    FailedMessage(message: Message(id: id, origin: index, body: .empty), error: error))
            }
        }
        arena.attach(out.takeBlock(), as: Arena.sourceBase)
        return Batch(arena: arena, messages: messages, failures: failures)
    }
}
