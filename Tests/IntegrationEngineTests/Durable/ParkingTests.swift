import IntegrationCore
import IntegrationDocument
import IntegrationEngine
import IntegrationFormats
import IntegrationStore
import IntegrationTesting
import Testing

@Suite("Parking in the store", .timeLimit(.minutes(1))) struct ParkingTests {
    static let parked = QueueName.parked(flow: "f")

    /// Records of a stream with a header, as a file source makes them.
    func csv(_ header: String, _ records: [String], seed: UInt64, delimiter: String = ",") throws -> MemorySource {
        let metadata = try Document(Array(#"{"header":"\#(header)"}"#.utf8))
        return MemorySource(
            items: records.map { MemorySource.Item($0, metadata: metadata) },
            decoder: CSVCodec(delimiter: Array(delimiter.utf8)[0]).decoder, seed: seed)
    }

    @Test func `a source that can't wait is told that its message is safe as soon as it is parked`() async throws {
        let test = try DurableTest()
        let source = MemorySource(numbers(3))
        let out = RecordingDestination()
        out.refuse(times: 1) { $0 == "1" }
        _ = try await test.run(
            Flow(
                name: "f", sources: [.init("in", source)], destination: "out", errorHandling: .exact()),
            destinations: ["out": out]
        ) { _ in
            try await test.clock.sleep(for: .milliseconds(500))
            #expect(source.accepted == [0, 1, 2])
            #expect(out.bodies == ["0", "2"])
            let queues = try await test.storage.store.queues()
            #expect(queues.first { $0.name == Self.parked }?.messages == 1)
        }
        #expect(out.bodies == ["0", "2", "1"])
        #expect(out.records.last?.time == .seconds(1))
        #expect(out.records.last?.id == source.id(of: 1))
        #expect(try await test.counts == [:])
        expectProperlySettled(source)
    }

    @Test func `parked messages are tried again after a restart, with their tries counted`() async throws {
        let test = try DurableTest()
        let out = RecordingDestination()
        out.refuse()
        func flow(_ bodies: [String]) -> Flow {
            Flow(
                name: "f", sources: [.init("in", MemorySource(bodies))], destination: "out",
                errorHandling: .exact(attempts: 3))
        }
        _ = try await test.run(flow(["x"]), destinations: ["out": out]) { engine in
            try await test.clock.sleep(for: .milliseconds(1500))
            engine.stop()
        }
        #expect(out.tries.count == 2)
        #expect(try await test.messages(in: Self.parked).map(\.attempts) == [2])
        #expect(try await test.messages(in: Self.parked).map(\.source) == ["in"])
        _ = try await test.run(flow([]), destinations: ["out": out])
        #expect(out.tries.count == 3)
        #expect(out.tries[2].time == .seconds(3))
        #expect(try await test.deadLetters.map(\.attempts) == [3])
        #expect(try await test.deadLetters.map(\.source) == ["in"])
        #expect(try await test.counts == [:])
    }

    @Test func `parked messages are decoded as the source's that they came from`() async throws {
        let test = try DurableTest()
        let failing = FailingStep(times: 1)
        let out = RecordingDestination()
        _ = try await test.run(
            Flow(
                name: "f",
                sources: [
                    .init("commas", try csv("a,b", ["1,2", "3,4"], seed: 1)),
                    .init("semicolons", try csv("c;d", ["1,5;6"], seed: 2, delimiter: ";")),
                    .init("json", MemorySource([#"{"e":7}"#], decoder: NDJSONCodec().decoder, seed: 3)),
                ], steps: [failing], destination: "out", errorHandling: .exact()), destinations: ["out": out])
        let expected: [String] = [
            #"{"a":"1","b":"2"}"#, #"{"a":"3","b":"4"}"#, #"{"c":"1,5","d":"6"}"#, #"{"e":7}"#,
        ]
        #expect(out.bodies.sorted() == expected)
        #expect(failing.texts.count == 8)
        #expect(try await test.counts == [:])
    }

    @Test func `a record that breaks its format is a dead letter with the bytes that came in`() async throws {
        let test = try DurableTest()
        let out = RecordingDestination()
        _ = try await test.run(
            Flow(
                name: "f", sources: [.init("in", try csv("a,b", ["1,2", "1,2,3"], seed: 1))], destination: "out",
                errorHandling: .exact()), destinations: ["out": out])
        #expect(out.bodies == [#"{"a":"1","b":"2"}"#])
        #expect(try await test.deadLetters.map { String(decoding: $0.body, as: UTF8.self) } == ["1,2,3"])
        #expect(try await test.deadLetters.map(\.source) == ["in"])
        #expect(try await test.deadLetters.map(\.sourceQueue) == [nil])
    }

    @Test func `where only the destination failed, a parked message goes on there with the bytes made for it`()
        async throws
    {
        let test = try DurableTest()
        let counting = FailingStep(times: 0)
        let mark = StepFunction("mark") { message, arena throws(IntegrationError) in
            message.replaceBody(with: message.text(in: arena) + "!", in: arena)
            return .keep
        }
        let out = RecordingDestination()
        out.refuse(times: 2)
        _ = try await test.run(
            Flow(
                name: "f", sources: [.init("in", MemorySource(["x"]))], steps: [counting, mark], destination: "out",
                errorHandling: .exact()), destinations: ["out": out])
        #expect(counting.texts == ["x"])
        #expect(out.bodies == ["x!"])
        let dead = RecordingDestination()
        dead.refuse()
        _ = try await test.run(
            Flow(
                name: "f", sources: [.init("in", MemorySource(["x"]))], steps: [mark], destination: "dead",
                errorHandling: .exact()), destinations: ["dead": dead])
        let letter = try #require(try await test.deadLetters.last)
        #expect(letter.destination == "dead")
        #expect(String(decoding: letter.body, as: UTF8.self) == "x")
        #expect(letter.failingBody.map { String(decoding: $0, as: UTF8.self) } == "x!")
    }

    @Test func `a message parked for a destination that the flow has no longer begins anew`() async throws {
        let test = try DurableTest()
        let refusing = RecordingDestination()
        refusing.refuse()
        func flow(_ bodies: [String], to destination: String) -> Flow {
            Flow(
                name: "f", sources: [.init("in", MemorySource(bodies))], destination: destination,
                errorHandling: .exact(attempts: 9))
        }
        _ = try await test.run(flow(["x"], to: "old"), destinations: ["old": refusing]) { engine in
            try await test.clock.sleep(for: .milliseconds(500))
            engine.stop()
        }
        let out = RecordingDestination()
        _ = try await test.run(flow([], to: "new"), destinations: ["new": out])
        #expect(out.bodies == ["x"])
        #expect(try await test.counts == [:])
    }
}
