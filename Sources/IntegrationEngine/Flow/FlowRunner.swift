internal import IntegrationCore
internal import IntegrationDocument
internal import IntegrationResilience
internal import IntegrationStore
internal import Logging
internal import Synchronization

/// Runs one flow: its lanes, its retries, its dead letters.
final class FlowRunner: Sendable {
    let flow: Flow
    let context: FlowContext
    let pipeline: Pipeline
    let statistics: FlowStatistics
    let deadLetters: any DeadLetterSink
    /// Where there is a store: deliveries are settled by its transactions, and retries wait in it.
    let journal: Journal?
    let quarantine: Quarantine?
    /// Where each key keeps its order.
    let order: KeyOrder?
    let redelivery = Redelivery()
    let inFlight: InFlight
    private let brake: Mutex<BrakeState>
    private let lanes: Int
    private let storage: Storage?
    /// Sources that still bring messages from outside the store.
    private let openSources: Mutex<Int>
    /// Given when a source's lanes failed: its parked messages must be let go before it can close.
    private let abandoned = ShutdownSignal()

    init(
        _ flow: Flow, pipeline: Pipeline, context: FlowContext, deadLetters: any DeadLetterSink,
        storage: Storage? = nil, journal: Journal? = nil, order: KeyOrder? = nil, processors: Int
    ) {
        self.flow = flow
        self.context = context
        self.pipeline = pipeline
        self.deadLetters = deadLetters
        self.storage = storage
        self.journal = journal
        quarantine = journal.map(Quarantine.init)
        self.order = order
        statistics = FlowStatistics(flow: flow.name, destinations: pipeline.destinationNames)
        inFlight = InFlight(flow.limits)
        brake = Mutex(BrakeState(flow.errorHandling.brake))
        openSources = Mutex(flow.sources.count { $0.source.storeQueue == nil })
        lanes = flow.lanes ?? max(2, processors * 2)
    }

    var snapshot: FlowSnapshot {
        var snapshot = statistics.snapshot(parked: redelivery.count, inFlight: inFlight.messages)
        snapshot.degraded = (pipeline.stepBreakers + pipeline.breakers).compactMap { $0.trouble(at: context.clock.now) }
        return snapshot
    }

    private enum Part {
        case sources, retries, signal
    }

    /// Runs until every source is at its end, or shutdown is signalled and everything in hand is settled.
    ///
    /// - Throws: what stopped the flow: the brake, or a source that failed.
    func run() async throws {
        statistics.set(.running)
        do {
            try await withThrowingTaskGroup(of: Part.self) { group in
                group.addTask {
                    try await self.runSources()
                    return .sources
                }
                group.addTask {
                    try await self.runRetries()
                    return .retries
                }
                group.addTask {
                    await self.context.shutdown.wait()
                    self.drain()
                    return .signal
                }
                var running: Set<Part> = [.sources, .retries]
                while !running.isEmpty, let part = try await group.next() { running.remove(part) }
                group.cancelAll()
            }
            statistics.set(context.shutdown.isSignalled ? .stopped : .finished)
        } catch let error as IntegrationError {
            statistics.set(.failed(error))
            throw error
        } catch is CancellationError {
            statistics.set(.stopped)
            throw CancellationError()
        } catch {
            let error = IntegrationError(
                .stepFailed, "a part of the flow failed with an error of its own", component: flow.name,
                causes: ["\(error)"])
            statistics.set(.failed(error))
            throw error
        }
    }

    /// Shutdown: nobody waits for room or for retries any more; lanes finish what they hold.
    private func drain() {
        if context.shutdown.isSignalled {
            statistics.set(.draining)
            failPoint("drain")
        }
        inFlight.open()
        releaseParked()
    }

    // MARK: Sources

