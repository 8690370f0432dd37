import IntegrationCore
import IntegrationEngine
import IntegrationStore
import IntegrationTesting
import Testing

@Suite("Flows over queues", .timeLimit(.minutes(1))) struct QueueFlowTests {
    @Test func `a message goes from queue to queue in the transaction that settles it`() async throws {
        let test = try DurableTest()
        try await test.fill("a", numbers(250), metadata: #"{"key":"k"}"#)
        let before = try await test.messages(in: "a")
        let result = try await test.run(
            Flow(name: "f", sources: [.init("in", test.source("a", batchSize: 100))], destination: "b", lanes: 1),
            destinations: ["b": QueueDestination("b", in: test.storage)])
        #expect(try await test.counts == ["b": 250])
        let after = try await test.messages(in: "b")
        #expect(after.map(\.body) == before.map(\.body))
        #expect(after.map(\.id) == before.map(\.id))
        #expect(after.map(\.metadata) == before.map(\.metadata))
        #expect(result.snapshot.received == 250)
        #expect(result.snapshot.sent == 250)
        let changes = test.faults.committed
        #expect(changes.flatMap(\.enqueue).map(\.messages.count) == [100, 100, 50])
        #expect(changes.flatMap(\.acknowledge).map(\.sequences.count) == [100, 100, 50])
        #expect(changes.count == 3)
    }

    @Test func `a chain of flows ends only when the last queue is empty`() async throws {
        let test = try DurableTest()
        try await test.fill("a", numbers(30))
        let out = RecordingDestination()
        let result = try await test.run(
            // Last first, so that each begins with nothing to do.
            Flow(name: "third", sources: [.init("in", test.source("c"))], destination: "out"),
            Flow(name: "second", sources: [.init("in", test.source("b"))], destination: "c"),
            Flow(name: "first", sources: [.init("in", test.source("a", batchSize: 7))], destination: "b"),
            destinations: [
                "b": QueueDestination("b", in: test.storage), "c": QueueDestination("c", in: test.storage), "out": out,
            ])
        #expect(out.bodies == numbers(30))
        #expect(result.snapshots.map(\.state.word) == ["finished", "finished", "finished"])
        #expect(try await test.counts == [:])
    }

    @Test func `a source outside hands over through a flow's own queue`() async throws {
        let test = try DurableTest()
        let source = MemorySource(numbers(20), batchSize: 6, interval: .seconds(5))
        let out = RecordingDestination()
        let handover = QueueName.handover(to: "second")
        _ = try await test.run(
            Flow(name: "second", sources: [.init("in", test.source(handover))], destination: "out"),
            Flow(name: "first", sources: [.init("in", source)], destination: "second"),
            destinations: ["second": QueueDestination(handover, in: test.storage), "out": out])
        #expect(out.bodies == numbers(20))
        #expect(source.accepted == Array(0..<20))
        #expect(try await test.counts == [:])
        expectProperlySettled(source)
    }

    @Test func `a retry delays the lease, other messages go on, and all end before the run does`() async throws {
        let test = try DurableTest()
        try await test.fill("a", numbers(5))
        let out = RecordingDestination()
        out.refuse(times: 2) { $0 == "2" }
        let result = try await test.run(
            Flow(
                name: "f", sources: [.init("in", test.source("a"))], destination: "out", errorHandling: .exact(),
                lanes: 1), destinations: ["out": out])
        #expect(out.bodies == ["0", "1", "3", "4", "2"])
        let times = out.tries.filter { $0.text == "2" }.map(\.time)
        #expect(times == [.zero, .seconds(1), .seconds(3)])
        #expect(result.snapshot.retries == 2)
        #expect(try await test.counts == [:])
    }

    @Test func `failed tries are counted across restarts, and receives as well`() async throws {
        let test = try DurableTest()
        try await test.fill("a", ["x"])
        let out = RecordingDestination()
        out.refuse()
        let flow = Flow(
            name: "f", sources: [.init("in", test.source("a"))], destination: "out", errorHandling: .exact(attempts: 3))
        for tries in 1...2 {
            _ = try await test.run(flow, destinations: ["out": out]) { engine in
                try await test.clock.sleep(for: .milliseconds(tries == 1 ? 500 : 1000))
                engine.stop()
            }
            let waiting = try await test.messages(in: "a")
            #expect(waiting.map(\.attempts) == [tries])
            #expect(waiting.map(\.receiveCount) == [tries])
            #expect(try #require(waiting[0].due) > test.clock.wallTime)
        }
        _ = try await test.run(flow, destinations: ["out": out])
        #expect(out.tries.count == 3)
        let letter = try #require(try await test.deadLetters.first)
        #expect(letter.attempts == 3)
        #expect(letter.receiveCount == 3)
        #expect(letter.sourceQueue == "a")
        #expect(try await test.counts == [:])
    }

    @Test func `a retry begins with the bytes that came in`() async throws {
        let test = try DurableTest()
        try await test.fill("a", ["x"])
        let out = RecordingDestination()
        let failing = FailingStep(times: 1)
        let mark = StepFunction("mark") { message, arena throws(IntegrationError) in
            message.replaceBody(with: message.text(in: arena) + "!", in: arena)
            return .keep
        }
        _ = try await test.run(
            Flow(
                name: "f", sources: [.init("in", test.source("a"))], steps: [mark, failing], destination: "out",
                errorHandling: .exact()), destinations: ["out": out])
        #expect(failing.texts == ["x!", "x!"])
        #expect(out.bodies == ["x!"])
    }

    @Test func `what is in hand at a shutdown is put back at once, and no try is counted`() async throws {
        let test = try DurableTest()
        try await test.fill("a", numbers(3))
        let out = RecordingDestination()
        out.refuse()
        let flow = Flow(
            name: "f", sources: [.init("in", test.source("a", visibilityTimeout: .seconds(600)))], destination: "out",
            errorHandling: .exact(), ordering: .source)
        _ = try await test.run(flow, destinations: ["out": out]) { engine in
            try await test.clock.sleep(for: .milliseconds(500))
            engine.stop()
        }
        let waiting = try await test.messages(in: "a")
        #expect(waiting.map(\.due) == [nil, nil, nil])
        #expect(waiting.map(\.suspectCount) == [0, 0, 0])
        out.mend()
        let began = test.clock.now
        _ = try await test.run(flow, destinations: ["out": out])
        #expect(out.bodies == numbers(3))
        #expect(out.records.allSatisfy { $0.time == began })
    }

    @Test func `order is kept over a queue: a message that waits holds back those behind it`() async throws {
        let test = try DurableTest()
        try await test.fill("a", numbers(9))
        let out = RecordingDestination()
        out.refuse(times: 2) { $0 == "4" }
        _ = try await test.run(
            Flow(
                name: "f", sources: [.init("in", test.source("a", batchSize: 4, visibilityTimeout: .seconds(2)))],
                destination: "out", errorHandling: .exact(), ordering: .source), destinations: ["out": out])
        #expect(out.bodies == numbers(9))
        #expect(try await test.counts == [:])
    }

    @Test func `a source that gathers reads a queue, and what it holds keeps its lease`() async throws {
        let test = try DurableTest()
        try await test.fill("a", numbers(7))
        let out = RecordingDestination()
        let source = BatchingSource(
            test.source("a", batchSize: 2, visibilityTimeout: .seconds(3)), count: 5, linger: .seconds(60))
        _ = try await test.run(
            Flow(name: "f", sources: [.init("in", source)], destination: "out", lanes: 1), destinations: ["out": out])
        #expect(out.bodies == numbers(7))
        let sizes = Dictionary(grouping: out.tries, by: \.send).sorted { $0.key < $1.key }.map(\.value.count)
        #expect(sizes == [4, 3])
        #expect(out.tries.map(\.time.seconds) == [0, 0, 0, 0, 60, 60, 60])
        #expect(try await test.counts == [:])
    }

    @Test func `a flow that fails does not keep the others from their end`() async throws {
        let test = try DurableTest()
        try await test.fill("b", numbers(3))
        let source = MemorySource(["x"], interval: .seconds(10))
        let out = RecordingDestination()
        let result = try await test.run(
            Flow(
                name: "fails", sources: [.init("in", source)], steps: [FailingStep()], destination: "out",
                errorHandling: .exact(attempts: 1, exhausted: .stop)),
            Flow(name: "f", sources: [.init("in", test.source("b"))], destination: "out"), destinations: ["out": out])
        #expect(result.snapshots.map(\.state.word) == ["failed", "finished"])
        #expect(out.bodies == numbers(3))
    }

    @Test func `queues that nobody reads keep no run from its end`() async throws {
        let test = try DurableTest()
        try await test.fill("other", numbers(3))
        let result = try await test.run(
            Flow(name: "f", sources: [.init("in", test.source("a"))], destination: "out"),
            destinations: ["out": RecordingDestination()])
        #expect(result.snapshot.state.word == "finished")
        #expect(try await test.counts == ["other": 3])
    }
}
