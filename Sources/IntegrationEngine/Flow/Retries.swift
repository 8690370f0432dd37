internal import IntegrationCore
internal import IntegrationDocument
internal import IntegrationResilience

/// Tries failed messages again: from the original bytes, or, where only a destination failed, at that destination with
/// the bytes made for it.
struct Retries {
    let runner: FlowRunner

    /// What is kept of a failed message until its next try.
    func park(_ failure: FailedMessage, source: String, pending: PendingDelivery, arena: Arena) -> ParkedMessage {
        let message = failure.message
        var random = SystemRandomNumberGenerator()
        let wait = runner.flow.errorHandling.backoff.wait(
            after: Int(message.attempts), retryAfter: failure.error.retryAfter, using: &random)
        return ParkedMessage(
            id: message.id, source: source, origin: message.origin, pending: pending, attempts: Int(message.attempts),
            receiveCount: Int(message.receiveCount), due: runner.context.clock.now + wait,
            original: Array(arena.bytes(message.original)),
            metadata: message.metadata.map { Document(copying: arena.view($0)) },
            resume: failure.destination.map { ($0, Array(bodyOf: message, in: arena)) })
    }

    /// Tries parked messages once more, and settles or parks each.
    func run(_ due: [ParkedMessage]) async throws {
        let started = runner.context.clock.now
        let arena = runner.context.arenas.take()
        var result = WorkResult()
        let batch = Self.batch(due, arena)
        let fromStart = batch.messages.filter { due[$0.origin].resume == nil }
        for (name, messages) in Dictionary(grouping: fromStart, by: { due[$0.origin].source }) {
            result.merge(await restart(messages, from: name, arena))
        }
        let destinations = Set(due.compactMap { $0.resume?.destination }).sorted()
        for destination in destinations {
            let messages = batch.messages.filter { due[$0.origin].resume?.destination == destination }
            result.merge(await runner.pipeline.send(messages, to: destination, arena))
        }
        runner.statistics.processed(result)
        try await settle(due, Verdict(result.failures, handling: runner.flow.errorHandling), arena)
        runner.statistics.settled(messages: due.count, latency: runner.context.clock.now - started)
        runner.context.arenas.give(arena)
    }

    private func settle(_ due: [ParkedMessage], _ verdict: Verdict, _ arena: Arena) async throws {
        if !verdict.dead.isEmpty {
            try await runner.bury(
                verdict.dead.map { failure in
                    let message = due[failure.message.origin]
                    var letter = DeadLetter(
                        failure, flow: runner.flow.name, source: message.source, arena: arena,
                        time: runner.context.clock.wallTime)
                    letter.original = message.original
                    if message.resume != nil { letter.atStep = message.resume?.body }
                    return letter
                })
        }
        var again: [ParkedMessage] = []
        for failure in verdict.retries {
            let message = due[failure.message.origin]
            var parked = park(failure, source: message.source, pending: message.pending, arena: arena)
            parked.origin = message.origin
            parked.original = message.original
            if let resume = message.resume { parked.resume = resume }
            runner.inFlight.add(messages: 0, bytes: parked.size - message.size)
            again.append(parked)
        }
        let open = Set(verdict.retries.map(\.message.origin))
        for (index, message) in due.enumerated() where !open.contains(index) {
            message.pending.settle(message.origin, .accepted)
            runner.inFlight.remove(messages: 1, bytes: message.size)
        }
        if !again.isEmpty {
            runner.statistics.retried(again.count)
            runner.redelivery.park(again)
        }
        let dead = Set(verdict.dead.map(\.message.origin))
        try runner.note(origins: due.count - open.count, failed: Array(0..<dead.count))
    }

    /// Tries messages again on the spot until each is through or dead, because order is promised; returns the dead.
    func inOrder(
        _ failures: [FailedMessage], source: String, _ arena: Arena
    ) async throws -> [FailedMessage] {
        var waiting = failures.sorted { $0.message.origin < $1.message.origin }
        var dead: [FailedMessage] = []
        var random = SystemRandomNumberGenerator()
        while let first = waiting.first {
            runner.statistics.retried(waiting.count)
            let wait = runner.flow.errorHandling.backoff.wait(
                after: Int(first.message.attempts), retryAfter: first.error.retryAfter, using: &random)
            try await runner.context.clock.sleep(for: wait)
            var result = WorkResult()
            for run in Self.runs(waiting) {
                if let destination = run.destination {
                    result.merge(await runner.pipeline.send(run.messages, to: destination, arena))
                } else {
                    result.merge(await restart(run.messages.map(Self.restarted), from: source, arena))
                }
            }
            runner.statistics.processed(result)
            let verdict = Verdict(result.failures, handling: runner.flow.errorHandling)
            dead += verdict.dead
            waiting = verdict.retries.sorted { $0.message.origin < $1.message.origin }
        }
        return dead
    }

    /// Runs messages through from their first step.
    private func restart(_ messages: [Message], from source: String, _ arena: Arena) async -> WorkResult {
        var batch = Batch(arena: arena, messages: messages)
        let entry = runner.flow.sources.first { $0.name == source }
        entry?.decode(&batch, in: runner.context)
        let early = batch.takeFailures()
        var result = await runner.pipeline.run(batch, in: runner.context)
        result.failures = early + result.failures
        return result
    }

    /// Neighbours that failed at the same place, in order.
    private static func runs(_ failures: [FailedMessage]) -> [(destination: Int?, messages: [Message])] {
        var runs: [(destination: Int?, messages: [Message])] = []
        for failure in failures {
            if let last = runs.last, last.destination == failure.destination {
                runs[runs.count - 1].messages.append(failure.message)
            } else {
                runs.append((failure.destination, [failure.message]))
            }
        }
        return runs
    }

    /// The message as it came in.
    private static func restarted(_ message: Message) -> Message {
        Message(
            id: message.id, origin: message.origin, body: message.original, metadata: message.metadata,
            attempts: message.attempts, receiveCount: message.receiveCount)
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
