import IntegrationCore
import IntegrationDocument
import Synchronization

/// A source whose deliveries bear tickets, or have been handed over before; it comes to its end behind the last.
final class TicketedSource: Source {
    struct Part: Sendable {
        var bodies: [String]
        var ticket: (any DeliveryTicket)?
        var receiveCount: Int32 = 1
    }

    private struct State {
        var ready: [Part]
        var settlements: [[String]] = []
        var completed: [Range<UInt64>]?
    }

    private let state: Mutex<State>

    init(_ parts: Part...) { state = Mutex(State(ready: parts)) }

    var guarantee: DeliveryGuarantee { .atLeastOnce }
    var isFinite: Bool { true }
    /// Of each delivery, in the order in which they were settled: `accepted` or `released` of each message.
    var settlements: [[String]] { state.withLock { $0.settlements } }
    /// What was settled of the stream `s` when the source was opened.
    var completed: [Range<UInt64>]? { state.withLock { $0.completed } }

    func withReceiver<R: Sendable>(
        in context: FlowContext, _ body: (any Receiver) async throws -> R
    ) async throws -> R {
        let completed = try await context.positions?.completed("s")
        state.withLock { $0.completed = completed }
        if completed == nil { try await context.positions?.begin("s") }
        return try await body(TicketedReceiver(source: self, context: context))
    }

    fileprivate func next(in context: FlowContext) -> Delivery? {
        guard let part = state.withLock({ $0.ready.isEmpty ? nil : $0.ready.removeFirst() }) else { return nil }
        let arena = context.arenas.take()
        let messages = part.bodies.enumerated().map { origin, body in
            let bytes = Array(body.utf8)
            return Message(
                id: MessageID(seed: 9, position: UInt64(origin)), origin: origin,
                body: bytes.withUnsafeBufferPointer { arena.appendScratch($0) }, receiveCount: part.receiveCount)
        }
        let tickets = part.ticket.map { [TicketRun($0, count: messages.count)] } ?? []
        return Delivery(Batch(arena: arena, messages: messages), tickets: tickets) { [self] settlement in
            let outcomes = messages.indices.map { origin in
                if case .released = settlement.outcome(of: origin) { "released" } else { "accepted" }
            }
            state.withLock { $0.settlements.append(outcomes) }
        }
    }
}

private struct TicketedReceiver: Receiver {
    let source: TicketedSource
    let context: FlowContext

    func receive() async throws(IntegrationError) -> Delivery? {
        context.shutdown.isSignalled ? nil : source.next(in: context)
    }
}

/// A ticket of another system's queue.
final class TestJointTicket: JointTicket {
    let lost = ShutdownSignal()
    private let postponed = Mutex<[String]>([])

    /// Index, wait and tries of each message that was postponed.
    var postponements: [String] { postponed.withLock { $0 } }

    func postpone(_ index: Int, by wait: Duration, attempts: Int) {
        postponed.withLock { $0.append("\(index) after \(wait), \(attempts)") }
    }
}
