import Integration
import IntegrationCore
import IntegrationEngine
import IntegrationServices
import IntegrationTesting
import IntegrationTransforms
import Testing

@Suite("The service registry", .timeLimit(.minutes(1))) struct MeshTests {
    private static func flow(_ source: MemorySource, to destination: any Destination) -> Flow {
        var flow = Flow("f").withSource(source).withDestination(destination)
            .addStep(EnrichStep("enrich", service: "s", lookupField: "n"))
        flow.lanes = 1
        return flow
    }

    private static func answers(_ out: RecordingDestination) -> [String] {
        out.bodies.map { String($0.dropLast(2).suffix(1)) }
    }

    private static func source(_ count: Int, interval: Duration = .zero, staysOpen: Bool = false) -> MemorySource {
        MemorySource(
            (0..<count).map { #"{"n": \#($0)}"# }, batchSize: 1, staysOpen: staysOpen, interval: interval)
    }

    @Test func `endpoints are asked in turn, and open once for all`() async throws {
        let bench = Bench()
        let notes = Notes()
        let out = RecordingDestination()
        bench.integration.mesh.configureIntegration(serviceDiscovery: true, loadBalancing: .roundRobin)
        for name in ["a", "b", "c"] {
            try await bench.integration.mesh.register(
                "s", endpoint: name, NotingLookup(name: name, notes: notes))
        }
        #expect(bench.integration.mesh.endpoints(of: "s") == ["a", "b", "c"])
        try await bench.integration.createFlow(Self.flow(Self.source(7), to: out))
        try await bench.run()
        #expect(Self.answers(out) == ["a", "b", "c", "a", "b", "c", "a"])
        #expect(notes.lines.filter { $0.hasSuffix("opened") }.sorted() == ["a opened", "b opened", "c opened"])
        #expect(notes.lines.filter { $0.hasSuffix("closed") }.sorted() == ["a closed", "b closed", "c closed"])
    }

    @Test func `endpoints come and go while a flow runs, and no call fails`() async throws {
        let bench = Bench(mode: .untilStopped)
        let notes = Notes()
        let out = RecordingDestination()
        let mesh = bench.integration.mesh
        mesh.configureIntegration(serviceDiscovery: true)
        try await mesh.register("s", endpoint: "a", NotingLookup(name: "a", notes: notes, duration: .milliseconds(600)))
        try await bench.integration.createFlow(
            Self.flow(Self.source(9, interval: .seconds(1), staysOpen: true), to: out))
        try await bench.run { integration, clock in
            try await clock.sleep(for: .milliseconds(3400))
            try await mesh.register("s", endpoint: "b", NotingLookup(name: "b", notes: notes))
            try await clock.sleep(for: .milliseconds(3000))
            try await mesh.deregister("s", endpoint: "a")
            try await clock.sleep(for: .seconds(20))
            #expect(notes.lines.last == "b answered")
            #expect(notes.lines.contains("a closed"))
            #expect(try await integration.getFlowStatus("f").retries == 0)
        }
        let answers = Self.answers(out)
        #expect(answers.count == 9)
        #expect(answers.prefix(2) == ["a", "a"])
        #expect(answers.contains("b"))
        #expect(answers.suffix(3) == ["b", "b", "b"])
        #expect(notes.lines.last == "b closed")
    }

    @Test func `an endpoint that leaves while it is asked answers before it closes`() async throws {
        let bench = Bench(mode: .untilStopped)
        let notes = Notes()
        let out = RecordingDestination()
        let mesh = bench.integration.mesh
        mesh.configureIntegration(serviceDiscovery: true)
        try await mesh.register("s", endpoint: "a", NotingLookup(name: "a", notes: notes, duration: .seconds(2)))
        try await bench.integration.createFlow(Self.flow(Self.source(1, staysOpen: true), to: out))
        try await bench.run { _, clock in
            try await clock.sleep(for: .seconds(1))
            try await mesh.deregister("s", endpoint: "a")
            try await clock.sleep(for: .seconds(5))
        }
        #expect(notes.lines == ["a opened", "a asked", "a answered", "a closed"])
        #expect(Self.answers(out) == ["a"])
    }

    @Test func `an endpoint that fails for a while is passed over, one that refuses is not`() async throws {
        let notes = Notes()
        for (code, sent) in [(ErrorCode.noEndpoint, 2), (.lookupMiss, 1)] {
            let bench = Bench()
            let out = RecordingDestination()
            let mesh = bench.integration.mesh
            mesh.configureIntegration(serviceDiscovery: true)
            let error = IntegrationError(code, "no")
            try await mesh.register("s", endpoint: "a", NotingLookup(name: "a", notes: notes, error: error))
            try await mesh.register("s", endpoint: "b", NotingLookup(name: "b", notes: notes))
            try await bench.integration.createFlow(Self.flow(Self.source(2), to: out))
            try await bench.run()
            #expect(out.bodies.count == sent)
            #expect(bench.integration.deadLetters.count == 2 - sent)
        }
    }

    @Test func `an endpoint that can't be opened is left out and logged, and all of them stop the flow`() async throws {
        let bench = Bench()
        let notes = Notes()
        let mesh = bench.integration.mesh
        let out = RecordingDestination()
        mesh.configureIntegration(serviceDiscovery: true)
        let broken = NotingLookup(name: "x", notes: notes, openingError: IntegrationError(.tableMalformed, "bad"))
        try await mesh.register("s", endpoint: "x", broken)
        try await mesh.register("s", endpoint: "y", NotingLookup(name: "y", notes: notes))
        try await bench.integration.createFlow(Self.flow(Self.source(2), to: out))
        try await bench.run()
        #expect(Self.answers(out) == ["y", "y"])
        #expect(
            bench.log.lines.contains { $0.contains("an endpoint could not be opened") && $0.contains("endpoint=x") })

        try await mesh.deregister("s", endpoint: "y")
        try await bench.integration.deleteFlow("f")
        try await bench.integration.createFlow(Self.flow(Self.source(2), to: out))
        try await bench.run()
        guard case .failed(let error) = try await bench.integration.getFlowStatus("f").state else {
            Issue.record("the flow did not fail")
            return
        }
        #expect(error.code == .tableMalformed)
    }

    @Test func `a service without endpoints is tried again until one comes`() async throws {
        let bench = Bench(mode: .untilStopped)
        let mesh = bench.integration.mesh
        let out = RecordingDestination()
        mesh.configureIntegration(serviceDiscovery: true)
        try await mesh.register("s", endpoint: "a", NotingLookup(name: "a", notes: Notes()))
        try await mesh.deregister("s", endpoint: "a")
        let flow = Self.flow(Self.source(1, staysOpen: true), to: out)
            .withErrorHandling(ErrorHandling(maximumAttempts: 9))
        try await bench.integration.createFlow(flow)
        try await bench.run { integration, clock in
            try await clock.sleep(for: .milliseconds(1))
            #expect(try await integration.getFlowStatus("f").parked == 1)
            try await mesh.register("s", endpoint: "b", NotingLookup(name: "b", notes: Notes()))
            try await clock.sleep(for: .seconds(300))
        }
        #expect(Self.answers(out) == ["b"])
    }

    @Test func `what can't be registered or deregistered is refused`() async throws {
        let integration = Bench().integration
        let mesh = integration.mesh
        let lookup = NotingLookup(name: "a", notes: Notes())
        let off = try await refusal { try await mesh.register("s", endpoint: "a", lookup) }
        #expect(off.code == .discoveryOff)
        mesh.configureIntegration(serviceDiscovery: true)
        try await mesh.register("s", endpoint: "a", lookup)
        #expect(try await refusal { try await mesh.register("s", endpoint: "a", lookup) }.code == .endpointExists)
        #expect(try await refusal { try await mesh.deregister("s", endpoint: "b") }.code == .endpointUnknown)
        #expect(try await refusal { try await mesh.deregister("t", endpoint: "a") }.code == .endpointUnknown)
        try await integration.configureConnectors(services: ["fixed": lookup])
        #expect(try await refusal { try await mesh.register("fixed", endpoint: "a", lookup) }.code == .nameTaken)
        #expect(mesh.endpoints(of: "s") == ["a"])
        #expect(mesh.endpoints(of: "fixed").isEmpty)
    }
}
