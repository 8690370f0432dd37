import IntegrationCore
import IntegrationEngine
import IntegrationStore
import IntegrationTesting
import Testing

@Suite("Holding back", .timeLimit(.minutes(1))) struct HoldingBackTests {
    @Test func `a full queue holds its flow back without a lost message or a counted try`() async throws {
        let test = try DurableTest(queues: ["b": QueueSettings(maxMessages: 5)])
        try await test.fill("a", numbers(23))
        let out = RecordingDestination(duration: .seconds(10))
        let largest = Box(0)
        let result = try await test.run(
            Flow(
                name: "first", sources: [.init("in", test.source("a", batchSize: 2))], destination: "b",
                errorHandling: .exact(), lanes: 3),
            Flow(
                name: "second", sources: [.init("in", test.source("b", batchSize: 1))], destination: "out",
                errorHandling: .exact(), lanes: 1),
            destinations: ["b": QueueDestination("b", in: test.storage), "out": out]
        ) { _ in
            for _ in 0..<40 {
                try await test.clock.sleep(for: .seconds(1))
                let count = try await test.storage.store.queues().first { $0.name == "b" }?.messages ?? 0
                largest.withLock { $0 = max($0, count) }
            }
        }
        #expect(largest.value == 5)
        #expect(out.tries.map(\.text).sorted() == numbers(23).sorted())
        #expect(result.snapshots.map(\.retries) == [0, 0])
        #expect(result.snapshots.map(\.dead) == [0, 0])
        #expect(try await test.counts == [:])
    }

    @Test func `a flow that is held back by a full queue stops at once, and loses nothing`() async throws {
        let test = try DurableTest(queues: ["b": QueueSettings(maxMessages: 5)])
        try await test.fill("a", numbers(20))
        _ = try await test.run(
            Flow(
                name: "f", sources: [.init("in", test.source("a", batchSize: 3))], destination: "b",
                errorHandling: .exact(), lanes: 2), destinations: ["b": QueueDestination("b", in: test.storage)]
        ) { engine in
            try await test.clock.sleep(for: .seconds(60))
            engine.stop()
        }
        #expect(test.clock.now == .seconds(60))
        #expect(try await test.counts == ["a": 17, "b": 3])
        let waiting = try await test.messages(in: "a")
        #expect(waiting.allSatisfy { $0.attempts == 0 && $0.suspectCount == 0 && $0.due == nil })
    }

    @Test(arguments: [ErrorCode.storageFull, .storageFailed])
    func `while the store can't write nothing is acknowledged, and all goes on when it can`(
        code: ErrorCode
    ) async throws {
        let test = try DurableTest()
        let source = MemorySource(numbers(6), batchSize: 2, interval: .milliseconds(10))
        // Each must be parked once, so each needs the store.
        let out = RecordingDestination()
        out.refuse(times: 1)
        test.faults.refuse(with: IntegrationError(code, "the test says so"))
        _ = try await test.run(
            Flow(
                name: "f", sources: [.init("in", source)], destination: "out", errorHandling: .exact(), lanes: 1,
                limits: InFlightLimits(messages: 2)), destinations: ["out": out]
        ) { _ in
            try await test.clock.sleep(for: .seconds(100))
            #expect(source.accepted == [])
            #expect(source.readCount == 2)
            #expect(test.faults.refused > 10)
            #expect(test.faults.refused < 60)
            test.faults.refuse(with: nil)
        }
        #expect(source.accepted == Array(0..<6))
        #expect(out.bodies.sorted() == numbers(6))
        #expect(out.tries.count == 12)
        #expect(try await test.counts == [:])
        expectProperlySettled(source)
    }

    @Test func `a store that fails for good stops the flow, and the messages stay where they were`() async throws {
        let test = try DurableTest()
        try await test.fill("a", numbers(2))
        test.faults.refuse(with: IntegrationError(.storeDamaged, "the test says so"))
        let result = try await test.run(
            Flow(name: "f", sources: [.init("in", test.source("a"))], destination: "out"),
            destinations: ["out": RecordingDestination()])
        #expect(result.snapshot.state.error?.code == .storeDamaged)
        #expect(try await test.counts == ["a": 2])
    }

    @Test func `a damaged store stops every flow, those as well that only wait`() async throws {
        let test = try DurableTest()
        try await test.fill("a", numbers(2))
        let later = test.clock.wallTime + .seconds(3600)
        try await test.withStore { (store: any Store) async throws in
            var change = StoreChange()
            let message = NewMessage(id: MessageID(high: 1, low: 1), body: 0..<1, received: .zero, due: later)
            change.enqueue = [Enqueue(queue: "b", block: Array("x".utf8), messages: [message])]
            try await store.commit(change)
        }
        test.faults.refuse(with: IntegrationError(.storeDamaged, "the test says so"))
        let result = try await test.run(
            Flow(name: "f", sources: [.init("in", test.source("a"))], destination: "out"),
            Flow(name: "g", sources: [.init("in", test.source("b"))], destination: "out"),
            destinations: ["out": RecordingDestination()])
        #expect(result.snapshots.map(\.state.word) == ["failed", "stopped"])
        #expect(test.clock.now < .seconds(60))
    }

    @Test func `a dead letter is a full record, written by the transaction that settles its message`() async throws {
        let test = try DurableTest()
        try await test.fill("a", ["x", "y"], metadata: #"{"trace":"t"}"#)
        var flow = Flow(
            name: "f", sources: [.init("in", test.source("a"))],
            steps: [
                StepFunction("mark") { message, arena throws(IntegrationError) in
                    message.replaceBody(with: message.text(in: arena) + "!", in: arena)
                    return .keep
                },
                FailingStep(
                    "check", with: IntegrationError(.testPermanent, "refused", path: "$.total", causes: ["why"])
                ) { $0 == "x!" },
            ], destination: "out", errorHandling: .exact(deadLetters: "dead"))
        flow.version = "v7"
        let out = RecordingDestination()
        let result = try await test.run(
            flow, destinations: ["out": out, "dead": QueueDestination("dead", in: test.storage)])
        #expect(out.bodies == ["y!"])
        #expect(result.snapshot.dead == 1)
        let letter = try #require(try await test.deadLetters.first)
        #expect(letter.queue == "dead")
        #expect(letter.message == MessageID(seed: 7, position: 0))
        #expect([letter.flow, letter.flowVersion, letter.source, letter.step] == ["f", "v7", "in", "check"])
        #expect(letter.sourceQueue == "a")
        #expect(letter.destination == nil)
        #expect(letter.code == "IE3905")
        #expect(letter.reason == "refused")
        #expect(letter.path == "$.total")
        #expect(letter.causes == ["why"])
        #expect(letter.attempts == 1)
        #expect(letter.receiveCount == 1)
        #expect(letter.received == ManualClock().wallTime)
        #expect(letter.failed == test.clock.wallTime)
        #expect(String(decoding: letter.body, as: UTF8.self) == "x")
        #expect(letter.failingBody.map { String(decoding: $0, as: UTF8.self) } == "x!")
        #expect(letter.metadata.map { String(decoding: $0, as: UTF8.self) } == #"{"trace":"t"}"#)
        let change = try #require(test.faults.committed.first)
        #expect(test.faults.committed.count == 1)
        #expect(change.acknowledge.map(\.sequences.count) == [2])
        #expect(change.deadLetters.count == 1)
        #expect(change.events.map(\.kind) == ["dead-lettered"])
        #expect(try await test.counts == [:])
    }

    @Test func `a queue that rejects when it is full refuses messages, and their tries are counted`() async throws {
        let test = try DurableTest(queues: ["b": QueueSettings(maxMessages: 3)], rejecting: ["b"])
        try await test.fill("a", numbers(5))
        let result = try await test.run(
            Flow(
                name: "f", sources: [.init("in", test.source("a", batchSize: 1))], destination: "b",
                errorHandling: .exact(attempts: 2), lanes: 1),
            destinations: ["b": QueueDestination("b", in: test.storage)])
        #expect(try await test.counts == ["b": 3])
        #expect(result.snapshot.dead == 2)
        let letters = try await test.deadLetters
        #expect(letters.map(\.code) == ["IE5110", "IE5110"])
        #expect(letters.map(\.attempts) == [2, 2])
        #expect(letters.map(\.destination) == ["b", "b"])
    }
}