    private func runSources() async throws {
        defer { redelivery.close() }
        // What was parked is read until the sources are at their end and nothing waits any more.
        let isOver = ShutdownSignal()
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                try await withThrowingTaskGroup(of: Void.self) { group in
                    for entry in self.flow.sources { group.addTask { try await self.run(entry, in: self.context) } }
                    try await group.finishOrFail()
                }
                isOver.signal()
            }
            for entry in waitingRooms {
                group.addTask { try await self.run(entry, in: self.context.with(ending: isOver)) }
            }
            try await group.finishOrFail()
        }
    }

    /// Where the flow's messages wait in the store for another try.
    private var waitingRooms: [Flow.Entry] {
        guard let storage, journal != nil else { return [] }
        return flow.waitingRooms(pipeline.outboxes).map { name in
            let isIntake = name == .intake(of: flow.name)
            return Flow.Entry(name.text, QueueSource(name, in: storage, concurrency: isIntake ? nil : 1))
        }
    }

    /// Returns when what a lane is about to get messages for may be asked: the destination, and what steps ask.
    func waitForOthers(of entry: Flow.Entry) async {
        let outbox = entry.source.storeQueue.flatMap { queue in
            pipeline.destinationNames.firstIndex { queue == .outbox(flow: flow.name, destination: $0) }
        }
        let destination = (outbox ?? pipeline.onlyDestination).map { pipeline.breakers[$0] }
        let steps = outbox == nil ? pipeline.stepBreakers : []
        for breaker in steps + (destination.map { [$0] } ?? []) {
            // What came from outside waits in the flow already, and is what finds out whether the other side is back.
            await breaker.waitUntilOpen(leavesProbing: entry.source.storeQueue == nil, in: context)
        }
    }

    private func run(_ entry: Flow.Entry, in context: FlowContext) async throws {
        var context = context
        if let journal, let storage {
            context = context.with(
                positions: SourcePositions(
                    journal: journal, source: Journal.source(entry.name, of: flow.name),
                    readsFromStart: storage.readsFromStart))
        }
        let sourceContext = context
        _ = try await context.shutdown.cuttingOff { opened in
            try await entry.source.withReceiver(in: sourceContext) { receiver in
                opened()
                try await self.runLanes(of: entry, receiver)
            }
        }
        guard entry.source.storeQueue == nil else { return }
        openSources.withLock { $0 -= 1 }
        storage?.progress.wake()
    }

    /// Whether nothing is in hand and nothing more will come but from the store's queues.
    var isResting: Bool { openSources.withLock { $0 } == 0 && inFlight.messages == 0 }

    /// Runs a source's lanes; returns when all that came from it is settled, so that it can close.
    private func runLanes(of entry: Flow.Entry, _ receiver: any Receiver) async throws {
        if let journal, entry.source.acknowledgement == .stored, !settlesAtOnce(in: journal) {
            return try await runIntake(of: entry, receiver, journal)
        }
        let open = OpenDeliveries()
        do {
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<lanes(of: entry) {
                    group.addTask { try await Lane(runner: self, entry: entry, receiver: receiver, open: open).run() }
                }
                try await group.finishOrFail()
            }
        } catch {
            abandoned.signal()
            releaseParked()
            await open.waitForNone()
            throw error
        }
        await open.waitForNone()
    }

    /// Whether the transaction that settles a delivery is all that becomes of it, so that its messages are stored as
    /// soon as they are through.
    private func settlesAtOnce(in journal: Journal) -> Bool {
        pipeline.isOneTransaction && flow.ordering.isNone && journal.deadLetters != nil
            && flow.errorHandling.exhausted != .stop
    }

    /// Puts what a source brings into the flow's intake queue, which the flow reads.
    private func runIntake(of entry: Flow.Entry, _ receiver: any Receiver, _ journal: Journal) async throws {
        try await storage?.declareIntake(of: flow)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<lanes(of: entry) {
                group.addTask {
                    try await IntakeLane(runner: self, entry: entry, receiver: receiver, journal: journal).run()
                }
            }
            try await group.finishOrFail()
        }
    }

    private func lanes(of entry: Flow.Entry) -> Int {
        if case .source = flow.ordering { return 1 }
        return entry.source.concurrency ?? lanes
    }

    // MARK: Retries

    /// Tries parked messages again when they are due; ends when there will be no more.
    private func runRetries() async throws {
        // From here on nobody tries again what is parked.
        defer { releaseParked() }
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                while let due = try await self.redelivery.takeDue(limit: 100, clock: self.context.clock) {
                    try await Retries(runner: self).run(due)
                }
            }
            group.addTask { await self.abandoned.wait() }
            try await group.next()
            group.cancelAll()
        }
    }

    /// Parks messages until they are due, or gives them back where the flow is draining.
    func park(_ messages: [ParkedMessage]) {
        guard !messages.isEmpty else { return }
        if redelivery.park(messages) {
            statistics.retried(messages.count)
        } else {
            for message in messages { release(message) }
        }
    }

    private func releaseParked() {
        for message in redelivery.drain() { release(message) }
    }

    func release(_ message: ParkedMessage) {
        message.pending.settle(message.origin, .released)
        inFlight.remove(messages: 1, bytes: message.size)
    }

    /// Waits on the flow's clock; false when the flow is told to stop first.
    func pause(for wait: Duration) async throws -> Bool {
        guard !context.shutdown.isSignalled else { return false }
        return try await withThrowingTaskGroup(of: Bool.self) { group in
            group.addTask {
                try await self.context.clock.sleep(for: wait)
                return true
            }
            group.addTask {
                await self.context.shutdown.wait()
                try Task.checkCancellation()
                return false
            }
            defer { group.cancelAll() }
            return try await group.next() ?? false
        }
    }

    // MARK: The brake

    /// Notes final verdicts in the order of the source; falls when too many of the last messages failed for good.
    ///
    /// - Parameters:
    ///   - count: messages, with origins `0 ..< count`.
    ///   - undecided: origins of those that have come to no end yet, which do not count.
    ///   - failed: origins of those that failed for good.
    func note(count: Int, undecided: Set<Int>, failed: [Int]) throws(IntegrationError) {
        let marks = (failed.map { ($0, true) } + undecided.map { ($0, false) }).sorted { $0.0 < $1.0 }
        let hasFallen = brake.withLock { brake in
            var next = 0
            var good = 0
            for (origin, isFailed) in marks {
                good += max(0, origin - next)
                next = max(next, origin + 1)
                guard isFailed else { continue }
                _ = brake.note(failed: false, count: good)
                good = 0
                if brake.note(failed: true, count: 1) { return true }
            }
            return brake.note(failed: false, count: good + max(0, count - next))
        }
        guard hasFallen else { return }
        let brake = flow.errorHandling.brake
        throw IntegrationError(
            .brakeFell, "\(brake.failed) of the last \(brake.of) messages failed", component: flow.name)
    }
}

extension ThrowingTaskGroup where ChildTaskResult == Void {
    /// Waits for all; unlike `waitForAll()` it throws as soon as one has failed, so that the group cancels the others.
    mutating func finishOrFail() async throws {
        while try await next() != nil {}
    }
}
