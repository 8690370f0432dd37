import IntegrationCore
import IntegrationEngine
import IntegrationStore
import IntegrationTesting
import Testing

@Suite("Broadcasts and destinations that are down", .timeLimit(.minutes(1))) struct BroadcastTests {
    static let refused = IntegrationError(.testConnection, "refused")

    func flow(_ source: any Source, ordering: Ordering = .none, handling: ErrorHandling = .exact()) -> Flow {
        Flow(
            name: "f", sources: [.init("in", source)], destination: "all", errorHandling: handling, ordering: ordering,
            lanes: 1)
    }

    @Test func `without a store, what one branch refuses is tried again there alone`() async throws {
        let source = MemorySource(numbers(4))
        let (a, b) = (RecordingDestination(), RecordingDestination())
        b.refuse(times: 2) { $0 == "2" }
        let result = try await FlowTest(
            flow(source), destinations: ["all": BroadcastDestination(["a", "b"]), "a": a, "b": b]
        ).run()
        #expect(a.bodies == numbers(4))
        #expect(b.bodies == ["0", "1", "3", "2"])
        #expect(result.snapshot.retries == 2)
        #expect(source.accepted.sorted() == [0, 1, 2, 3])
        expectProperlySettled(source)
    }

    @Test(arguments: [Ordering.none, .source])
    func `a branch that fails for good is a dead letter that names it; the other has its message`(
        ordering: Ordering
    ) async throws {
        let source = MemorySource(numbers(3))
        let (a, b) = (RecordingDestination(), RecordingDestination())
        b.refuse(with: IntegrationError(.testPermanent, "no")) { $0 == "1" }
        let result = try await FlowTest(
            flow(source, ordering: ordering), destinations: ["all": BroadcastDestination(["a", "b"]), "a": a, "b": b]
        ).run()
        #expect(a.bodies == numbers(3))
        #expect(b.bodies == ["0", "2"])
        #expect(result.deadLetters.map(\.destination) == ["b"])
        #expect(source.accepted.sorted() == [0, 1, 2])
        expectProperlySettled(source)
    }

    @Test func `broadcasts in broadcasts reach each destination once`() async throws {
        let (a, b) = (RecordingDestination(), RecordingDestination())
        _ = try await FlowTest(
            flow(MemorySource(numbers(2))),
            destinations: [
                "all": BroadcastDestination(["a", "rest"]), "rest": BroadcastDestination(["b", "a", "all"]), "a": a,
                "b": b,
            ]
        ).run()
        #expect(a.bodies == numbers(2))
        #expect(b.bodies == numbers(2))
    }

    @Test(arguments: [Ordering.none, .source])
    func `with a store, a branch that succeeded is never sent again, not even after a restart`(
        ordering: Ordering
    ) async throws {
        let test = try DurableTest()
        try await test.fill("q", numbers(4))
        let (a, b) = (RecordingDestination(), RecordingDestination())
        b.refuse()
        let destinations: [String: any Destination] = ["all": BroadcastDestination(["a", "b"]), "a": a, "b": b]
        let flow = flow(test.source("q"), ordering: ordering, handling: .exact(attempts: 9))
        _ = try await test.run(flow, destinations: destinations) { engine in
            try await test.clock.sleep(for: .milliseconds(1500))
            engine.stop()
        }
        #expect(b.bodies == [])
        b.mend()
        _ = try await test.run(flow, destinations: destinations)
        // What waits behind the first where order is promised has been sent to neither.
        #expect(a.bodies == numbers(4))
        #expect(b.bodies == numbers(4))
        #expect(try await test.counts == [:])
    }

    @Test func `a queue as a branch gets its message in the first transaction, whatever the other does`() async throws {
        let test = try DurableTest()
        let b = RecordingDestination()
        b.refuse(times: 2)
        _ = try await test.run(
            flow(MemorySource(["x"])),
            destinations: [
                "all": BroadcastDestination(["a", "b"]), "a": QueueDestination("a", in: test.storage), "b": b,
            ])
        #expect(b.bodies == ["x"])
        #expect(try await test.bodies(in: "a") == ["x"])
    }

    @Test func `a message that fails in two branches is one message`() async throws {
        let test = try DurableTest()
        let (a, b) = (RecordingDestination(), RecordingDestination())
        a.refuse(times: 1)
        b.refuse(times: 1)
        let result = try await test.run(
            flow(MemorySource(numbers(3)), handling: .exact(brake: Brake(failed: 2, of: 10))),
            destinations: ["all": BroadcastDestination(["a", "b"]), "a": a, "b": b]
        )
        #expect(a.bodies == numbers(3))
        #expect(b.bodies == numbers(3))
        #expect(result.snapshot.state.word == "finished")
        #expect(try await test.counts == [:])
    }

    // MARK: Destinations that can't be reached

    @Test(arguments: [Ordering.none, .source])
    func `the only destination is down: no try is counted, the source is not read, and all goes on when it is back`(
        ordering: Ordering
    ) async throws {
        let test = try DurableTest()
        let source = MemorySource(numbers(30), batchSize: 2)
        let down = RecordingDestination()
        down.failNext(10_000, with: Self.refused)
        let result = try await test.run(
            Flow(
                name: "f", sources: [.init("in", source)], destination: "out", errorHandling: .exact(attempts: 2),
                ordering: ordering, lanes: 2), destinations: ["out": down]
        ) { _ in
            try await test.clock.sleep(for: .seconds(300))
            #expect(source.readCount <= 4)
            let sends = try #require(down.tries.map(\.send).max())
            #expect(sends < 30)
            down.mend()
        }
        #expect(down.bodies.count == 30)
        #expect(Set(down.bodies) == Set(numbers(30)))
        #expect(result.snapshot.dead == 0)
        #expect(try await test.deadLetters.isEmpty)
        #expect(try await test.counts == [:])
        expectProperlySettled(source)
    }

    @Test func `one of two is down: it fills its outbox, the flow goes on, and the outbox drains when it is back`()
        async throws
    {
        let test = try DurableTest()
        let source = MemorySource(numbers(40), batchSize: 2, interval: .seconds(1))
        let (a, b) = (RecordingDestination(), RecordingDestination())
        b.failNext(10_000, with: Self.refused)
        let outbox = QueueName.outbox(flow: "f", destination: "b")
        let result = try await test.run(
            flow(source, handling: .exact(attempts: 2)),
            destinations: ["all": BroadcastDestination(["a", "b"]), "a": a, "b": b]
        ) { _ in
            try await test.clock.sleep(for: .seconds(60))
            #expect(a.bodies == numbers(40))
            #expect(source.accepted == Array(0..<40))
            let queues = try await test.storage.store.queues().filter { $0.messages > 0 }
            #expect(queues.map(\.name) == [outbox])
            #expect(queues.map(\.messages) == [40])
            b.mend()
        }
        #expect(a.bodies == numbers(40))
        #expect(b.bodies == numbers(40))
        #expect(result.snapshot.dead == 0)
        #expect(try await test.counts == [:])
        expectProperlySettled(source)
    }

    @Test func `what waits in an outbox waits across a restart, and a dead letter from there names its source`()
        async throws
    {
        let test = try DurableTest()
        let (a, b) = (RecordingDestination(), RecordingDestination())
        b.failNext(10_000, with: Self.refused)
        let destinations: [String: any Destination] = ["all": BroadcastDestination(["a", "b"]), "a": a, "b": b]
        let began = test.clock.wallTime
        _ = try await test.run(flow(MemorySource(numbers(3))), destinations: destinations) { engine in
            try await test.clock.sleep(for: .seconds(20))
            engine.stop()
        }
        let waiting = try await test.messages(in: .outbox(flow: "f", destination: "b"))
        #expect(waiting.map(\.source) == ["in", "in", "in"])
        #expect(waiting.map(\.received) == [began, began, began])
        #expect(waiting.map(\.attempts) == [0, 0, 0])
        b.mend()
        b.refuse(with: IntegrationError(.testPermanent, "no")) { $0 == "1" }
        _ = try await test.run(flow(MemorySource([])), destinations: destinations)
        #expect(a.bodies == numbers(3))
        #expect(b.bodies == ["0", "2"])
        let letter = try #require(try await test.deadLetters.first)
        #expect(letter.source == "in")
        #expect(letter.sourceQueue == nil)
        #expect(letter.destination == "b")
        #expect(letter.received == began)
        #expect(try await test.counts == [:])
    }

    @Test func `messages that wait in an outbox for a day hold the flow back until they are gone`() async throws {
        let test = try DurableTest()
        let received = test.clock.wallTime - .seconds(86_400)
        try await test.withStore { store in
            var change = StoreChange()
            let resume = [ResumePoint(destination: "b", body: Array("old".utf8))]
            let message = NewMessage(
                id: MessageID(high: 1, low: 1), body: 0..<3, received: received, source: "in", resume: resume)
            change.enqueue = [
                Enqueue(queue: .outbox(flow: "f", destination: "b"), block: Array("old".utf8), messages: [message])
            ]
            try await store.commit(change)
        }
        let source = MemorySource(numbers(30), batchSize: 1, interval: .seconds(20))
        let (a, b) = (RecordingDestination(), RecordingDestination())
        b.failNext(10_000, with: Self.refused)
        _ = try await test.run(
            flow(source), destinations: ["all": BroadcastDestination(["a", "b"]), "a": a, "b": b]
        ) { _ in
            try await test.clock.sleep(for: .seconds(600))
            // The flow is held back at the first look, after a minute; lanes had asked for more by then.
            #expect((3...8).contains(a.bodies.count))
            b.mend()
        }
        #expect(a.bodies == numbers(30))
        #expect(Set(b.bodies) == Set(numbers(30) + ["old"]))
        #expect(try await test.counts == [:])
        expectProperlySettled(source)
    }

    @Test func `a full outbox pauses the source, without loss`() async throws {
        let outbox = QueueName.outbox(flow: "f", destination: "b")
        let test = try DurableTest(queues: [outbox: QueueSettings(maxMessages: 10)])
        let source = MemorySource(numbers(60), batchSize: 2)
        let (a, b) = (RecordingDestination(), RecordingDestination())
        b.failNext(10_000, with: Self.refused)
        _ = try await test.run(
            flow(source), destinations: ["all": BroadcastDestination(["a", "b"]), "a": a, "b": b]
        ) { _ in
            try await test.clock.sleep(for: .seconds(120))
            #expect(source.readCount <= 14)
            b.mend()
        }
        #expect(a.bodies == numbers(60))
        #expect(Set(b.bodies) == Set(numbers(60)))
        #expect(b.bodies.count == 60)
        #expect(try await test.counts == [:])
        expectProperlySettled(source)
    }
}
