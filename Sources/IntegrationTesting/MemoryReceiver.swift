internal import IntegrationCore
internal import IntegrationDocument
internal import IntegrationEngine
internal import Synchronization

/// The open end of a `MemorySource`.
struct MemoryReceiver: Receiver {
    let source: MemorySource
    let context: FlowContext

    private enum Next {
        case messages([Int])
        case wait(after: Int)
        case end
    }

    func receive() async throws(IntegrationError) -> Delivery? {
        do {
            if source.interval > .zero { try await context.clock.sleep(for: source.interval) }
            while !context.shutdown.isSignalled, !Task.isCancelled {
                switch try next() {
                case .messages(let indices): return deliver(indices)
                case .end: return nil
                case .wait(let seen): try await waitForChange(after: seen)
                }
            }
            return nil
        } catch let error as IntegrationError {
            throw error
        } catch {
            return nil  // cancelled
        }
    }

    private func next() throws(IntegrationError) -> Next {
        let seen = source.changed.count
        return try source.state.withLock { state throws(IntegrationError) -> Next in
            if let failure = state.failure { throw failure }
            var taken: [Int] = []
            state.ready.removeAll { message in
                guard taken.count < source.batchSize, source.redelivers || state.receiveCounts[message] == 0 else {
                    return false
                }
                taken.append(message)
                return true
            }
            if !taken.isEmpty {
                for message in taken { state.receiveCounts[message] += 1 }
                state.unsettled.formUnion(taken)
                state.mostUnsettled = max(state.mostUnsettled, state.unsettled.count)
                state.deliveries += 1
                return .messages(taken)
            }
            return source.staysOpen || source.redelivers && !state.unsettled.isEmpty ? .wait(after: seen) : .end
        }
    }

    private func waitForChange(after seen: Int) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await source.changed.wait(after: seen, until: nil, clock: context.clock) }
            group.addTask { await context.shutdown.wait() }
            try await group.next()
            group.cancelAll()
        }
    }

    private func deliver(_ indices: [Int]) -> Delivery {
        let arena = context.arenas.take()
        arena.attach(ByteBlock(indices.flatMap { source.items[$0].body }), as: Arena.sourceBase)
        let counts = source.state.withLock { $0.receiveCounts }
        var messages: [Message] = []
        var failures: [FailedMessage] = []
        var offset = 0
        for (origin, index) in indices.enumerated() {
            let item = source.items[index]
            var metadata: UnsafePointer<Word>?
            if let known = item.metadata {
                var builder = Builder(arena)
                known.withRoot { builder.copy(foreign: $0) }
                metadata = builder.finish()
            }
            let message = Message(
                id: source.id(of: index), origin: origin,
                body: Slice(base: Arena.sourceBase, offset: offset, length: item.body.count), metadata: metadata,
                receiveCount: Int32(counts[index]))
            offset += item.body.count
            if let failure = item.failure {
                failures.append(FailedMessage(message: message, error: failure))
            } else {
                messages.append(message)
            }
        }
        return Delivery(Batch(arena: arena, messages: messages, failures: failures)) {
            [source, clock = context.clock] in
            source.settle(indices, $0, at: clock.now)
        }
    }
}
