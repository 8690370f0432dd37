import IntegrationCore
import IntegrationEngine
import IntegrationResilience
import IntegrationStore
import IntegrationTesting
import Logging
import Testing

/// All threads of the machine and its own clock: what the order of events on one thread can't show.
@Suite("Flows on many threads", .serialized, .timeLimit(.minutes(3))) struct ManyThreadsTests {
    private static let quick = ErrorHandling(
        maximumAttempts: 5,
        backoff: Backoff(initial: .milliseconds(1), maximum: .milliseconds(2), jitter: .full))

    private func engine(
        _ flows: [Flow], _ destinations: [String: any Destination], _ storage: Storage? = nil
    ) -> Engine {
        Engine(
            flows: flows, destinations: destinations, storage: storage,
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }, processors: 4, mode: .untilIdle)
    }

    private func storage() -> Storage {
        Storage { body in try await SQLiteStore.withTemporaryStore { try await body($0) } }
    }

    @Test(arguments: 1...40)
    func `a chain of queues comes to its end, however its threads meet`(round: Int) async throws {
        let storage = storage()
        let out = RecordingDestination()
        let flows = [
            Flow(
                name: "third", sources: [.init("in", QueueSource("b", in: storage, batchSize: 7))], destination: "out",
                errorHandling: Self.quick),
            Flow(
                name: "second", sources: [.init("in", QueueSource("a", in: storage, batchSize: 5))], destination: "b",
                errorHandling: Self.quick),
            Flow(
                name: "first", sources: [.init("in", MemorySource(numbers(50), batchSize: 3))], destination: "a",
                errorHandling: Self.quick),
        ]
        let engine = engine(
            flows, ["a": QueueDestination("a", in: storage), "b": QueueDestination("b", in: storage), "out": out],
            storage)
        try await engine.run()
        #expect(engine.snapshots.map(\.state.word) == ["finished", "finished", "finished"])
        #expect(out.bodies.count == 50)
        #expect(Set(out.bodies) == Set(numbers(50)))
    }

    @Test(arguments: 1...100)
    func `readers of empty queues all see the end, whatever they do when it comes`(round: Int) async throws {
        let storage = storage()
        let flows = (0..<8).map { number in
            Flow(
                name: "f\(number)", sources: [.init("in", QueueSource(QueueName("q\(number)"), in: storage))],
                destination: "out",
                lanes: 8)
        }
        let engine = engine(flows, ["out": RecordingDestination()], storage)
        try await engine.run()
        #expect(engine.snapshots.allSatisfy { $0.state.word == "finished" })
    }

    @Test(arguments: [false, true])
    func `many lanes, retries and a broadcast settle each message once`(isDurable: Bool) async throws {
        let storage = isDurable ? storage() : nil
        let (a, b) = (RecordingDestination(), RecordingDestination())
        a.refuse(times: 1) { $0.hasSuffix("3") }
        b.refuse(times: 2) { $0.hasSuffix("7") }
        let step = FailingStep(times: 1) { $0.hasSuffix("5") }
        let source = MemorySource(numbers(600), batchSize: 4)
        let engine = engine(
            [
                Flow(
                    name: "f", sources: [.init("in", source)], steps: [step], destination: "all",
                    errorHandling: Self.quick, lanes: 8)
            ], ["all": BroadcastDestination(["a", "b"]), "a": a, "b": b], storage)
        try await engine.run()
        for out in [a, b] {
            #expect(out.bodies.count == 600)
            #expect(Set(out.bodies) == Set(numbers(600)))
        }
        #expect(source.accepted.sorted() == Array(0..<600))
        expectProperlySettled(source)
    }

    @Test(arguments: 1...10)
    func `an engine that is stopped at any moment ends, and its messages are through or in the store`(
        round: Int
    ) async throws {
        let out = RecordingDestination(duration: .microseconds(300))
        try await SQLiteStore.withTemporaryStore { store in
            let storage = Storage { body in try await body(store) }
            let source = MemorySource(numbers(400), batchSize: 4)
            let filling = Flow(name: "fill", sources: [.init("in", source)], destination: "q")
            let reading = Flow(
                name: "read", sources: [.init("in", QueueSource("q", in: storage, batchSize: 4))], destination: "out")
            let engine = engine([filling, reading], ["q": QueueDestination("q", in: storage), "out": out], storage)
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await engine.run() }
                while out.bodies.count < 10 * round { await Task.yield() }
                engine.stop()
                try await group.waitForAll()
            }
            let left = try await store.peek("q", offset: 0, limit: 1000).map {
                String(decoding: $0.body, as: UTF8.self)
            }
            #expect((out.bodies + left).sorted() == source.accepted.map(String.init).sorted())
            #expect(try await store.queues().allSatisfy { $0.leased == 0 })
        }
    }
}
