internal import IntegrationCore
internal import IntegrationDocument
internal import IntegrationStore

/// One of a flow's identical workers: pulls a delivery, runs it through, settles it.
struct Lane {
    let runner: FlowRunner
    let entry: Flow.Entry
    let receiver: any Receiver
    let open: OpenDeliveries
    /// Whether the source answers failures itself.
    let isAnswered: Bool

    init(runner: FlowRunner, entry: Flow.Entry, receiver: any Receiver, open: OpenDeliveries) {
        self.runner = runner
        self.entry = entry
        self.receiver = receiver
        self.open = open
        isAnswered = if case .answered = entry.source.acknowledgement { true } else { false }
    }

    /// Runs until the source is at its end or the flow shuts down.
    func run() async throws {
        while true {
            await runner.waitForOthers(of: entry)
            await runner.inFlight.waitForRoom()
            try Task.checkCancellation()
            guard !runner.context.shutdown.isSignalled else { return }
            // Where each key keeps its order, deliveries enter the queues of their keys in the order of the source.
            let turn = await runner.order?.takeTurn(at: entry.name)
            do {
                guard let delivery = try await receiver.receive() else {
                    turn?.end()
                    return
                }
                try await run(delivery, turn)
            } catch {
                turn?.end()
                throw error
            }
        }
    }

    private func run(_ delivery: consuming Delivery, _ turn: KeyOrder.Turn?) async throws {
        let context = runner.context
        let received = context.clock.now
        failPoint("after-receive")
        var taken = delivery.takeBatch()
        let tickets = delivery.tickets
        guard let watched = try await watch(&taken, tickets) else { return }
        defer { runner.quarantine?.leave(watched) }
        let batch = taken
        let count = delivery.count
        let bytes =
            batch.messages.reduce(0) { $0 + Int($1.original.length) }
            + batch.failures.reduce(0) { $0 + Int($1.message.original.length) }
        runner.inFlight.add(messages: count, bytes: bytes)
        runner.statistics.received(messages: count, bytes: bytes)
        let arena = batch.arena
        runner.pipeline.journeys?.note("received", batch.messages, at: entry.name)
        guard var verdict = await untilLost(tickets, { await process(batch, tickets, turn) }) else {
            // Dropped, and so released: others work on the messages by now.
            runner.inFlight.remove(messages: count, bytes: bytes)
            return
        }
        if let journal = runner.journal {
            defer { runner.inFlight.remove(messages: count, bytes: bytes) }
            let work = Journal.Work(
                count: count, tickets: tickets, source: entry.name,
                received: context.clock.wallTime - (context.clock.now - received), arena: arena,
                suspect: watched.suspect)
            guard try await settle(delivery, &verdict, in: journal, work, received: received) else { return }
        } else {
            let parked = settle(delivery, verdict, received: received, arena)
            let stays = parked.reduce(into: (messages: 0, bytes: 0)) { $0 = ($0.messages + 1, $0.bytes + $1.size) }
            runner.statistics.settled(
                messages: count - stays.messages - verdict.released.count, latency: context.clock.now - received)
            runner.inFlight.remove(messages: count - stays.messages, bytes: bytes - stays.bytes)
            // Only now, so that what is parked is counted before it can be done.
            runner.park(parked)
        }
        failPoint("after-ack")
        context.arenas.give(arena)
        if let error = verdict.error { throw error }
        try runner.note(
            count: count, undecided: verdict.undecided,
            failed: isAnswered ? [] : verdict.dead.map(\.message.origin))
    }

    /// - Returns: nil where the flow ends first.
    private func watch(
        _ batch: inout Batch, _ tickets: [TicketRun]
    ) async throws(IntegrationError) -> Quarantine.Entry? {
        guard let quarantine = runner.quarantine else { return Quarantine.Entry() }
        return try await quarantine.enter(&batch, of: entry.name, tickets)
    }

