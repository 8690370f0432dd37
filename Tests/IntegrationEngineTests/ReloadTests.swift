import IntegrationCore
import IntegrationEngine
import IntegrationTesting
import Testing

@Suite("Reloading", .timeLimit(.minutes(1))) struct ReloadTests {
    private func flow(_ name: String, _ source: MemorySource, to destination: String = "out") -> Flow {
        Flow(
            name: name, sources: [.init("in", source)], destination: destination, errorHandling: .exact(), lanes: 1)
    }

    private func endless() -> MemorySource {
        MemorySource(numbers(1000), batchSize: 1, redelivers: true, staysOpen: true, interval: .seconds(1))
    }

    private func replacement(
        _ flows: [Flow], _ destinations: [String: any Destination], unchanged: Set<String> = [],
        endpoints: Set<String> = []
    ) -> Engine.Replacement {
        Engine.Replacement(
            flows: flows, destinations: destinations, lookups: [:], unchangedFlows: unchanged,
            unchangedEndpoints: endpoints, queues: [:], grace: .seconds(5))
    }

    @Test func `flows come, change and go, and what is the same runs on untouched`() async throws {
        let (same, old, new, gone) = (endless(), endless(), endless(), endless())
        let (out, other) = (RecordingDestination(), RecordingDestination())
        let test = FlowTest(
            flow("same", same), flow("changed", old), flow("gone", gone), destinations: ["out": out])
        try await test.runningEngine { engine, clock in
            try await clock.sleep(for: .seconds(3))
            let received = engine.snapshot(of: "same")?.received ?? 0
            let report = try await engine.reload(
                replacement(
                    [flow("added", MemorySource(numbers(2)), to: "other"), flow("same", same), flow("changed", new)],
                    ["out": out, "other": other], unchanged: ["same"], endpoints: ["out"]))
            #expect(report == .init(added: ["added"], replaced: ["changed"], removed: ["gone"], kept: ["same"]))
            #expect(engine.snapshots.map(\.flow) == ["added", "same", "changed"])
            try await clock.sleep(for: .seconds(2))
            // One that had been closed and opened again would have begun to count anew.
            #expect(engine.snapshot(of: "same")?.received ?? 0 > received)
            #expect(engine.snapshot(of: "changed")?.received ?? 0 < 5)
            #expect(engine.snapshot(of: "changed")?.received ?? 0 > 0)
            #expect(other.bodies == numbers(2))
        }
        for source in [same, old, new, gone] { expectProperlySettled(source) }
    }

    @Test func `a flow that can't be built changes nothing`() async throws {
        let source = endless()
        let out = RecordingDestination()
        let test = FlowTest(flow("f", source), destinations: ["out": out])
        try await test.runningEngine { engine, clock in
            let error = await #expect(throws: IntegrationError.self) {
                try await engine.reload(replacement([flow("f", endless(), to: "nowhere")], ["out": out]))
            }
            #expect(error?.code == .cannotBuild)
            let received = engine.snapshot(of: "f")?.received ?? 0
            try await clock.sleep(for: .seconds(3))
            #expect(engine.snapshot(of: "f")?.received ?? 0 > received)
            #expect(engine.snapshot(of: "f")?.state.word == "running")
        }
        expectProperlySettled(source)
    }

    @Test func `a start that fails puts back what ran before`() async throws {
        let (before, fresh, added) = (endless(), endless(), endless())
        let (out, broken) = (RecordingDestination(), RecordingDestination())
        broken.failToOpen(with: IntegrationError(.testPermanent, "no such thing"))
        let test = FlowTest(flow("f", before), destinations: ["out": out])
        try await test.runningEngine { engine, clock in
            let error = await #expect(throws: IntegrationError.self) {
                try await engine.reload(
                    replacement(
                        [flow("f", fresh), flow("added", added, to: "broken")], ["out": out, "broken": broken]))
            }
            #expect(error?.code == .testPermanent)
            #expect(error?.message.hasSuffix("; what ran before runs again") == true)
            #expect(engine.snapshots.map(\.flow) == ["f"])
            let count = before.deliveries
            try await clock.sleep(for: .seconds(3))
            #expect(before.deliveries > count)
            #expect(engine.snapshot(of: "f")?.state.word == "running")
        }
        for source in [before, fresh, added] { expectProperlySettled(source) }
    }

    @Test func `a flow that does not drain in time is left, and nothing else is changed`() async throws {
        let (stuck, other) = (MemorySource(numbers(1), redelivers: true, staysOpen: true), endless())
        let (out, free) = (RecordingDestination(), RecordingDestination())
        out.block()
        let test = FlowTest(
            flow("stuck", stuck), flow("other", other, to: "free"), destinations: ["out": out, "free": free])
        try await test.runningEngine { engine, clock in
            try await clock.sleep(for: .seconds(2))
            let error = await #expect(throws: IntegrationError.self) {
                try await engine.reload(replacement([flow("new", endless(), to: "free")], ["free": free]))
            }
            #expect(error?.code == .reloadFailed)
            #expect(error?.message.contains("stuck did not drain") == true)
            #expect(engine.snapshots.map(\.flow) == ["stuck", "other"])
            let count = other.deliveries
            try await clock.sleep(for: .seconds(3))
            #expect(other.deliveries > count)
            out.release()
        }
        for source in [stuck, other] { expectProperlySettled(source) }
    }

    @Test func `a stopped flow stays stopped and a paused one paused`() async throws {
        let out = RecordingDestination()
        let (a, b) = (endless(), endless())
        let test = FlowTest(flow("a", a), flow("b", b), destinations: ["out": out])
        try await test.runningEngine { engine, clock in
            try engine.stop("a")
            _ = await engine.waitUntilEnded(["a"], atMost: .seconds(5))
            try engine.pause("b")
            let (newA, newB) = (endless(), endless())
            _ = try await engine.reload(replacement([flow("a", newA), flow("b", newB)], ["out": out]))
            let count = out.bodies.count
            try await clock.sleep(for: .seconds(5))
            #expect(engine.snapshot(of: "a")?.state.word == "stopped")
            #expect(engine.snapshot(of: "b")?.isPaused == true)
            #expect(out.bodies.count == count)
        }
    }

    @Test func `an engine that ends when it is idle does not end while flows are replaced`() async throws {
        let (first, second) = (endless(), MemorySource(numbers(2)))
        let out = RecordingDestination()
        let test = FlowTest(flow("f", first), destinations: ["out": out])
        try await test.runningEngine(mode: .untilIdle) { engine, clock in
            _ = try await engine.reload(replacement([flow("f", second)], ["out": out]))
            try await clock.sleep(for: .seconds(1))
        }
        #expect(second.accepted.sorted() == [0, 1])
    }

    @Test func `an engine that does not run can't be reloaded`() async throws {
        let engine = FlowTest(flow("f", endless())).makeEngine(mode: .untilStopped)
        let error = await #expect(throws: IntegrationError.self) { try await engine.reload(replacement([], [:])) }
        #expect(error?.code == .engineNotRunning)
    }
}
