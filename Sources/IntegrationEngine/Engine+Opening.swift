internal import IntegrationCore
internal import IntegrationStore
internal import Logging
internal import Synchronization

/// A flow's run: what it uses is opened, one inside the other, and closed behind it.
extension Engine {
    /// Opens what a flow uses, one inside the other, and runs it.
    func open(
        _ managed: ManagedFlow, _ signal: ShutdownSignal, opened: @Sendable () -> Void
    ) async throws {
        let built = try build(managed.flow)
        let deadLetters = managed.flow.errorHandling.deadLetters.map { [$0] } ?? []
        let names = Array(Set(built.build.destinations + deadLetters)).sorted()
        let (senders, finders) = state.withLock { ($0.senders, $0.finders) }
        let services = built.build.usedServices.sorted()
        try await use(services.compactMap { name in finders[name].map { (name, $0) } }[...], [:]) { finders in
            try await self.use(names.compactMap { name in senders[name].map { (name, $0) } }[...], [:]) { senders in
                opened()
                try await self.run(managed, built, senders: senders, finders: finders, signal)
            }
        }
    }

    private func use<Value: Sendable>(
        _ rest: ArraySlice<(key: String, value: SharedScope<Value>)>, _ opened: [String: Value],
        _ body: ([String: Value]) async throws -> Void
    ) async throws {
        guard let (name, scope) = rest.first else { return try await body(opened) }
        try await scope.use { keeper in
            _ = state.withLock { $0.commands?.yield(.keep(keeper)) }
        } _: { value in
            var opened = opened
            opened[name] = value
            try await use(rest.dropFirst(), opened, body)
        }
    }

    private func run(
        _ managed: ManagedFlow, _ built: BuiltFlow, senders: [String: any Sender], finders: [String: any Finder],
        _ signal: ShutdownSignal
    ) async throws {
        let flow = managed.flow
        var logger = logger
        logger[metadataKey: "flow"] = "\(flow.name)"
        let context = FlowContext(
            flow: flow.name, logger: logger, clock: clock, random: random, finders: finders, shutdown: signal,
            ending: ending,
            keys: try storage.map { storage throws(IntegrationError) in
                StoredKeys(store: try storage.store, clock: clock)
            }, shared: shared, sources: flow.sources.map(\.name))
        let sink: any DeadLetterSink =
            flow.errorHandling.deadLetters.flatMap { senders[$0] }.map { EnvelopeSink(sender: $0) } ?? memoryDeadLetters
        let recorder = flow.recording == .none ? nil : self.recorder.withLock { $0 }
        var pipeline = built.pipeline(senders)
        pipeline.journeys = JourneyRecorder(flow.recording, to: recorder, flow: flow.name, clock: clock)
        let journal = try storage.map { storage throws(IntegrationError) in
            Journal(
                store: try storage.store, flow: flow, context: context, pipeline: pipeline,
                deadLetters: Self.deadLetterQueue(of: flow, senders), rejecting: storage.rejecting)
        }
        try await storage?.declareOutboxes(pipeline.outboxes, of: flow)
        let runner = FlowRunner(
            flow, pipeline: pipeline, context: context, deadLetters: sink, storage: storage, journal: journal,
            order: built.key.map { KeyOrder($0, sources: flow.sources.map(\.name)) }, processors: processors)
        managed.enter(runner)
        directory.enter(runner)
        recorder?.record("flow-started", flow: flow.name)
        do {
            try await runner.run()
        } catch {
            recorder?.record("flow-failed", flow: flow.name, detail: error as? IntegrationError)
            throw error
        }
        recorder?.record("flow-\(managed.snapshot.state.word)", flow: flow.name)
        guard directory.isCalled(flow.name), !signal.isSignalled else { return }
        managed.linger()
        endIfIdle()
        await signal.wait()
    }

    /// The queue that keeps a flow's dead letters as full records; nil where another destination gets envelopes.
    private static func deadLetterQueue(of flow: Flow, _ senders: [String: any Sender]) -> String? {
        guard let name = flow.errorHandling.deadLetters, let sender = senders[name] else { return "dead-letters" }
        return (sender as? QueueSender)?.queue.text
    }
}
