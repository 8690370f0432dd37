import IntegrationCore
import IntegrationDocument
import IntegrationEngine
import IntegrationResilience
import IntegrationTesting
import Testing

@Suite("Batching sources", .timeLimit(.minutes(1))) struct BatchingSourceTests {
    /// The sizes of the batches that reach the destination, and when.
    func sends(_ out: RecordingDestination) -> [[String]] {
        Dictionary(grouping: out.tries, by: \.send).sorted { $0.key < $1.key }.map { $0.value.map(\.text) }
    }

    func test(
        _ source: any Source, _ out: RecordingDestination, steps: [any StepDefinition] = [], lanes: Int = 1,
        handling: ErrorHandling = .exact()
    ) -> FlowTest {
        FlowTest(
            Flow(
                name: "f", sources: [.init("in", source)], steps: steps, destination: "out", errorHandling: handling,
                lanes: lanes), destinations: ["out": out])
    }

    @Test func `deliveries are gathered up to the count`() async throws {
        let source = MemorySource(numbers(10), batchSize: 1, interval: .seconds(1))
        let out = RecordingDestination()
        let result = try await test(BatchingSource(source, count: 4, linger: .seconds(60)), out).run()
        #expect(sends(out).map(\.count) == [4, 4, 2])
        #expect(out.bodies == numbers(10))
        #expect(out.records.map(\.time) == [4, 4, 4, 4, 8, 8, 8, 8, 11, 11].map { Duration.seconds($0) })
        #expect(result.snapshot.received == 10)
        #expect(source.accepted == Array(0..<10))
        expectProperlySettled(source)
    }

    @Test func `a batch never exceeds the count, unless one delivery does by itself`() async throws {
        let source = MemorySource(numbers(9), batchSize: 3, interval: .seconds(1))
        let out = RecordingDestination()
        _ = try await test(BatchingSource(source, count: 4, linger: .seconds(60)), out).run()
        #expect(sends(out).map(\.count) == [3, 3, 3])
        let large = RecordingDestination()
        _ = try await test(BatchingSource(MemorySource(numbers(9), batchSize: 9), count: 4), large).run()
        #expect(sends(large).map(\.count) == [9])
    }

    @Test func `deliveries are gathered up to the bytes`() async throws {
        let source = MemorySource(["aaaa", "bbbb", "cccc", "dddd", "ee"], batchSize: 1, interval: .seconds(1))
        let out = RecordingDestination()
        _ = try await test(BatchingSource(source, count: 100, bytes: 9, linger: .seconds(60)), out).run()
        #expect(sends(out) == [["aaaa", "bbbb"], ["cccc", "dddd"], ["ee"]])
    }

    @Test func `no message waits longer than the linger`() async throws {
        let source = MemorySource(numbers(7), batchSize: 1, interval: .seconds(2))
        let out = RecordingDestination()
        _ = try await test(BatchingSource(source, count: 100, linger: .seconds(5)), out).run()
        #expect(sends(out) == [["0", "1", "2"], ["3", "4", "5"], ["6"]])
        #expect(Set(out.records.map(\.time)) == Set([7, 13, 16].map { Duration.seconds($0) }))
    }

    @Test func `without linger what is there is handed over at once`() async throws {
        let source = MemorySource(numbers(3), batchSize: 1, interval: .seconds(2))
        let out = RecordingDestination()
        _ = try await test(BatchingSource(source, count: 100), out).run()
        #expect(out.records.map(\.time) == [2, 4, 6].map { Duration.seconds($0) })
    }

    @Test func `each delivery is settled by what became of its own messages`() async throws {
        let source = MemorySource(numbers(6), batchSize: 2)
        let out = RecordingDestination()
        out.refuse(with: IntegrationError(.testRate, "later", retryAfter: .seconds(3000))) { $0 == "3" }
        let handling = ErrorHandling.exact()
        let gathering = test(BatchingSource(source, count: 6, linger: .seconds(1)), out, handling: handling)
        let result = try await gathering.run { [clock = gathering.clock] engine in
            try await clock.sleep(for: .seconds(10))
            #expect(source.settlings.isEmpty)
            engine.stop()
        }
        #expect(sends(out).first == numbers(6))
        #expect(source.accepted == [0, 1, 2, 4, 5])
        #expect(source.released == [3])
        #expect(result.snapshot.inFlight == 0)
        expectProperlySettled(source)
    }

    @Test func `ids, headers, receive counts and refusals of the source come through`() async throws {
        let source = MemorySource(
            items: [
                .init("a", metadata: try Document(#"{"k":"a"}"#)), .init("b"),
                .init("cc", failure: IntegrationError(.messageTooLarge, "2 bytes", component: "in")),
                .init("d", metadata: try Document(#"{"k":"d"}"#)),
            ], batchSize: 1)
        let out = RecordingDestination()
        let step = StepFunction("headers") { message, arena throws(IntegrationError) in
            let known = message.metadata.map { arena.view($0) }
            let key = known?["k"]?.string ?? "none"
            message.replaceBody(with: "\(message.text(in: arena)) \(key) \(message.receiveCount)", in: arena)
            return .keep
        }
        let result = try await test(BatchingSource(source, count: 4, linger: .seconds(1)), out, steps: [step]).run()
        #expect(sends(out) == [["a a 1", "b none 1", "d d 1"]])
        #expect(out.records.map(\.id) == [source.id(of: 0), source.id(of: 1), source.id(of: 3)])
        #expect(result.deadLetters.map(\.original) == [Array("cc".utf8)])
        #expect(result.deadLetters.map(\.id) == [source.id(of: 2)])
        expectProperlySettled(source)
    }

    @Test func `shutdown flushes what was gathered`() async throws {
        let source = MemorySource(numbers(3), batchSize: 1, staysOpen: true, interval: .seconds(1))
        let out = RecordingDestination()
        let gathering = test(BatchingSource(source, count: 100, linger: .seconds(3600)), out)
        let result = try await gathering.run { [clock = gathering.clock] engine in
            try await clock.sleep(for: .milliseconds(4500))
            #expect(out.bodies.isEmpty)
            engine.stop()
        }
        #expect(out.bodies == numbers(3))
        #expect(source.accepted == [0, 1, 2])
        #expect(result.duration == .milliseconds(4500))
        expectProperlySettled(source)
    }

    @Test func `cancellation releases what was gathered`() async throws {
        let source = MemorySource(numbers(3), batchSize: 1, staysOpen: true, interval: .seconds(1))
        let out = RecordingDestination()
        let gathering = test(BatchingSource(source, count: 100, linger: .seconds(3600)), out)
        await #expect(throws: CancellationError.self) {
            try await gathering.run { [clock = gathering.clock] _ in
                try await clock.sleep(for: .seconds(10))
                throw CancellationError()
            }
        }
        #expect(out.tries.isEmpty)
        #expect(source.released == [0, 1, 2])
        expectProperlySettled(source)
    }

    @Test func `what came before a failure of the source is handed over`() async throws {
        let source = MemorySource(numbers(10), batchSize: 1, interval: .seconds(1))
        let out = RecordingDestination()
        let gathering = test(BatchingSource(source, count: 100, linger: .seconds(3600)), out)
        let result = try await gathering.run { [clock = gathering.clock] _ in
            try await clock.sleep(for: .milliseconds(3500))
            source.fail(with: IntegrationError(.testConnection, "cut"))
        }
        #expect(out.bodies == ["0", "1", "2"])
        #expect(result.snapshot.state.error?.code == .testConnection)
        expectProperlySettled(source)
    }

    @Test func `a full flow is not read ahead by more than a delivery`() async throws {
        let source = MemorySource(numbers(100), batchSize: 1)
        let out = RecordingDestination()
        out.block()
        let gathering = test(BatchingSource(source, count: 5, linger: .seconds(1)), out, lanes: 2)
        _ = try await gathering.run { [clock = gathering.clock] _ in
            try await clock.sleep(for: .seconds(60))
            #expect(out.sending == 2)
            #expect(source.readCount <= 11)
            out.release()
        }
        #expect(source.accepted.count == 100)
        #expect(out.bodies.count == 100)
    }

    @Test(arguments: 1...40)
    func `nothing is lost or doubled, on many threads as well`(_ seed: UInt64) async throws {
        var random = RandomSource(seed: seed)
        let count = Int.random(in: 0...300, using: &random)
        let source = MemorySource(numbers(count), batchSize: .random(in: 1...8, using: &random))
        let out = RecordingDestination()
        out.refuse(times: 1) { $0.hasSuffix("3") }
        let batching = BatchingSource(
            source, count: .random(in: 1...30, using: &random), bytes: .random(in: 1...60, using: &random))
        let handling = ErrorHandling(maximumAttempts: 3, backoff: .init(initial: .zero, maximum: .zero))
        let engine = test(batching, out, lanes: .random(in: 1...4, using: &random), handling: handling).makeEngine()
        try await engine.run()
        #expect(Set(out.bodies) == Set(numbers(count)))
        #expect(out.bodies.count == count)
        #expect(source.accepted.sorted() == Array(0..<count))
        expectProperlySettled(source)
    }
}
