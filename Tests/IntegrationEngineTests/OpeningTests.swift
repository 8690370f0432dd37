import IntegrationCore
import IntegrationDocument
import IntegrationEngine
import IntegrationTesting
import Synchronization
import Testing

@Suite("Opening and closing", .timeLimit(.minutes(1))) struct OpeningTests {
    enum Part: String, CaseIterable, Sendable { case source, destination, lookup }

    /// A flow of which one part never finishes opening.
    func stuck(_ part: Part) -> (FlowTest, Gate) {
        let gate = Gate()
        let items = MemorySource(numbers(3), staysOpen: true)
        let test = FlowTest(
            Flow(
                name: "f", sources: [.init("in", part == .source ? GatedSource(items, gate) : items)],
                steps: [Asking("table")], destination: "out"),
            destinations: ["out": part == .destination ? GatedDestination(gate) : RecordingDestination()],
            lookups: ["table": GatedLookup(part == .lookup ? gate : nil)])
        return (test, gate)
    }

    @Test(arguments: Part.allCases)
    func `stopping the engine ends a flow that is still opening`(_ part: Part) async throws {
        let (test, gate) = stuck(part)
        let result = try await test.run(patience: .seconds(2)) { [clock = test.clock] engine in
            await clock.idle()
            #expect(gate.waiting == 1)
            #expect(engine.snapshots[0].state.word == "running")
            engine.stop()
        }
        #expect(gate.waiting == 0)
        #expect(result.snapshot.state.word == "stopped")
        #expect(result.snapshot.received == 0)
    }

    @Test(arguments: Part.allCases)
    func `stopping the flow ends it while it is still opening, and it can start again`(_ part: Part) async throws {
        let (test, gate) = stuck(part)
        let engine = test.makeEngine(mode: .untilStopped)
        try await test.clock.run(patience: .seconds(2)) { [clock = test.clock] in
            async let finished: Void = engine.run()
            await clock.idle()
            try engine.stop("f")
            await clock.idle()
            #expect(engine.snapshots[0].state.word == "stopped")
            #expect(gate.waiting == 0)
            gate.open()
            try engine.start("f")
            await clock.idle()
            #expect(engine.snapshots[0].received == 3)
            engine.stop()
            try await finished
        }
    }

    @Test(arguments: Part.allCases)
    func `cancelling the engine's task ends a flow that is still opening`(_ part: Part) async throws {
        let (test, gate) = stuck(part)
        let engine = test.makeEngine(mode: .untilStopped)
        try await test.clock.run(patience: .seconds(2)) { [clock = test.clock] in
            await withTaskGroup(of: Void.self) { group in
                group.addTask { await #expect(throws: Never.self) { try await engine.run() } }
                await clock.idle()
                #expect(gate.waiting == 1)
                group.cancelAll()
            }
        }
        #expect(gate.waiting == 0)
        #expect(engine.snapshots[0].state.word == "stopped")
    }

    @Test func `one flow that gives up waiting does not take the destination from another`() async throws {
        let gate = Gate()
        let source = MemorySource(numbers(3))
        let out = GatedDestination(gate)
        let test = FlowTest(
            Flow(name: "a", sources: [.init("in", MemorySource(numbers(3)))], destination: "out"),
            Flow(name: "b", sources: [.init("in", source)], destination: "out"), destinations: ["out": out])
        let result = try await test.run(patience: .seconds(2)) { [clock = test.clock] engine in
            await clock.idle()
            try engine.stop("a")
            await clock.idle()
            #expect(engine.snapshots.map(\.state.word) == ["stopped", "running"])
            gate.open()
        }
        #expect(result.snapshots.map(\.state.word) == ["stopped", "finished"])
        #expect(out.inner.bodies == numbers(3))
        expectProperlySettled(source)
    }

    @Test func `a destination stays open until lanes that are cut off have left it`() async throws {
        let out = Unstoppable()
        let source = MemorySource(numbers(1))
        let test = FlowTest(
            Flow(name: "f", sources: [.init("in", source)], destination: "out"), destinations: ["out": out])
        let engine = test.makeEngine()
        try await test.clock.run(patience: .seconds(2)) { [clock = test.clock] in
            await withTaskGroup(of: Void.self) { group in
                group.addTask { await #expect(throws: Never.self) { try await engine.run() } }
                await clock.idle()
                #expect(out.events == ["open", "send"])
                group.cancelAll()
                await clock.idle()
                #expect(out.events == ["open", "send"])
                out.goOn.signal()
            }
        }
        #expect(out.events == ["open", "send", "sent", "close"])
        #expect(source.accepted == [0])
    }

    // MARK: Closing

    @Test func `a failure while a destination closes is the flow's outcome`() async throws {
        let error = IntegrationError(.testServer, "flush failed")
        let test = FlowTest(
            Flow(name: "f", sources: [.init("in", MemorySource(numbers(3)))], destination: "out"),
            destinations: ["out": FailsToClose(error)])
        let result = try await test.run()
        #expect(result.snapshot.state.error?.code == .testServer)
        #expect(result.snapshot.state.error?.message == "flush failed")
        #expect(result.snapshot.sent == 3)
    }

    @Test func `the failure of a shared destination's closing is that of the last flow that used it`() async throws {
        let error = IntegrationError(.testServer, "flush failed")
        let test = FlowTest(
            Flow(name: "a", sources: [.init("in", MemorySource(numbers(1)))], destination: "out"),
            Flow(
                name: "b", sources: [.init("in", MemorySource(numbers(2), interval: .seconds(5)))], destination: "out"),
            destinations: ["out": FailsToClose(error)])
        let result = try await test.run()
        #expect(result.snapshots.map(\.state.word) == ["finished", "failed"])
    }

    @Test func `a flow that failed for a reason of its own keeps that reason`() async throws {
        let test = FlowTest(
            Flow(
                name: "f", sources: [.init("in", MemorySource(numbers(1)))],
                steps: [FailingStep(with: IntegrationError(.testPermanent, "no"))], destination: "out",
                errorHandling: .exact(exhausted: .stop)),
            destinations: ["out": FailsToClose(IntegrationError(.testServer, "flush failed"))])
        let result = try await test.run()
        #expect(result.snapshot.state.error?.code == .stoppedByFailure)
    }

    @Test func `after a failed closing the flow can be started again`() async throws {
        let source = MemorySource(numbers(2))
        let out = FailsToClose(IntegrationError(.testServer, "flush failed"), times: 1)
        let test = FlowTest(
            Flow(name: "f", sources: [.init("in", source)], destination: "out"), destinations: ["out": out])
        let engine = test.makeEngine(mode: .untilStopped)
        try await test.clock.run(patience: .seconds(2)) { [clock = test.clock] in
            async let finished: Void = engine.run()
            await clock.idle()
            #expect(engine.snapshots[0].state.word == "failed")
            try engine.start("f")
            await clock.idle()
            #expect(engine.snapshots[0].state.word == "finished")
            engine.stop()
            try await finished
        }
    }
}

/// Holds those who open something until it is opened.
final class Gate: Sendable {
    private let signal = ShutdownSignal()
    private let count = Mutex(0)

    /// How many wait now.
    var waiting: Int { count.withLock { $0 } }

    func open() { signal.signal() }

    /// - Throws: when the task is cancelled first.
    func pass() async throws {
        count.withLock { $0 += 1 }
        defer { count.withLock { $0 -= 1 } }
        await signal.wait()
        // A connector that is cut off says so in words of its own.
        if Task.isCancelled { throw IntegrationError(.testConnection, "cut off while opening") }
    }
}

private struct GatedSource: Source {
    let inner: MemorySource
    let gate: Gate

    init(_ inner: MemorySource, _ gate: Gate) {
        self.inner = inner
        self.gate = gate
    }

    var guarantee: DeliveryGuarantee { inner.guarantee }
    var isFinite: Bool { inner.isFinite }

    func withReceiver<R: Sendable>(
        in context: FlowContext, _ body: (any Receiver) async throws -> R
    ) async throws -> R {
        try await gate.pass()
        return try await inner.withReceiver(in: context, body)
    }
}

private struct GatedDestination: Destination {
    let inner = RecordingDestination()
    let gate: Gate

    init(_ gate: Gate) { self.gate = gate }

    func withSender<R: Sendable>(in context: FlowContext, _ body: (any Sender) async throws -> R) async throws -> R {
        try await gate.pass()
        return try await inner.withSender(in: context, body)
    }
}

/// Fails when it closes, so many times.
private final class FailsToClose: Destination {
    let inner = RecordingDestination()
    let error: IntegrationError
    let times: Mutex<Int>

    init(_ error: IntegrationError, times: Int = .max) {
        self.error = error
        self.times = Mutex(times)
    }

    func withSender<R: Sendable>(in context: FlowContext, _ body: (any Sender) async throws -> R) async throws -> R {
        let result = try await inner.withSender(in: context, body)
        let fails = times.withLock { times in
            times -= 1
            return times >= 0
        }
        if fails { throw error }
        return result
    }
}

/// A destination whose sends end when they are through, cancelled or not, as a write to a disk does.
private final class Unstoppable: Destination {
    let goOn = ShutdownSignal()
    private let log = Mutex<[String]>([])

    var events: [String] { log.withLock { $0 } }

    private func note(_ event: String) { log.withLock { $0.append(event) } }

    func withSender<R: Sendable>(in context: FlowContext, _ body: (any Sender) async throws -> R) async throws -> R {
        note("open")
        defer { note("close") }
        return try await body(Sending(destination: self))
    }

    private struct Sending: Sender {
        let destination: Unstoppable

        func send(_ batch: Batch) async throws(IntegrationError) -> SendReport {
            destination.note("send")
            await destination.goOn.waitToTheEnd()
            destination.note("sent")
            return .accepted
        }
    }
}

private struct GatedLookup: Lookup {
    let gate: Gate?

    init(_ gate: Gate?) { self.gate = gate }

    func withFinder<R: Sendable>(in context: FlowContext, _ body: (any Finder) async throws -> R) async throws -> R {
        try await gate?.pass()
        return try await body(Nothing())
    }

    private struct Nothing: Finder {
        func find(_ keys: [LookupKey]) async throws(IntegrationError) -> [LookupAnswer] { keys.map { _ in .missing } }
    }
}

/// A step that needs a service and asks it nothing.
private struct Asking: StepDefinition {
    let name = "ask"
    let service: String

    init(_ service: String) { self.service = service }

    func makeStep(_ build: FlowBuild) throws(IntegrationError) -> BuiltStep {
        try build.use(service: service)
        return try StepFunction(name) { _, _ throws(IntegrationError) in .keep }.makeStep(build)
    }
}
