import IntegrationCore
import IntegrationEngine
import IntegrationStore
import IntegrationTesting
import Testing

@Suite("Tickets of sources outside the store", .timeLimit(.minutes(1))) struct TicketTests {
    func flow(
        _ source: TicketedSource, _ steps: [any StepDefinition] = [], _ handling: ErrorHandling = .exact()
    ) -> Flow {
        Flow(
            name: "f", sources: [.init("in", source)], steps: steps, destination: "out", errorHandling: handling,
            lanes: 1)
    }

    @Test func `of records that share a position none counts as settled before all of them are`() async throws {
        let test = try DurableTest()
        let ticket = PositionTicket(stream: "s", records: [0..<4, 4..<5, 4..<5, 5..<9])
        let source = TicketedSource(.init(bodies: numbers(4), ticket: ticket))
        // One of two that share a position comes to no end.
        let failing = FailingStep(with: IntegrationError(.testPermanent, "no")) { $0 == "2" }
        let out = RecordingDestination()
        _ = try? await test.run(
            flow(source, [failing], .exact(exhausted: .stop)), destinations: ["out": out])
        #expect(out.bodies == ["0", "1", "3"])
        let again = TicketedSource(
            .init(bodies: ["1", "2"], ticket: PositionTicket(stream: "s", records: [4..<5, 4..<5])))
        _ = try await test.run(flow(again), destinations: ["out": out])
        #expect(again.completed == [0..<4, 5..<9])
        let last = TicketedSource()
        _ = try await test.run(flow(last), destinations: ["out": out])
        #expect(last.completed == [0..<9])
    }

    @Test(arguments: [false, true])
    func `what is to be tried again goes back to a queue that can let it wait`(isStored: Bool) async throws {
        let ticket = TestJointTicket()
        let source = TicketedSource(.init(bodies: numbers(3), ticket: ticket))
        let out = RecordingDestination()
        out.refuse(times: 1) { $0 == "1" }
        let snapshot: FlowSnapshot
        if isStored {
            let test = try DurableTest()
            snapshot = try await test.run(flow(source), destinations: ["out": out]).snapshot
            #expect(try await test.counts == [:])
        } else {
            var test = FlowTest(destinations: ["out": out])
            test.flows = [flow(source)]
            snapshot = try await test.run().snapshot
        }
        #expect(ticket.postponements == ["1 after 1.0 seconds, 1"])
        #expect(source.settlements == [["accepted", "released", "accepted"]])
        #expect(out.tries.count == 3)
        #expect(snapshot.retries == 1)
    }

    @Test func `work under another system's lease that is lost is cut off and counts as no failure`() async throws {
        let ticket = TestJointTicket()
        let source = TicketedSource(.init(bodies: ["0"], ticket: ticket), .init(bodies: ["1"]))
        let out = RecordingDestination()
        var test = FlowTest(destinations: ["out": out])
        test.flows = [flow(source, [SlowStep(.seconds(1000))])]
        let clock = test.clock
        let result = try await test.run { _ in
            try await clock.sleep(for: .seconds(3))
            ticket.lost.signal()
        }
        #expect(out.bodies == ["1"])
        #expect(source.settlements == [["released"], ["accepted"]])
        #expect(result.snapshot.retries == 0 && result.snapshot.dead == 0)
        #expect(clock.now < .seconds(10))
    }

    @Test(arguments: [nil, HeldTicket()])
    func `a message that came before and ended the process three times, alone, is poison`(
        _ ticket: HeldTicket?
    ) async throws {
        var test = try DurableTest()
        let step = GateStep()
        for round in 1...3 {
            let gate = GateStep { $0 == "bad" }
            let source = TicketedSource(.init(bodies: ["bad"], ticket: ticket, receiveCount: 2))
            let crashed = try await test.runAndKill(
                flow(source, [gate]), destinations: ["out": RecordingDestination()]
            ) { gate.open() }
            #expect(gate.texts == ["bad"], "\(round)")
            test = crashed
        }
        step.open()
        let out = RecordingDestination()
        let source = TicketedSource(
            .init(bodies: ["bad"], ticket: ticket, receiveCount: 5),
            .init(bodies: ["good"], ticket: ticket, receiveCount: 5), .init(bodies: ["new"]))
        _ = try await test.run(flow(source, [step]), destinations: ["out": out])
        #expect(out.bodies == ["good", "new"])
        #expect(try await test.deadLetters.map(\.code) == [ErrorCode.poisonMessage.id])
        // Its count went with it: replayed, it is looked at again.
        let replayed = TicketedSource(.init(bodies: ["bad"], receiveCount: 6))
        _ = try await test.run(flow(replayed, [step]), destinations: ["out": out])
        #expect(out.bodies == ["good", "new", "bad"])
    }
}
