internal import IntegrationCore
internal import IntegrationDocument
internal import IntegrationResilience

/// Tries failed messages again: from the original bytes, or, where only a destination failed, at that destination with
/// the bytes made for it.
struct Retries {
    let runner: FlowRunner

    /// What is kept of a failed message until its next try.
    func parked(
        _ failure: FailedMessage, source: String, pending: PendingDelivery, received: Duration, _ arena: Arena,
        lost: ShutdownSignal?
    ) -> ParkedMessage {
        let message = failure.message
        return ParkedMessage(
            id: message.id, source: source, origin: message.origin, pending: pending, attempts: Int(message.attempts),
            receiveCount: Int(message.receiveCount), received: received,
            due: runner.context.clock.now + runner.wait(after: failure),
            original: Array(arena.bytes(message.original)),
            metadata: message.metadata.map { Document(copying: arena.view($0)) },
            resume: failure.destination.map { ($0, Array(bodyOf: message, in: arena)) }, lost: lost)
    }

    /// Tries parked messages once more, and settles or parks each.
    func run(_ taken: [ParkedMessage]) async throws {
        // Others have what was held under a lease that is lost.
        for message in taken where message.lost?.isSignalled == true { runner.release(message) }
        let due = taken.filter { $0.lost?.isSignalled != true }
        guard !due.isEmpty else { return }
        let arena = runner.context.arenas.take()
        var result = WorkResult()
        let batch = Self.batch(due, arena)
        let fromStart = batch.messages.filter { due[$0.origin].resume == nil }
        for entry in runner.flow.sources {
            let messages = fromStart.filter { due[$0.origin].source == entry.name }
            if !messages.isEmpty { result.merge(await restart(messages, from: entry, arena)) }
        }
        let destinations = Set(due.compactMap { $0.resume?.destination }).sorted()
        for destination in destinations {
            let messages = batch.messages.filter { due[$0.origin].resume?.destination == destination }
            result.merge(await runner.pipeline.send(messages, to: destination, arena, in: runner.context))
        }
        runner.statistics.processed(result)
        let verdict = await runner.judge(result.failures) { letter(of: $0, due[$0.message.origin], arena) }
        settle(due, verdict, arena)
        runner.context.arenas.give(arena)
        if let error = verdict.error { throw error }
        try runner.note(
            count: due.count, undecided: verdict.undecided,
            failed: verdict.dead.map(\.message.origin))
    }

    private func letter(of failure: FailedMessage, _ parked: ParkedMessage, _ arena: Arena) -> DeadLetter {
        var letter = DeadLetter(
            failure, flow: runner.flow.name, source: parked.source, arena: arena, time: runner.context.clock.wallTime)
        letter.original = parked.original
        if let resume = parked.resume { letter.atStep = resume.body == parked.original ? nil : resume.body }
        return letter
    }

    private func settle(_ due: [ParkedMessage], _ verdict: Verdict, _ arena: Arena) {
        var again: [ParkedMessage] = []
        var open: Set<Int> = []
        for failure in verdict.retries {
            let index = failure.message.origin
            let message = due[index]
            var parked = parked(
                failure, source: message.source, pending: message.pending, received: message.received, arena,
                lost: message.lost)
            parked.origin = message.origin
            parked.original = message.original
            if let resume = message.resume { parked.resume = resume }
            // A message that the try split waits in several parts.
            let isFirst = open.insert(index).inserted
            if !isFirst { message.pending.add(message.origin) }
            runner.inFlight.add(messages: isFirst ? 0 : 1, bytes: parked.size - (isFirst ? message.size : 0))
            again.append(parked)
        }
        let released = Set(verdict.released.map(\.message.origin))
        let now = runner.context.clock.now
        for (index, message) in due.enumerated() where !open.contains(index) {
            let isReleased = released.contains(index)
            if !isReleased { runner.statistics.settled(messages: 1, latency: now - message.received) }
            message.pending.settle(message.origin, isReleased ? .released : .accepted)
            runner.inFlight.remove(messages: 1, bytes: message.size)
        }
        runner.park(again)
    }

    /// Runs messages through from their first step.
    private func restart(_ messages: [Message], from entry: Flow.Entry, _ arena: Arena) async -> WorkResult {
        var batch = Batch(arena: arena, messages: messages)
        entry.decode(&batch, in: runner.context)
        let early = batch.takeFailures()
        var result = await runner.pipeline.run(batch, in: runner.context)
        result.failures = early + result.failures
        return result
    }

    /// The parked messages as a batch of their own; origins are indices into `due`.
    private static func batch(_ due: [ParkedMessage], _ arena: Arena) -> Batch {
        var bytes: [UInt8] = []
        var spans: [Slice] = []
        for message in due {
            let body = message.resume?.body ?? message.original
            spans.append(Slice(base: Arena.sourceBase, offset: bytes.count, length: body.count))
            bytes += body
        }
        arena.attach(ByteBlock(bytes), as: Arena.sourceBase)
        let messages = due.enumerated().map { index, parked in
            var metadata: UnsafePointer<Word>?
            if let document = parked.metadata {
                var builder = Builder(arena)
                document.withRoot { builder.copy(foreign: $0) }
                metadata = builder.finish()
            }
            return Message(
                id: parked.id, origin: index, body: spans[index], metadata: metadata, attempts: Int32(parked.attempts),
                receiveCount: Int32(parked.receiveCount))
        }
        return Batch(arena: arena, messages: messages)
    }
}

extension FlowRunner {
    /// How long a failed message waits before its next try.
    func wait(after failure: FailedMessage) -> Duration {
        if let until = failure.heldOff { return max(.zero, until - context.clock.now) }
        var random = context.random
        return flow.errorHandling.backoff.wait(
            after: Int(failure.message.attempts), retryAfter: failure.error.retryAfter, using: &random)
    }
}
