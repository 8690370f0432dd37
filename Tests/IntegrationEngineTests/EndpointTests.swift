import IntegrationCore
import IntegrationDocument
import IntegrationEngine
import IntegrationTesting
import Synchronization
import Testing

@Suite("Endpoints", .timeLimit(.minutes(1))) struct EndpointTests {
    let permanent = IntegrationError(.testPermanent, "no")

    @Test func `fallback tries destinations in order, only with what was refused`() async throws {
        let first = RecordingDestination()
        let second = RecordingDestination()
        let third = RecordingDestination()
        first.refuse { ["1", "3"].contains($0) }
        second.refuse { $0 == "3" }
        let source = MemorySource(numbers(5))
        let test = FlowTest(
            Flow(name: "f", sources: [.init("in", source)], destination: "any"),
            destinations: ["any": FallbackDestination([first, second, third])])
        let result = try await test.run()
        #expect(first.bodies == ["0", "2", "4"])
        #expect(second.bodies == ["1"])
        #expect(third.bodies == ["3"])
        #expect(result.snapshot.retries == 0)
        #expect(result.snapshot.sent == 5)
    }

    @Test func `what every fallback refuses fails with the last one's error`() async throws {
        let first = RecordingDestination()
        let second = RecordingDestination()
        first.refuse()
        second.refuse(with: permanent) { $0 == "1" }
        let test = FlowTest(
            Flow(name: "f", sources: [.init("in", MemorySource(numbers(3)))], destination: "any"),
            destinations: ["any": FallbackDestination([first, second])])
        let result = try await test.run()
        #expect(second.bodies == ["0", "2"])
        #expect(result.deadLetters.map(\.error.code) == [.testPermanent])
        #expect(result.deadLetters.map(\.step) == ["any"])
    }

    @Test func `a call runs the other flow and passes its refusals on`() async throws {
        let directory = FlowDirectory()
        let callee = Flow(
            name: "inner", steps: [FailingStep("check", with: permanent) { $0 == "2" }], destination: "out")
        let source = MemorySource(numbers(4))
        let test = FlowTest(
            Flow(name: "outer", sources: [.init("in", source)], destination: "call"), callee,
            destinations: ["call": CallDestination("inner", in: directory)], directory: directory)
        let result = try await test.run()
        #expect(result.outputs["out"] == ["0", "1", "3"])
        #expect(result.deadLetters.map(\.step) == ["inner/check"])
        #expect(result.deadLetters.map(\.flow) == ["outer"])
        #expect(result.snapshots[0].sent == 3)
        #expect(result.snapshots[1].received == 4)
        expectProperlySettled(source)
    }

    @Test func `a refusal that may pass is tried again by the caller`() async throws {
        let directory = FlowDirectory()
        let out = RecordingDestination()
        out.refuse(times: 1) { $0 == "1" }
        let test = FlowTest(
            Flow(
                name: "outer", sources: [.init("in", MemorySource(numbers(3)))], destination: "call",
                errorHandling: .exact()),
            Flow(name: "inner", destination: "out"),
            destinations: ["call": CallDestination("inner", in: directory), "out": out], directory: directory)
        let result = try await test.run()
        #expect(out.bodies == ["0", "2", "1"])
        #expect(result.deadLetters.isEmpty)
    }

    @Test func `a flow can be called from within a fallback`() async throws {
        let directory = FlowDirectory()
        let down = RecordingDestination()
        down.refuse()
        let test = FlowTest(
            Flow(name: "outer", sources: [.init("in", MemorySource(numbers(3)))], destination: "any"),
            Flow(name: "inner", destination: "out"),
            destinations: ["any": FallbackDestination([down, CallDestination("inner", in: directory)])],
            directory: directory)
        let result = try await test.run()
        #expect(result.outputs["out"] == ["0", "1", "2"])
    }

    @Test func `a call of a flow that does not exist is refused before anything runs`() async throws {
        let directory = FlowDirectory()
        let source = MemorySource(["a"])
        let test = FlowTest(
            Flow(name: "outer", sources: [.init("in", source)], destination: "call"),
            destinations: ["call": CallDestination("nowhere", in: directory)], directory: directory)
        await #expect(throws: IntegrationError.self) { try await test.run() }
        #expect(source.mostUnsettled == 0)
    }

    @Test func `a message without a route is an error`() async throws {
        let source = MemorySource(numbers(3))
        let test = FlowTest(
            Flow(name: "f", sources: [.init("in", source)], steps: [RouteTo(["out"]) { $0 == "1" ? nil : "out" }]),
            destinations: ["out": RecordingDestination()])
        let result = try await test.run()
        #expect(result.outputs["out"] == ["0", "2"])
        #expect(result.deadLetters.map(\.error.code) == [.noRoute])
        #expect(result.snapshot.dropped == 0)
        expectProperlySettled(source)
    }

    @Test func `several sources feed one flow, each settled by itself`() async throws {
        let left = MemorySource(numbers(30), batchSize: 4, interval: .seconds(1), seed: 1)
        let right = MemorySource((100..<120).map(String.init), batchSize: 3, interval: .milliseconds(700), seed: 2)
        let out = RecordingDestination()
        out.refuse(times: 1) { $0 == "7" || $0 == "107" }
        let test = FlowTest(
            Flow(
                name: "f", sources: [.init("left", left), .init("right", right)],
                steps: [FailingStep(with: permanent) { $0 == "9" || $0 == "109" }], destination: "out",
                errorHandling: .exact()), destinations: ["out": out])
        let result = try await test.run()
        #expect(Set(out.bodies) == Set(numbers(30) + (100..<120).map(String.init)).subtracting(["9", "109"]))
        #expect(result.deadLetters.map(\.source).sorted() == ["left", "right"])
        #expect(left.accepted.sorted() == Array(0..<30))
        #expect(right.accepted.sorted() == Array(0..<20))
        expectProperlySettled(left)
        expectProperlySettled(right)
    }

    @Test func `a destination that can't be opened fails its flow before anything is read`() async throws {
        let source = MemorySource(numbers(3))
        let other = MemorySource(numbers(3))
        let out = RecordingDestination()
        out.failToOpen(with: IntegrationError(.testConnection, "refused"))
        let test = FlowTest(
            Flow(name: "f", sources: [.init("in", source)], destination: "out"),
            Flow(name: "g", sources: [.init("in", other)], destination: "fine"), destinations: ["out": out])
        let result = try await test.run()
        #expect(result.snapshots[0].state.error?.code == .testConnection)
        #expect(source.readCount == 0)
        #expect(result.snapshots[1].state.word == "finished")
        #expect(result.outputs["fine"] == numbers(3))
    }

    @Test func `a flow whose destination does not exist can't be built`() async throws {
        var test = FlowTest(Flow(name: "f", sources: [.init("in", MemorySource(["a"]))], destination: "out"))
        test.destinations = [:]
        let error = await #expect(throws: IntegrationError.self) { try await test.run() }
        #expect(error?.code == .cannotBuild)
    }

    @Test func `a lookup that can't be opened fails its flow before anything is read`() async throws {
        struct Closed: Lookup {
            func withFinder<R: Sendable>(
                in context: FlowContext, _ body: (any Finder) async throws -> R
            ) async throws -> R {
                throw IntegrationError(.testConnection, "no such host")
            }
        }
        let source = MemorySource(["a"])
        let test = FlowTest(
            Flow(name: "f", sources: [.init("in", source)], steps: [AskService()], destination: "out"),
            lookups: ["service": Closed()])
        let result = try await test.run()
        #expect(result.snapshot.state.error?.code == .testConnection)
        #expect(source.readCount == 0)
    }

    @Test func `a lookup that fails fails the messages of its batch, which are tried again`() async throws {
        let service = FlakyService(failures: 2)
        let test = FlowTest(
            Flow(
                name: "f", sources: [.init("in", MemorySource(numbers(3)))], steps: [AskService()], destination: "out",
                errorHandling: .exact()), lookups: ["service": service])
        let result = try await test.run()
        #expect(result.outputs["out"] == numbers(3))
        #expect(result.snapshot.retries == 6)
        #expect(result.duration == .seconds(3))
    }

    @Test func `a source that throws an error of its own fails its flow, saying what it was`() async throws {
        struct Odd: Error {}
        struct OddSource: Source {
            var guarantee: DeliveryGuarantee { .bestEffort }
            var isFinite: Bool { true }
            func withReceiver<R: Sendable>(
                in context: FlowContext, _ body: (any Receiver) async throws -> R
            ) async throws -> R { throw Odd() }
        }
        let result = try await FlowTest(Flow(name: "f", sources: [.init("in", OddSource())], destination: "out")).run()
        #expect(result.snapshot.state.error?.causes.contains { $0.contains("Odd") } == true)
    }

    @Test func `a destination that reports nonsense refuses its batch`() async throws {
        struct Nonsense: Destination, Sender {
            func withSender<R: Sendable>(
                in context: FlowContext, _ body: (any Sender) async throws -> R
            ) async throws -> R { try await body(self) }
            func send(_ batch: Batch) async throws(IntegrationError) -> SendReport {
                SendReport(refused: [(7, RecordingDestination.failure), (-1, RecordingDestination.failure)])
            }
        }
        let source = MemorySource(numbers(2))
        let test = FlowTest(
            Flow(name: "f", sources: [.init("in", source)], destination: "out", errorHandling: .exact(attempts: 1)),
            destinations: ["out": Nonsense()])
        let result = try await test.run()
        #expect(result.deadLetters.map(\.error.code) == [.destinationFailed, .destinationFailed])
        expectProperlySettled(source)
    }
}

/// A service that answers with an error a number of times.
final class FlakyService: Lookup, Finder {
    private let failures: Mutex<Int>

    init(failures: Int) { self.failures = Mutex(failures) }

    func withFinder<R: Sendable>(in context: FlowContext, _ body: (any Finder) async throws -> R) async throws -> R {
        try await body(self)
    }

    func find(_ keys: [LookupKey]) async throws(IntegrationError) -> [LookupAnswer] {
        let fails = failures.withLock { failures in
            failures -= 1
            return failures >= 0
        }
        if fails { throw IntegrationError(.testServer, "503") }
        return keys.map { _ in .missing }
    }
}

/// Asks `service` about every message.
struct AskService: StepDefinition, AsyncStep {
    let name = "ask"

    func makeStep(_ build: FlowBuild) throws(IntegrationError) -> BuiltStep {
        try build.use(service: "service")
        return .asynchronous(self)
    }

    func process(_ batch: inout Batch, in context: FlowContext) async throws(IntegrationError) {
        guard let finder = context.finders["service"] else { throw IntegrationError(.cannotBuild, "no service") }
        _ = try await finder.find(batch.messages.map { LookupKey("\($0.id)") })
    }
}
