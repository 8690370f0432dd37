internal import IntegrationCore
internal import IntegrationDocument

/// One of a flow's identical workers: pulls a delivery, runs it through, settles it.
struct Lane {
    let runner: FlowRunner
    let entry: Flow.Entry
    let receiver: any Receiver

    func run() async throws {
        let context = runner.context
        while !context.shutdown.isSignalled {
            await runner.inFlight.waitForRoom()
            guard var delivery = try await receiver.receive() else { return }
            let received = context.clock.now
            var batch = delivery.takeBatch()
            let count = delivery.count
            let bytes = batch.messages.reduce(0) { $0 + Int($1.original.length) }
            runner.inFlight.add(messages: count, bytes: bytes)
            runner.statistics.received(messages: count, bytes: bytes)
            let arena = batch.arena
            entry.decode(&batch, in: context)
            let verdict = try await process(batch)
            var parked: [ParkedMessage] = []
            if verdict.retries.isEmpty {
                delivery.settle(.accepted)
            } else {
                let pending = PendingDelivery(delivery, remaining: verdict.retries.count)
                parked = park(verdict.retries, pending, arena)
            }
            try runner.note(origins: count, failed: verdict.dead.map(\.message.origin))
            runner.statistics.settled(messages: count - parked.count, latency: context.clock.now - received)
            let stays = parked.reduce(into: (messages: 0, bytes: 0)) { $0 = ($0.messages + 1, $0.bytes + $1.size) }
            runner.inFlight.remove(messages: count - stays.messages, bytes: bytes - stays.bytes)
            context.arenas.give(arena)
        }
    }

    /// Runs a batch through; what is dead is buried when this returns.
    private func process(_ batch: consuming Batch) async throws -> Verdict {
        var batch = batch
        let arena = batch.arena
        let early = batch.takeFailures()
        var result = await runner.pipeline.run(batch, in: runner.context)
        result.failures = early + result.failures
        runner.statistics.processed(result)
        var verdict = Verdict(result.failures, handling: runner.flow.errorHandling)
        if runner.flow.ordering == .source, !verdict.retries.isEmpty {
            verdict.dead += try await Retries(runner: runner).inOrder(
                verdict.retries, source: entry.name, arena)
            verdict.retries = []
        }
        if !verdict.dead.isEmpty {
            try await runner.bury(verdict.dead.map { letter(of: $0, arena) })
        }
        return verdict
    }

    private func park(_ failures: [FailedMessage], _ pending: PendingDelivery, _ arena: Arena) -> [ParkedMessage] {
        let parked = failures.map { failure in
            Retries(runner: runner).park(failure, source: entry.name, pending: pending, arena: arena)
        }
        runner.statistics.retried(parked.count)
        runner.redelivery.park(parked)
        return parked
    }

    private func letter(of failure: FailedMessage, _ arena: Arena) -> DeadLetter {
        DeadLetter(failure, flow: runner.flow.name, source: entry.name, arena: arena, time: runner.context.clock.wallTime)
    }
}

extension Flow.Entry {
    /// Turns bodies into documents where the source's format says so.
    func decode(_ batch: inout Batch, in context: FlowContext) {
        guard let decoder = source.decoder else { return }
        do throws(IntegrationError) {
            try decoder.process(&batch, in: context)
        } catch {
            batch.failAll(name, error)
        }
    }
}

/// Failures told apart: those to be tried again, and those that are dead.
struct Verdict {
    var retries: [FailedMessage] = []
    var dead: [FailedMessage] = []

    init(_ failures: [FailedMessage], handling: ErrorHandling) {
        for failure in failures {
            var failure = failure
            failure.message.attempts += 1
            if handling.retries(failure.error, failures: Int(failure.message.attempts)) {
                retries.append(failure)
            } else {
                dead.append(failure)
            }
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
