internal import IntegrationCore
internal import IntegrationDocument
internal import IntegrationStore
internal import Logging
internal import Synchronization

/// An open queue: claims messages, keeps their leases alive, and puts back what was not settled.
final class QueueReceiver: Receiver {
    private struct State {
        /// With the signals that are given when they are lost.
        var held: [Lease: ShutdownSignal] = [:]
        var released: [PutBack] = []
    }

    private let source: QueueSource
    private let store: any Store
    private let context: FlowContext
    private let state = Mutex(State())
    /// Wakes those who wait for the end of the queue when something was settled.
    private let changed = Wakeup()
    /// Wakes the keeper of the leases when something is to be put back.
    private let returned = Wakeup()

    /// Receives of a message that was alone in its delivery and never settled, after which it is poison.
    private static let poisonCount = 3
    private static let largestClaim = 16 << 20
    private static let pauseAfterFailure = Duration.seconds(1)

    init(_ source: QueueSource, store: any Store, context: FlowContext) {
        self.source = source
        self.store = store
        self.context = context
    }

    func receive() async throws(IntegrationError) -> Delivery? {
        while !context.shutdown.isSignalled, !Task.isCancelled {
            let seen = changed.count
            let isEnding = context.ending.isSignalled
            do throws(IntegrationError) {
                if let claim = try await store.claim(
                    from: source.queue, count: source.batchSize, bytes: Self.largestClaim,
                    for: source.visibilityTimeout)
                {
                    return delivery(of: claim)
                }
                if isEnding, try await isEmpty() { return nil }
            } catch {
                guard error.isRetryable else { throw error }
                context.logger.error(
                    "the queue can't be read for now",
                    metadata: ["queue": "\(source.queue)", "code": "\(error.code)", "error": "\(error.message)"])
                guard await context.pause(for: Self.pauseAfterFailure) else { return nil }
                continue
            }
            source.storage.progress.wake()
            await waitForChange(after: seen, isEnding: isEnding)
        }
        return nil
    }

    private func isEmpty() async throws(IntegrationError) -> Bool {
        try await store.queues().first { $0.name == source.queue }.map { $0.messages == 0 } ?? true
    }

    /// Waits for a message, for something of this receiver to be settled, or, unless it was there before, for the end.
    private func waitForChange(after seen: Int, isEnding: Bool) async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { [store, source] in
                do throws(IntegrationError) {
                    try await store.waitForMessages(in: source.queue)
                } catch {
                    // Cancelled, or closed: the next claim says which.
                }
            }
            group.addTask { [context] in await context.shutdown.wait() }
            if !isEnding { group.addTask { [context] in await context.ending.wait() } }
            group.addTask { [changed] in await changed.wait(after: seen) }
            await group.next()
            group.cancelAll()
        }
    }

    // MARK: Deliveries

    private func delivery(of claim: Claim) -> Delivery {
        let arena = context.arenas.take()
        arena.attach(ByteBlock(claim.block), as: Arena.sourceBase)
        var messages: [Message] = []
        var failures: [FailedMessage] = []
        messages.reserveCapacity(claim.messages.count)
        for (origin, claimed) in claim.messages.enumerated() {
            let message = Message(claimed, origin: origin, arena)
            if claimed.suspectCount >= Self.poisonCount {
                failures.append(FailedMessage(message: message, error: poison(claimed)))
            } else {
                messages.append(message)
            }
        }
        let lease = claim.lease
        let ticket = LeaseTicket(claim)
        state.withLock { $0.held[lease] = ticket.lost }
        let sequences = claim.messages.map(\.sequence)
        return Delivery(
            Batch(arena: arena, messages: messages, failures: failures),
            tickets: [TicketRun(ticket, count: claim.messages.count)]
        ) { [self] in settle(lease, sequences, $0) }
    }

    private func poison(_ message: ClaimedMessage) -> IntegrationError {
        IntegrationError(
            .poisonMessage,
            "handed over alone \(message.suspectCount) times, each of which ended without a settlement",
            component: source.queue.text)
    }

    /// What was accepted has left the queue with its effects; the rest goes back.
    private func settle(_ lease: Lease, _ sequences: [UInt64], _ settlement: Settlement) {
        let isReturned = state.withLock { state in
            state.held[lease] = nil
            guard !settlement.isAccepted else { return false }
            for (origin, sequence) in sequences.enumerated() {
                if case .accepted = settlement.outcome(of: origin) { continue }
                state.released.append(PutBack(lease: lease, sequence: sequence))
            }
            return true
        }
        changed.wake()
        if isReturned { returned.wake() }
    }

    // MARK: Leases

    /// Extends the leases that are held at a third of their time, and puts back what was released, until cancelled.
    func keepLeases() async {
        let interval = source.visibilityTimeout / 3
        var next = context.clock.now + interval
        while !Task.isCancelled {
            let seen = returned.count
            await putBackReleased()
            do {
                try await returned.wait(after: seen, until: next, clock: context.clock)
            } catch {
                return  // cancelled
            }
            guard context.clock.now >= next else { continue }
            for (lease, lost) in state.withLock({ $0.held }) { await extend(lease, lost) }
            next = context.clock.now + interval
        }
    }

    private func extend(_ lease: Lease, _ lost: ShutdownSignal) async {
        do throws(IntegrationError) {
            try await store.extend(lease, for: source.visibilityTimeout)
        } catch {
            context.logger.warning(
                "a lease could not be extended", metadata: ["queue": "\(source.queue)", "code": "\(error.code)"])
            if error.code == .leaseLost { lost.signal() }
        }
    }

    /// Puts back what was released. What can't be put back now comes back when its lease ends.
    func putBackReleased() async {
        let released = state.withLock { state in
            defer { state.released.removeAll() }
            return state.released
        }
        for (_, group) in Dictionary(grouping: released, by: \.lease) {
            var change = StoreChange()
            change.putBack = group
            do throws(IntegrationError) {
                try await store.commit(change)
            } catch {
                context.logger.debug(
                    "messages come back when their lease ends",
                    metadata: ["queue": "\(source.queue)", "code": "\(error.code)"])
            }
        }
    }
}

extension Message {
    /// A message as it stands in a claim's block, which is the arena's source.
    init(_ claimed: ClaimedMessage, origin: Int, _ arena: Arena) {
        func slice(_ range: Range<Int>) -> Slice {
            Slice(base: Arena.sourceBase, offset: range.lowerBound, length: range.count)
        }
        var metadata: UnsafePointer<Word>?
        if let range = claimed.metadata {
            do throws(ParseError) {
                metadata = try arena.parse(slice(range), policy: .strict)
            } catch {
                metadata = nil  // written by us; a damaged one costs headers, never the message
            }
        }
        self.init(
            id: claimed.id, origin: origin, body: slice(claimed.body), metadata: metadata,
            attempts: Int32(claimed.attempts), receiveCount: Int32(claimed.receiveCount))
    }
}
