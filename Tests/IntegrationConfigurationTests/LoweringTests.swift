import IntegrationConfiguration
import IntegrationCore
import IntegrationEngine
import IntegrationResilience
import Logging
import Synchronization
import Testing

@Suite struct LoweringTests {
    private static let catalog: Catalog = {
        let nothing = FieldTable("nothing", summary: "No options.", fields: [])
        var catalog = Catalog()
        catalog.register(source: "none", nothing) { _, _ in NoSource() }
        catalog.register(destination: "none", nothing) { _, _ in NoDestination() }
        let link = FieldTable("link", summary: "A connector.", fields: ConnectorFields.all)
        catalog.register(TypeDescription(.connector, "link", link))
        catalog.register(destination: "linked", nothing, connector: "link") { _, _ in NoDestination() }
        catalog.register(service: "linked", nothing, connector: "link") { _, _ in NoLookup() }
        catalog.register(step: "ask", nothing, waits: true) { configuration, _ in NoStep(name: configuration.name) }
        return catalog
    }()

    /// The only flow of a configuration that has no mistake.
    private func flow(source: String, step: String) throws -> Flow {
        let text = """
            version: 1
            flows:
              f:
                source: \(source)
                steps: [\(step)]
                destination: {type: none}
            """
        let loaded = ConfigurationLoader(catalog: Self.catalog).load(text: text)
        #expect(!loaded.diagnostics.hasErrors, "\(loaded.report())")
        let plan = try EnginePlan(try #require(loaded.document), catalog: Self.catalog)
        return try #require(plan.flows.first)
    }

    @Test func `A flow's version tells one wording from another, and not one layout from another`() throws {
        let one = try flow(source: "{type: none}", step: "{type: ask}")
        #expect(one.version.count == 16)
        #expect(try flow(source: "{ type:  none }", step: "{type: 'ask'}").version == one.version)
        #expect(try flow(source: "{type: none, batch: {count: 7}}", step: "{type: ask}").version != one.version)
    }

    @Test func `The batch of a source is gathered as it says`() throws {
        let flow = try flow(source: "{type: none, batch: {count: 7, bytes: 3KiB, linger: 50ms}}", step: "{type: ask}")
        let source = try #require(flow.sources[0].source as? BatchingSource)
        #expect(source.source is NoSource)
        #expect(source.count == 7)
        #expect(source.bytes == 3072)
        #expect(source.linger == .milliseconds(50))
    }

    @Test func `A source without a batch is left as it is`() throws {
        #expect(try flow(source: "{type: none}", step: "{type: ask}").sources[0].source is NoSource)
    }

    @Test(
        arguments: [
            ("timeout: 2s", Duration.seconds(2), nil), ("concurrency: 16", nil, 16),
            ("timeout: 1m, concurrency: 1", .seconds(60), 1),
        ] as [(String, Duration?, Int?)])
    func `Timeout and concurrency beside a step limit it`(text: String, timeout: Duration?, concurrency: Int?) throws {
        let flow = try flow(source: "{type: none}", step: "{name: slow, type: ask, \(text)}")
        let step = try #require(flow.steps[0] as? LimitedStep)
        #expect(step.name == "slow")
        #expect(step.step is NoStep)
        #expect(step.timeout == timeout)
        #expect(step.concurrency == concurrency)
    }

    @Test func `A destination is told the name that the engine opens it under`() throws {
        let names = Mutex<[String]>([])
        var catalog = Self.catalog
        catalog.register(destination: "named", FieldTable("named", summary: "No options.", fields: [])) { _, context in
            names.withLock { $0.append(context.destinationName) }
            return NoDestination()
        }
        catalog.registerCombinations()
        let text = """
            version: 1
            destinations: {d: {type: named}, both: {type: broadcast, destinations: [{type: named}, {type: named}, d]}}
            flows:
              f: {source: {type: none}, destination: {type: named}}
              g: {source: {type: none}, destination: both}
            """
        let loaded = ConfigurationLoader(catalog: catalog).load(text: text)
        #expect(!loaded.diagnostics.hasErrors, "\(loaded.report())")
        let plan = try EnginePlan(try #require(loaded.document), catalog: catalog)
        let told = names.withLock { $0 }
        #expect(told.sorted() == ["d", "f/1", "g/1", "g/2"])
        #expect(told.allSatisfy { plan.destinations[$0] is NoDestination })
    }

    /// What a configuration with connectors is made into.
    private func plan(
        _ connectors: String, _ destinations: String = "d: {connector: a}", known: ConnectorDirectory = .init()
    ) throws -> EnginePlan {
        let text = """
            version: 1
            connectors: {\(connectors)}
            services: {s: {connector: a}}
            destinations: {\(destinations), plain: {type: none}}
            flows:
              f:
                source: {type: none}
                steps: [{type: ask}]
                destination: d
              g:
                source: {type: none}
                steps: [{type: ask}]
                destination: plain
            """
        let loaded = ConfigurationLoader(catalog: Self.catalog).load(text: text)
        #expect(!loaded.diagnostics.hasErrors, "\(loaded.report())")
        return try EnginePlan(try #require(loaded.document), catalog: Self.catalog, connectors: known)
    }

    @Test func `Everything that goes through a connector shares its guard, and nothing else has one`() throws {
        let plan = try plan("a: {type: link}")
        let guarding = try #require(plan.connectors["a"])
        #expect((plan.destinations["d"] as? GuardedDestination)?.guarding === guarding)
        #expect(plan.destinations["plain"] is NoDestination)
        #expect(plan.lookups["s"].map { !($0 is NoLookup) } == true)
        #expect(plan.connectors.guards.count == 1)
        #expect(plan.engine(logger: Logger(label: "test"), processors: 1).connectorStatuses.map(\.name) == ["a"])
    }

    @Test func `The options of a guard are those of the connector, and by default sensible`() throws {
        let usual = try #require(try plan("a: {type: link}").connectors["a"]).options
        #expect(usual.timeout == .seconds(30))
        #expect(usual.retry == nil)
        #expect(usual.rate == nil)
        #expect(usual.maximumConcurrent == 32)
        #expect(usual.breaker.window == .time(.seconds(30)))
        #expect(usual.breaker.unreachable.initial == .seconds(1))
        let text = """
            a: {type: link, timeout: 30s, retry: {max_attempts: 3, backoff: {type: linear, initial: 1s, step: 1s}},
            rate_limit: {requests_per_second: 100, burst_size: 10}, bulkhead: {max_concurrent: 5, max_wait: 2s},
            circuit_breaker: {window_requests: 20, slow_call: 2s, slow_ratio: 0.8, open_for: 5s, probes: 2}}
            """
        let written = try #require(try plan(text.replacing("\n", with: " ")).connectors["a"]).options
        #expect(written.retry?.maximumAttempts == 3)
        #expect(written.retry?.backoff.growth == .linear(step: .seconds(1)))
        #expect(written.rate == .init(perSecond: 100, burst: 10))
        #expect(written.maximumConcurrent == 5)
        #expect(written.longestWait == .seconds(2))
        #expect(written.breaker.window == .count(20))
        #expect(written.breaker.slowCall == .seconds(2))
        #expect(written.breaker.slowRatio == 0.8)
        #expect(written.breaker.probes == 2)
        #expect(written.breaker.backoff.initial == .seconds(5))
        #expect(written.breaker.backoff.maximum == .seconds(60))
        #expect(written.breaker.unreachable.maximum == .seconds(5))
        let adaptive = try #require(
            try plan("a: {type: link, adaptive_concurrency: {min: 2, max: 50}}").connectors["a"])
        #expect(adaptive.options.adaptive == 2...50)
        #expect(adaptive.options.maximumConcurrent == 50)
    }

    @Test func `The guard of a connector that is what it was stays, and so does no other`() throws {
        let first = try plan("a: {type: link}")
        let same = try plan("a: {type: link}", known: first.connectors.only(["a"]))
        #expect(same.connectors["a"] === first.connectors["a"])
        #expect(try plan("a: {type: link}").connectors["a"] !== first.connectors["a"])
        let changed = try plan("a: {type: link, timeout: 1s}", known: first.connectors)
        #expect(changed.connectors["a"] !== first.connectors["a"])
        let gone = try plan("b: {type: link}, a: {type: link}", "d: {connector: b}", known: first.connectors)
        #expect(gone.connectors["b"] != nil)
    }

    @Test func `Options that make no sense together are mistakes`() {
        for text in [
            "circuit_breaker: {window: 5s, window_requests: 5}", "circuit_breaker: {slow_ratio: 0.5}",
            "adaptive_concurrency: {min: 5, max: 4}",
        ] {
            let loaded = ConfigurationLoader(catalog: Self.catalog).load(
                text: "version: 1\nconnectors: {a: {type: link, \(text)}}\n")
            #expect(loaded.diagnostics.hasErrors, "\(text)")
        }
    }

    @Test func `A step without limits is left as it is`() throws {
        #expect(try flow(source: "{type: none}", step: "{type: ask}").steps[0] is NoStep)
    }
}

/// Parts that are described and never run.
private struct NoSource: Source {
    var guarantee: DeliveryGuarantee { .bestEffort }
    var isFinite: Bool { true }

    func withReceiver<R: Sendable>(
        in context: FlowContext, _ body: (any Receiver) async throws -> R
    ) async throws -> R { throw CancellationError() }
}

private struct NoDestination: Destination {
    func withSender<R: Sendable>(
        in context: FlowContext, _ body: (any Sender) async throws -> R
    ) async throws -> R { throw CancellationError() }
}

private struct NoStep: StepDefinition {
    let name: String

    func makeStep(_ build: FlowBuild) throws(IntegrationError) -> BuiltStep {
        throw IntegrationError(.cannotBuild, "nobody builds it")
    }
}

private struct NoLookup: Lookup {
    func withFinder<R: Sendable>(
        in context: FlowContext, _ body: (any Finder) async throws -> R
    ) async throws -> R { throw CancellationError() }
}
