internal import IntegrationCore
internal import IntegrationDocument
internal import IntegrationResilience
internal import Logging
internal import Synchronization

/// Runs one flow: its lanes, its retries, its dead letters.
final class FlowRunner: Sendable {
    let flow: Flow
    let context: FlowContext
    let pipeline: Pipeline
    let statistics: FlowStatistics
    let deadLetters: any DeadLetterSink
    let redelivery = Redelivery()
    let inFlight: InFlight
    private let brake: Mutex<BrakeState>
    private let lanes: Int

    init(
        _ flow: Flow, pipeline: Pipeline, context: FlowContext, deadLetters: any DeadLetterSink, processors: Int
    ) {
        self.flow = flow
        self.context = context
        self.pipeline = pipeline
        self.deadLetters = deadLetters
        statistics = FlowStatistics(flow: flow.name, destinations: pipeline.destinationNames)
        inFlight = InFlight(flow.limits)
        brake = Mutex(BrakeState(flow.errorHandling.brake))
        lanes = flow.ordering == .none ? flow.lanes ?? max(2, processors * 2) : 1
    }

    var snapshot: FlowSnapshot { statistics.snapshot(parked: redelivery.count, inFlight: inFlight.messages) }

    /// Runs until every source is at its end, or shutdown is signalled and everything in hand is settled.
    ///
    /// - Throws: what stopped the flow: the brake, or a source that failed.
    func run() async throws {
        statistics.set(.running)
        do {
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await self.runSources() }
                group.addTask { try await self.runRetries() }
                group.addTask {
                    await self.context.shutdown.wait()
                    self.inFlight.open()
                }
                // Sources first, then retries; the last task only waits for a signal.
                for _ in 0..<2 { try await group.next() }
                group.cancelAll()
            }
            statistics.set(context.shutdown.isSignalled ? .stopped : .finished)
        } catch let error as IntegrationError {
            statistics.set(.failed(error))
            throw error
        } catch {
            statistics.set(.stopped)
            throw error
        }
    }

    private func runSources() async throws {
        defer { redelivery.close() }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for entry in flow.sources {
                group.addTask {
                    try await entry.source.withReceiver(in: self.context) { receiver in
                        try await self.runLanes(of: entry, receiver)
                    }
                }
            }
            try await group.waitForAll()
        }
    }

    private func runLanes(of entry: Flow.Entry, _ receiver: any Receiver) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<lanes {
                group.addTask { try await Lane(runner: self, entry: entry, receiver: receiver).run() }
            }
            try await group.waitForAll()
        }
    }

    /// Tries parked messages again when they are due.
    private func runRetries() async throws {
        while let due = try await nextRetries() {
            try await Retries(runner: self).run(due)
        }
    }

    private func nextRetries() async throws -> [ParkedMessage]? {
        guard context.shutdown.isSignalled else { return try await takeDueOrShutdown() }
        // Draining: what is parked goes back to its source, unsettled.
        let rest = redelivery.takeAll()
        for message in rest {
            message.pending.settle(message.origin, .released)
            inFlight.remove(messages: 1, bytes: message.size)
        }
        return nil
    }

    private func takeDueOrShutdown() async throws -> [ParkedMessage]? {
        let due = try await withThrowingTaskGroup(of: [ParkedMessage]?.self) { group in
            group.addTask { try await self.redelivery.takeDue(limit: 100, clock: self.context.clock) }
            group.addTask {
                await self.context.shutdown.wait()
                return []
            }
            defer { group.cancelAll() }
            return try await group.next() ?? nil
        }
        if let due, due.isEmpty { return try await nextRetries() }
        return due
    }

    /// Notes verdicts in the order of the source; falls when too many of the last messages failed for good.
    func note(origins count: Int, failed: [Int]) throws {
        let hasFallen = brake.withLock { brake in
            var next = 0
            for origin in failed.sorted() {
                _ = brake.note(failed: false, count: max(0, origin - next))
                if brake.note(failed: true, count: 1) { return true }
                next = origin + 1
            }
            return brake.note(failed: false, count: max(0, count - next))
        }
        guard hasFallen else { return }
        let brake = flow.errorHandling.brake
        throw IntegrationError(
            .brakeFell, "\(brake.failed) of the last \(brake.of) messages failed", component: flow.name)
    }

    /// Hands dead letters over, again and again until they are accepted: while it waits nothing is acknowledged.
    func bury(_ letters: [DeadLetter]) async throws {
        switch flow.errorHandling.exhausted {
        case .deadLetter: break
        case .drop:
            context.logger.warning("messages failed for good and are dropped", metadata: ["count": "\(letters.count)"])
            return statistics.died(letters)
        case .stop:
            let first = letters[0]
            throw IntegrationError(
                .stoppedByFailure, "message \(first.id) failed", path: first.error.path, component: first.step,
                causes: [first.error.message])
        }
        var failures = 0
        while true {
            do throws(IntegrationError) {
                try await deadLetters.accept(letters)
                return statistics.died(letters)
            } catch {
                failures += 1
                context.logger.error(
                    "dead letters are not accepted; the flow holds back",
                    metadata: ["error": "\(error.message)", "code": "\(error.code)", "tries": "\(failures)"])
                if context.shutdown.isSignalled { throw error }
            }
            var random = SystemRandomNumberGenerator()
            let wait = flow.errorHandling.backoff.wait(after: failures, using: &random)
            try await context.clock.sleep(for: wait)
        }
    }
}