    /// Does the work for messages that are held under leases, and cancels it when one of the leases is lost.
    ///
    /// - Returns: nil when a lease was lost.
    private func untilLost(_ tickets: [TicketRun], _ work: @escaping @Sendable () async -> Verdict) async -> Verdict? {
        let leases = tickets.compactMap { $0.ticket as? any LeasedTicket }
        if leases.isEmpty { return await work() }
        return await withTaskGroup(of: Verdict?.self) { group in
            group.addTask { await work() }
            for lease in leases {
                group.addTask {
                    await lease.lost.wait()
                    return nil
                }
            }
            // The first to end is the work, or the watch over a lease that was lost.
            let verdict = await group.next() ?? nil
            group.cancelAll()
            return verdict
        }
    }

    /// Runs a batch through; what is dead is buried, or ready to be, when this returns.
    private func process(_ batch: consuming Batch, _ tickets: [TicketRun], _ turn: KeyOrder.Turn?) async -> Verdict {
        var batch = batch
        batch.joint = JointTickets(tickets)
        let arena = batch.arena
        let resumption = runner.prepare(&batch, of: entry, tickets)
        switch runner.flow.ordering {
        case .none:
            let early = batch.takeFailures()
            var result = await runner.run(batch, resumption)
            result.failures = early + result.failures
            return await judge(result, tickets, arena)
        case .source:
            let early = batch.takeFailures()
            return await OrderedWork(
                runner: runner, entry: entry, tickets: tickets, resumption: resumption, arena: arena,
                isAnswered: isAnswered
            ).run(batch, early: early)
        case .key:
            let place = turn?.enter(&batch, in: runner.context)
            let early = batch.takeFailures()
            await place?.wait()
            defer { place?.leave() }
            return await OrderedWork(
                runner: runner, entry: entry, tickets: tickets, resumption: resumption, arena: arena,
                isAnswered: isAnswered, keys: place?.keys ?? [:]
            ).run(batch, early: early)
        }
    }

    private func judge(_ result: WorkResult, _ tickets: [TicketRun], _ arena: Arena) async -> Verdict {
        var result = result
        result.failFollowers()
        runner.statistics.processed(result)
        var verdict = await runner.judge(result.failures, isAnswered: isAnswered) {
            runner.letter(of: $0, from: entry, tickets, arena)
        }
        verdict.staged = result.staged
        verdict.settledKeys = result.settledKeys
        verdict.results = result.results
        verdict.withdrawRefused()
        runner.statistics.retried(verdict.postpone(tickets, except: result.divided) { runner.wait(after: $0) })
        if runner.journal != nil, runner.pipeline.onlyDestination == nil { verdict.moveToOutboxes() }
        return verdict
    }

    /// Settles a delivery in one transaction with all that became of its messages. What can't be committed is released.
    ///
    /// - Returns: whether it was committed.
    private func settle(
        _ delivery: consuming Delivery, _ verdict: inout Verdict, in journal: Journal, _ work: Journal.Work,
        received: Duration
    ) async throws -> Bool {
        settling: while true {
            switch try await journal.commit(journal.change(verdict, of: work, runner: runner)) {
            case .committed: break settling
            case .lost, .abandoned: return false
            case .refused(let queue, let error): await refuse(&verdict, by: queue, error, work)
            }
        }
        runner.statistics.committed(verdict)
        if let journeys = runner.pipeline.journeys {
            for part in verdict.staged {
                journeys.note("delivered", part.messages, at: runner.pipeline.destinationNames[part.destination])
            }
            for part in verdict.outbox {
                journeys.note("put-off", part.messages, at: runner.pipeline.destinationNames[part.destination])
            }
        }
        runner.statistics.settled(
            messages: delivery.count - verdict.undecided.count, latency: runner.context.clock.now - received)
        // A lease's messages were put back by the transaction.
        let released = verdict.released.map(\.message.origin).filter { Journal.claimed($0, work.tickets) == nil }
        delivery.settle(verdict.settlement(released: released, work.arena))
        return true
    }

