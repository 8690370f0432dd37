internal import IntegrationCore
internal import IntegrationDocument
internal import Synchronization

/// When deliveries are gathered, and when they are handed over: counts and times alone.
struct GatheringPlan: Sendable {
    let count: Int
    let bytes: Int
    let linger: Duration

    /// Messages and bytes of each delivery that waits, in order, and when it came.
    private(set) var waiting: [(messages: Int, bytes: Int, time: Duration)] = []
    /// No more will come.
    var isAtEnd = false

    init(count: Int, bytes: Int, linger: Duration) {
        self.count = count
        self.bytes = bytes
        self.linger = linger
    }

    enum Answer: Equatable {
        /// Hand over the first deliveries, this many.
        case take(Int)
        /// Wait for more, at the longest until then.
        case wait(until: Duration?)
        /// There will be no more.
        case end
    }

    mutating func add(messages: Int, bytes: Int, at time: Duration) { waiting.append((messages, bytes, time)) }

    mutating func remove(_ deliveries: Int) { waiting.removeFirst(deliveries) }

    func answer(at now: Duration) -> Answer {
        guard let first = waiting.first else { return isAtEnd ? .end : .wait(until: nil) }
        var messages = 0
        var size = 0
        var fitting = 0
        for delivery in waiting {
            messages += delivery.messages
            size += delivery.bytes
            if fitting > 0, messages > count || size > bytes { return .take(fitting) }
            fitting += 1
            if messages >= count || size >= bytes { return .take(fitting) }
        }
        let deadline = first.time + linger
        return isAtEnd || now >= deadline ? .take(fitting) : .wait(until: deadline)
    }
}

/// Deliveries on their way from a source to lanes that want larger ones.
final class Gathering: Sendable {
    private struct State {
        var plan: GatheringPlan
        var parts: [GatheredPart] = []
        var error: IntegrationError?
        /// Lanes that wait: nothing is read without one.
        var lanes = 0
    }

    private let state: Mutex<State>
    private let arrived = Wakeup()
    private let wanted = Wakeup()
    private let context: FlowContext

    init(_ plan: GatheringPlan, context: FlowContext) {
        state = Mutex(State(plan: plan))
        self.context = context
    }

    /// Reads the source while lanes wait, until its end, its failure, or cancellation.
    func fill(from receiver: any Receiver) async {
        do throws(IntegrationError) {
            while await waitUntilWanted(), let delivery = try await receiver.receive() {
                let part = GatheredPart(delivery)
                let now = context.clock.now
                state.withLock { state in
                    state.plan.add(messages: part.count, bytes: part.bytes, at: now)
                    state.parts.append(part)
                }
                arrived.wake()
            }
            state.withLock { $0.plan.isAtEnd = true }
        } catch {
            state.withLock { state in
                state.plan.isAtEnd = true
                state.error = error
            }
        }
        arrived.wake()
    }

    /// Waits for a lane that waits for more than there is; false when cancelled.
    private func waitUntilWanted() async -> Bool {
        while !Task.isCancelled {
            let seen = wanted.count
            let now = context.clock.now
            let isWanted = state.withLock { state in
                if case .wait = state.plan.answer(at: now) { state.lanes > 0 } else { false }
            }
            if isWanted { return true }
            await wanted.wait(after: seen)
        }
        return false
    }

    /// The next gathered delivery; nil at the end and when cancelled.
    ///
    /// - Throws: what the source threw, once all that came before is handed over.
    func take() async throws(IntegrationError) -> GatheredDelivery? {
        state.withLock { $0.lanes += 1 }
        wanted.wake()
        defer {
            state.withLock { $0.lanes -= 1 }
            wanted.wake()
        }
        while !Task.isCancelled {
            let seen = arrived.count
            let now = context.clock.now
            let (answer, parts, error) = state.withLock {
                state -> (GatheringPlan.Answer, [GatheredPart], IntegrationError?) in
                let answer = state.plan.answer(at: now)
                guard case .take(let count) = answer else { return (answer, [], state.error) }
                defer {
                    state.plan.remove(count)
                    state.parts.removeFirst(count)
                }
                return (answer, Array(state.parts.prefix(count)), nil)
            }
            switch answer {
            case .take: return GatheredDelivery(parts: parts, context: context)
            case .end:
                if let error { throw error }
                return nil
            case .wait(let deadline):
                do {
                    try await arrived.wait(after: seen, until: deadline, clock: context.clock)
                } catch {
                    return nil  // cancelled
                }
            }
        }
        return nil
    }
}

