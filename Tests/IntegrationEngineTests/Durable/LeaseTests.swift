import IntegrationCore
import IntegrationEngine
import IntegrationStore
import IntegrationTesting
import Testing

@Suite("Leases, crashes and poison", .timeLimit(.minutes(1))) struct LeaseTests {
    func flow(_ test: DurableTest, _ steps: [any StepDefinition], to destination: String = "b", lanes: Int = 1) -> Flow
    {
        Flow(
            name: "f", sources: [.init("in", test.source("a", visibilityTimeout: .seconds(30)))], steps: steps,
            destination: destination, errorHandling: .exact(), lanes: lanes)
    }

    @Test func `a lease lasts as long as the work on it`() async throws {
        let test = try DurableTest()
        try await test.fill("a", numbers(3))
        let out = RecordingDestination()
        _ = try await test.run(flow(test, [SlowStep(.seconds(600))], to: "out", lanes: 2), destinations: ["out": out])
        #expect(out.bodies == numbers(3))
        #expect(out.records.allSatisfy { $0.time == .seconds(600) })
    }

    @Test func `who loses a lease settles nothing: no message, no dead letter, no event of his comes about`()
        async throws
    {
        let test = try DurableTest()
        try await test.fill("a", numbers(4))
        test.faults.loseLeases()
        let failing = FailingStep(with: IntegrationError(.testPermanent, "no")) { $0 == "3" }
        let result = try await test.run(
            flow(test, [failing, SlowStep(.seconds(45))], lanes: 2),
            destinations: ["b": QueueDestination("b", in: test.storage)])
        #expect(try await test.counts == ["b": 3])
        #expect(try await test.bodies(in: "b").sorted() == ["0", "1", "2"])
        #expect(try await test.deadLetters.map(\.message) == [MessageID(seed: 7, position: 3)])
        #expect(result.snapshot.sent == 3)
        #expect(result.snapshot.dead == 1)
        let events = try await test.withStore { try await $0.events(EventFilter(), before: nil, limit: 100) }
        #expect(events.count { $0.event.kind == "dead-lettered" } == 1)
        // All came twice: first together, then each alone.
        #expect(failing.texts.sorted() == numbers(4).flatMap { [$0, $0] })
    }

    @Test func `work under a lease that is lost is cut off, counts as no failure and is done anew`() async throws {
        let test = try DurableTest()
        try await test.fill("a", numbers(3))
        test.faults.loseLeases(.leaseLost)
        let out = RecordingDestination()
        let result = try await test.run(
            flow(test, [SlowStep(.seconds(1000))], to: "out"), destinations: ["out": out])
        #expect(out.bodies == numbers(3))
        // The first extension, at a third of 30 s, says that it is lost; the work would have taken 1000 s.
        #expect(out.records.allSatisfy { $0.time == .seconds(10) })
        #expect(result.snapshot.retries == 0)
        #expect(result.snapshot.dead == 0)
        #expect(try await test.deadLetters.isEmpty)
    }

    @Test func `after a crash what was in hand comes again at once, each alone`() async throws {
        let test = try DurableTest()
        try await test.fill("a", numbers(3))
        let gate = GateStep()
        let crashed = try await test.runAndKill(
            flow(test, [gate]), destinations: ["b": QueueDestination("b", in: test.storage)]
        ) { gate.open() }
        #expect(try await test.counts == ["b": 3])
        #expect(try await crashed.messages(in: "a").map(\.suspectCount) == [1, 1, 1])
        let out = RecordingDestination()
        _ = try await crashed.run(flow(crashed, [], to: "out"), destinations: ["out": out])
        #expect(out.bodies == numbers(3))
        #expect(Set(out.records.map(\.send)).count == 3)
        #expect(out.records.allSatisfy { $0.time == .zero })
    }

    @Test func `a message that ended three deliveries alone is poison, and its neighbours pass`() async throws {
        var test = try DurableTest()
        try await test.fill("a", ["good 1", "bad", "good 2"])
        let seen = Box<[String]>([])
        for _ in 0..<4 {
            let gate = GateStep { $0 == "bad" }
            let out = RecordingDestination()
            test = try await test.runAndKill(flow(test, [gate], to: "out"), destinations: ["out": out]) {
                seen.withLock { $0 += gate.texts }
                gate.open()
            }
        }
        #expect(try await test.counts == [:])
        let letters = try await test.deadLetters
        #expect(letters.map(\.code) == [ErrorCode.poisonMessage.id])
        #expect(letters.map { String(decoding: $0.body, as: UTF8.self) } == ["bad"])
        #expect(letters.map(\.attempts) == [1])
        // The first delivery held all three; afterwards each came alone, and the poison never again.
        #expect(seen.value == ["good 1", "bad", "good 2", "good 1", "bad", "bad", "good 2"])
    }
}