    /// Turns messages for a queue that has no room for them into failures.
    private func refuse(
        _ verdict: inout Verdict, by queue: QueueName, _ error: IntegrationError, _ work: Journal.Work
    ) async {
        var failures: [FailedMessage] = []
        verdict.staged.removeAll { part in
            guard runner.pipeline.queues[part.destination] == queue else { return false }
            failures += part.messages.map { FailedMessage(message: $0, error: error, destination: part.destination) }
            return true
        }
        let more = await runner.judge(failures, isAnswered: isAnswered) {
            runner.letter(of: $0, from: entry, work.tickets, work.arena)
        }
        verdict.refused += more.refused
        verdict.withdrawRefused()
        verdict.retries += more.retries
        verdict.dead += more.dead
        verdict.letters += more.letters
        verdict.released += more.released
        verdict.error = verdict.error ?? more.error
    }

    /// Settles a delivery, or makes it wait for its retries; returns these.
    private func settle(
        _ delivery: consuming Delivery, _ verdict: Verdict, received: Duration, _ arena: Arena
    ) -> [ParkedMessage] {
        let released = verdict.released.map(\.message.origin)
        guard !verdict.retries.isEmpty else {
            delivery.settle(verdict.settlement(released: released, arena))
            return []
        }
        let tickets = delivery.tickets
        let pending = PendingDelivery(
            delivery, waiting: verdict.retries.map(\.message.origin), released: released, open: open)
        return verdict.retries.map { failure in
            Retries(runner: runner).parked(
                failure, source: entry.name, pending: pending, received: received, arena,
                lost: (tickets.ticket(of: failure.message.origin)?.ticket as? any LeasedTicket)?.lost)
        }
    }
}

extension FlowRunner {
    /// The dead letter of a message that stands as it came from its source.
    func letter(
        of failure: FailedMessage, from entry: Flow.Entry, _ tickets: [TicketRun], _ arena: Arena
    ) -> DeadLetter {
        let source = Journal.claimed(failure.message.origin, tickets)?.message.source
        var letter = DeadLetter(
            failure, flow: flow.name, source: source ?? entry.name, arena: arena, time: context.clock.wallTime)
        letter.destination = failure.destination.map { pipeline.destinationNames[$0] }
        return letter
    }
}

extension Flow.Entry {
    /// Tells messages whose they are, and turns bodies into documents where the source's format says so.
    func decode(_ batch: inout Batch, in context: FlowContext) {
        if let index = context.sources.firstIndex(of: name) {
            for message in batch.messages.indices { batch.messages[message].source = Int32(index) }
        }
        guard let decoder = source.decoder else { return }
        do throws(IntegrationError) {
            try decoder.process(&batch, in: context)
        } catch {
            batch.failAll(name, error)
        }
    }
}

extension DeadLetter {
    init(_ failure: FailedMessage, flow: String, source: String, arena: Arena, time: Duration) {
        let message = failure.message
        var atStep: [UInt8]?
        if message.bytes != message.original { atStep = Array(bodyOf: message, in: arena) }
        self.init(
            id: message.id, flow: flow, step: failure.error.component ?? flow, error: failure.error,
            attempts: Int(message.attempts), time: time, source: source, original: Array(arena.bytes(message.original)),
            atStep: atStep, metadata: message.metadata.map { Array(json: arena.view($0)) })
        receiveCount = Int(message.receiveCount)
        origin = message.origin
    }
}

extension [UInt8] {
    /// The body of a message as it would leave.
    init(bodyOf message: Message, in arena: Arena) {
        var out = OutputBuffer(capacity: 512)
        message.writeBody(in: arena, to: &out)
        self = out.withBytes { Array($0) }
    }

    /// A value as minimal JSON.
    init(json view: View) {
        var out = OutputBuffer(capacity: 512)
        out.append(view)
        self = out.withBytes { Array($0) }
    }
}
