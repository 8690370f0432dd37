internal import IntegrationCore
internal import IntegrationDocument
internal import IntegrationStore
internal import Logging

/// Stores what a source brings and acknowledges it then (`ack: stored`); the flow takes it from there.
struct IntakeLane {
    let runner: FlowRunner
    let entry: Flow.Entry
    let receiver: any Receiver
    let journal: Journal

    /// Runs until the source is at its end or the flow shuts down.
    func run() async throws {
        while true {
            try Task.checkCancellation()
            guard !runner.context.shutdown.isSignalled, let delivery = try await receiver.receive() else { return }
            try await store(delivery)
        }
    }

    /// A store that can't take it now is the sender's to wait for: what it gets as an answer says so.
    ///
    /// - Throws: what trying again can't mend, such as a damaged store.
    private func store(_ delivery: consuming Delivery) async throws(IntegrationError) {
        let batch = delivery.takeBatch()
        let arena = batch.arena
        let now = runner.context.clock.wallTime
        var change = StoreChange()
        if !batch.messages.isEmpty {
            change.enqueue = [
                Enqueue(batch.messages, to: .intake(of: runner.flow.name), at: now, arena, from: entry.name)
            ]
        }
        change.state = batch.settledKeys.map { StoredKeys.settling($0, note: $0.note?(nil, arena) ?? [], at: now) }
        let refused = batch.failures.map {
            (origin: $0.message.origin, outcome: Settlement.Outcome.refused($0.error))
        }
        do throws(IntegrationError) {
            try await journal.store.commit(change)
            failPoint("after-confirm")
            delivery.settle(Settlement(.accepted, exceptions: refused))
            runner.context.arenas.give(arena)
        } catch {
            runner.context.logger.warning(
                "messages can't be stored for now; their senders are told so",
                metadata: ["source": "\(entry.name)", "code": "\(error.code)", "error": "\(error.message)"])
            delivery.settle(Settlement(.refused(error), exceptions: refused))
            runner.context.arenas.give(arena)
            guard error.isRetryable else { throw error }
        }
    }
}
