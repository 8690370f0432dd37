import IntegrationCore
import IntegrationEngine
import IntegrationStore
import IntegrationTesting
import Testing

@Suite("Durable flows under random faults", .timeLimit(.minutes(2))) struct RandomFaultTests {
    /// Two flows in a chain, whose second one broadcasts; what they use fails at random, then is mended.
    struct Scene {
        let test: DurableTest
        let outs = [RecordingDestination(), RecordingDestination()]
        let flows: [Flow]
        let destinations: [String: any Destination]

        init(_ test: DurableTest, _ random: inout RandomSource) {
            self.test = test
            let ordering: Ordering = Bool.random(using: &random) ? .source : .none
            let handling = ErrorHandling.exact(attempts: 20)
            flows = [
                Flow(
                    name: "first",
                    sources: [.init("in", test.source("a", batchSize: .random(in: 1...9, using: &random)))],
                    destination: "b", errorHandling: handling, lanes: .random(in: 1...3, using: &random)),
                Flow(
                    name: "second",
                    sources: [.init("in", test.source("b", batchSize: .random(in: 1...9, using: &random)))],
                    steps: [FailingStep(times: 1) { $0.hasSuffix("3") }], destination: "all", errorHandling: handling,
                    ordering: ordering, lanes: .random(in: 1...3, using: &random)),
            ]
            destinations = [
                "b": QueueDestination("b", in: test.storage), "all": BroadcastDestination(["x", "y", "z"]),
                "x": outs[0], "y": outs[1], "z": QueueDestination("z", in: test.storage),
            ]
        }
    }

    @Test(arguments: 1...20 as ClosedRange<UInt64>)
    func `no message is lost, none is doubled but by a crash, and each branch has its own end`(
        seed: UInt64
    ) async throws {
        var random = RandomSource(seed: seed)
        var test = try DurableTest(queues: ["b": QueueSettings(maxMessages: 12)])
        try await test.fill("a", numbers(60))
        let isKilled = Bool.random(using: &random)
        var sent: [[String]] = [[], []]
        for round in 0..<3 {
            let scene = Scene(test, &random)
            let isLast = round == 2
            for (index, out) in scene.outs.enumerated() {
                let digit = String(Int.random(in: 0...9, using: &random))
                out.refuse(times: 1) { $0.hasPrefix(digit) }
                if index == 1 { out.refuse(with: IntegrationError(.testPermanent, "no")) { $0 == "42" } }
                out.failNext(
                    Int.random(in: 0...3, using: &random), with: IntegrationError(.testConnection, "refused"))
            }
            let (flows, destinations) = (scene.flows, scene.destinations)
            let life = Duration.milliseconds(Int.random(in: 1...4000, using: &random))
            let copy = Box<DurableTest?>(nil)
            _ = try await test.run(flows[0], flows[1], destinations: destinations) { [test] engine in
                guard !isLast else { return }
                try await test.clock.sleep(for: life)
                if isKilled {
                    let crashed = try DurableTest(queues: test.storage.queues, after: test)
                    copy.withLock { $0 = crashed }
                }
                engine.stop()
            }
            for index in 0..<2 { sent[index] += scene.outs[index].bodies }
            if let crashed = copy.value { test = crashed }
        }
        #expect(try await test.counts == ["z": 60])
        #expect(Set(try await test.bodies(in: "z")) == Set(numbers(60)))
        #expect(Set(sent[0]) == Set(numbers(60)))
        #expect(Set(sent[1]) == Set(numbers(60).filter { $0 != "42" }))
        if !isKilled {
            #expect(sent.map(\.count) == [60, 59])
            #expect(try await test.deadLetters.map(\.destination) == ["y"])
        }
        #expect(Set(try await test.deadLetters.map { String(decoding: $0.body, as: UTF8.self) }) == ["42"])
    }
}
