import IntegrationConfiguration
import IntegrationCore
import IntegrationEngine
import Testing

@Suite struct LoweringTests {
    private static let catalog: Catalog = {
        let nothing = FieldTable("nothing", summary: "No options.", fields: [])
        var catalog = Catalog()
        catalog.register(source: "none", nothing) { _, _ in NoSource() }
        catalog.register(destination: "none", nothing) { _, _ in NoDestination() }
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
