import IntegrationCore
import IntegrationDocument
import IntegrationEngine
import IntegrationResilience
import IntegrationTesting
import Testing

@Suite("Dead letters", .timeLimit(.minutes(1))) struct DeadLetterTests {
    let permanent = IntegrationError(
        .testPermanent, "the total is negative", path: "$['total']", causes: ["rule 7", "says \"so\""])

    @Test func `an envelope holds all that is known about a dead letter`() async throws {
        let metadata = try Document(#"{"headers": {"content-type": "text/plain"}}"#)
        let source = MemorySource(items: [.init("ä\n\"1\"", metadata: metadata)])
        let change = StepFunction("change") { message, arena throws(IntegrationError) in
            message.replaceBody(with: "changed", in: arena)
            return .keep
        }
        let test = FlowTest(
            Flow(
                name: "orders", sources: [.init("in", source)], steps: [change, FailingStep("check", with: permanent)],
                destination: "out", errorHandling: .exact(deadLetters: "dlq")))
        let result = try await test.run()
        #expect(
            result.outputs["dlq"] == [
                #"{"id":"0000000000000G000000000000","flow":"orders","step":"check","code":"IE3905","#
                    + #""error":"the total is negative","path":"$['total']","cause":"rule 7: says \"so\"","attempts":1,"#
                    + #""time":"2026-01-01T00:00:00.000Z","source":"in","body":"ä\n\"1\"","body_at_step":"changed","#
                    + #""metadata":{"headers":{"content-type":"text/plain"}}}"#
            ])
        #expect(result.snapshot.dead == 1)
        #expect(result.outputs["out"] == [])
        expectProperlySettled(source)
    }

    @Test func `an envelope after retries at a destination names it and counts the tries`() async throws {
        let out = RecordingDestination()
        out.refuse(with: IntegrationError(.testServer, "503"))
        let test = FlowTest(
            Flow(
                name: "f", sources: [.init("in", MemorySource(["same"]))], destination: "out",
                errorHandling: .exact(deadLetters: "dlq")),
            destinations: ["out": out])
        let result = try await test.run()
        #expect(
            result.outputs["dlq"] == [
                #"{"id":"0000000000000G000000000000","flow":"f","step":"out","code":"IE3901","error":"503","#
                    + #""attempts":3,"time":"2026-01-01T00:00:03.000Z","source":"in","body":"same"}"#
            ])
    }

    @Test func `a body that is no text is kept in base 64`() async throws {
        let source = MemorySource(items: [.init([0xFF, 0x00, 0x41, 0x42]), .init([0xC3, 0x28]), .init([])])
        let test = FlowTest(
            Flow(
                name: "f", sources: [.init("in", source)], steps: [FailingStep("check", with: permanent)],
                destination: "out", errorHandling: .exact(deadLetters: "dlq")))
        let dead = try #require(try await test.run().outputs["dlq"])
        #expect(dead.count == 3)
        #expect(dead[0].contains(#","body_base64":"/wBBQg=="}"#))
        #expect(dead[1].contains(#","body_base64":"wyg="}"#))
        #expect(dead[2].contains(#","body":""}"#))
        for line in dead { _ = try Document(line) }
    }

    @Test func `dead letters of a batch come in the order of the source`() async throws {
        let out = RecordingDestination()
        out.refuse(with: IntegrationError(.testPermanent, "no")) { ["0", "2", "4", "6"].contains($0) }
        let test = FlowTest(
            Flow(
                name: "f", sources: [.init("in", MemorySource(numbers(8)))],
                steps: [FailingStep(with: permanent) { ["1", "5", "7"].contains($0) }], destination: "out"),
            destinations: ["out": out])
        let result = try await test.run()
        #expect(
            result.deadLetters.map { String(decoding: $0.original, as: UTF8.self) } == [
                "0", "1", "2", "4", "5", "6", "7",
            ])
    }

    @Test func `messages that the source itself refuses go to the dead letters`() async throws {
        let source = MemorySource(items: [
            .init("a"), .init("bb", failure: IntegrationError(.messageTooLarge, "2 bytes", component: "in")),
            .init("c"),
        ])
        let test = FlowTest(Flow(name: "f", sources: [.init("in", source)], destination: "out"))
        let result = try await test.run()
        #expect(result.outputs["out"] == ["a", "c"])
        #expect(result.deadLetters.map(\.step) == ["in"])
        #expect(result.snapshot.received == 3)
        #expect(result.snapshot.bytes == 4)
        expectProperlySettled(source)
    }

    @Test(arguments: [Ordering.none, .source])
    func `while dead letters are not accepted nothing is acknowledged, and all drains after the repair`(
        _ ordering: Ordering
    ) async throws {
        let source = MemorySource(numbers(40), batchSize: 10)
        let dlq = RecordingDestination()
        dlq.refuse()
        let test = FlowTest(
            Flow(
                name: "f", sources: [.init("in", source)],
                steps: [FailingStep(with: permanent) { (Int($0) ?? 0).isMultiple(of: 10) }], destination: "out",
                errorHandling: .exact(deadLetters: "dlq"), ordering: ordering, lanes: 2),
            destinations: ["dlq": dlq])
        let result = try await test.run { [clock = test.clock] engine in
            try await clock.sleep(for: .seconds(3600))
            #expect(source.settlings.isEmpty)
            #expect(source.readCount == (ordering.isNone ? 20 : 10))
            #expect(engine.snapshots[0].dead == 0)
            dlq.mend()
        }
        #expect(source.accepted.sorted() == Array(0..<40))
        #expect(dlq.records.count == 4)
        #expect(result.snapshot.dead == 4)
        #expect(result.snapshot.sent == 36)
        expectProperlySettled(source)
    }

    @Test func `a dead letter that was accepted is not sent again with one that was refused`() async throws {
        let dlq = RecordingDestination()
        dlq.refuse(times: 3) { $0.contains(#""body":"1""#) }
        let test = FlowTest(
            Flow(
                name: "f", sources: [.init("in", MemorySource(numbers(3)))], steps: [FailingStep(with: permanent)],
                destination: "out", errorHandling: .exact(deadLetters: "dlq")),
            destinations: ["dlq": dlq])
        let result = try await test.run()
        #expect(dlq.records.map(\.id.low) == [0, 2, 1])
        #expect(result.snapshot.dead == 3)
    }

    @Test func `waiting for the dead-letter sink never spins`() async throws {
        let dlq = RecordingDestination()
        dlq.refuse()
        let handling = ErrorHandling(
            maximumAttempts: 1, backoff: .init(initial: .zero, maximum: .zero), deadLetters: "dlq")
        let test = FlowTest(
            Flow(
                name: "f", sources: [.init("in", MemorySource(["a"]))], steps: [FailingStep(with: permanent)],
                destination: "out", errorHandling: handling),
            destinations: ["dlq": dlq])
        _ = try await test.run(patience: .seconds(2)) { [clock = test.clock] _ in
            try await clock.sleep(for: .seconds(60))
            #expect(dlq.tries.count > 1 && dlq.tries.count < 200)
            dlq.mend()
        }
        #expect(dlq.records.count == 1)
    }

    @Test func `dead letters in memory are bounded, and the flow holds back`() async throws {
        let letters = MemoryDeadLetters(maximumBytes: 10)
        let letter = DeadLetter(
            id: MessageID(high: 0, low: 1), flow: "f", step: "s", error: permanent, attempts: 1, time: .zero,
            source: "in", original: Array("123456".utf8), atStep: nil, metadata: nil)
        _ = try await letters.accept([letter])
        await #expect(throws: IntegrationError.self) { try await letters.accept([letter]) }
        #expect(letters.letters.count == 1)
    }

    @Test func `dropped failures are counted, not kept`() async throws {
        let source = MemorySource(numbers(5))
        let test = FlowTest(
            Flow(
                name: "f", sources: [.init("in", source)], steps: [FailingStep(with: permanent) { $0 == "2" }],
                destination: "out", errorHandling: .exact(exhausted: .drop)))
        let result = try await test.run()
        #expect(result.deadLetters.isEmpty)
        #expect(result.snapshot.dead == 1)
        #expect(source.accepted == [0, 1, 2, 3, 4])
    }

    @Test(arguments: [Ordering.none, .source])
    func `a failure that stops the flow leaves its message with the source, and its neighbours settled`(
        _ ordering: Ordering
    ) async throws {
        let source = MemorySource(numbers(5))
        let test = FlowTest(
            Flow(
                name: "f", sources: [.init("in", source)], steps: [FailingStep(with: permanent) { $0 == "2" }],
                destination: "out", errorHandling: .exact(exhausted: .stop), ordering: ordering))
        let result = try await test.run()
        #expect(result.snapshot.state.error?.code == .stoppedByFailure)
        // Where order is promised nothing overtakes the message that stopped the flow.
        let sent = ordering.isNone ? ["0", "1", "3", "4"] : ["0", "1"]
        #expect(result.outputs["out"] == sent)
        #expect(source.accepted.map(String.init) == sent)
        #expect(source.released.map(String.init) == numbers(5).filter { !sent.contains($0) })
        expectProperlySettled(source)
    }
}