/// A delivery that waits to be joined with others. Dropped, it releases its messages.
final class GatheredPart: Sendable {
    private struct State: ~Copyable {
        var delivery: Delivery?
        var batch: Batch?
    }

    private let state: Mutex<State>
    let count: Int
    let bytes: Int
    let tickets: [TicketRun]

    init(_ delivery: consuming Delivery) {
        let batch = delivery.takeBatch()
        count = delivery.count
        tickets = delivery.tickets.isEmpty ? [TicketRun(nil, count: delivery.count)] : delivery.tickets
        bytes =
            batch.messages.reduce(0) { $0 + Int($1.original.length) }
            + batch.failures.reduce(0) { $0 + Int($1.message.original.length) }
        state = Mutex(State(delivery: delivery, batch: batch))
    }

    /// Takes the messages, once.
    func takeBatch() -> Batch? { state.withLock { $0.batch.take() } }

    func settle(_ settlement: Settlement) {
        state.withLock { $0.delivery.take()?.settle(settlement) }
    }
}

/// Several deliveries as one.
struct GatheredDelivery {
    let parts: [GatheredPart]
    let context: FlowContext

    /// One batch over all parts, whose settlement goes back to each.
    func delivery() -> Delivery {
        Delivery(batch(), tickets: parts.flatMap(\.tickets)) { [parts] settlement in
            var start = 0
            for part in parts {
                let range = start..<start + part.count
                part.settle(
                    Settlement(
                        settlement.outcome,
                        exceptions: settlement.exceptions.filter { range.contains($0.origin) }
                            .map { ($0.origin - range.lowerBound, $0.outcome) },
                        results: settlement.results?.part(range)))
                start += part.count
            }
        }
    }

    /// The messages of all parts in an arena of their own; a single part is not copied.
    private func batch() -> Batch {
        if parts.count == 1, let batch = parts[0].takeBatch() { return batch }
        let arena = context.arenas.take()
        var bytes: [UInt8] = []
        bytes.reserveCapacity(parts.reduce(0) { $0 + $1.bytes })
        var messages: [Message] = []
        var failures: [FailedMessage] = []
        var keys: [SettledKey] = []
        var start = 0
        for part in parts {
            guard let batch = part.takeBatch() else { continue }
            for message in batch.messages {
                messages.append(copy(message, from: batch.arena, at: start, into: arena, &bytes))
            }
            for failure in batch.failures {
                let message = copy(failure.message, from: batch.arena, at: start, into: arena, &bytes)
                failures.append(
                    FailedMessage(message: message, error: failure.error, destination: failure.destination))
            }
            for var key in batch.settledKeys {
                key.origin += start
                keys.append(key)
            }
            start += part.count
            context.arenas.give(batch.arena)
        }
        arena.attach(ByteBlock(bytes), as: Arena.sourceBase)
        var gathered = Batch(arena: arena, messages: messages, failures: failures)
        gathered.settledKeys = keys
        return gathered
    }

    private func copy(
        _ message: Message, from old: Arena, at start: Int, into arena: Arena, _ bytes: inout [UInt8]
    ) -> Message {
        let body = old.bytes(message.original)
        let slice = Slice(base: Arena.sourceBase, offset: bytes.count, length: body.count)
        bytes += body
        var metadata: UnsafePointer<Word>?
        if let known = message.metadata {
            var builder = Builder(arena)
            builder.copy(foreign: old.view(known))
            metadata = builder.finish()
        }
        return Message(
            id: message.id, origin: start + message.origin, body: slice, metadata: metadata,
            attempts: message.attempts, receiveCount: message.receiveCount)
    }
}

extension Batch {
    /// The messages whose origins are in `range`, as those of a delivery that begins there.
    fileprivate func part(_ range: Range<Int>) -> Batch {
        Batch(
            arena: arena,
            messages: messages.filter { range.contains($0.origin) }.map { $0.moved(to: $0.origin - range.lowerBound) })
    }
}
