import IntegrationConfiguration
import IntegrationCore
import Testing

@Suite struct SampleTests {
    static let secrets = ["CUSTOMER_API_TOKEN": "s1", "RABBIT_PASSWORD": "s2", "INTAKE_TOKEN": "s3"]

    @Test(arguments: ["seed/plugins", "seed/flows"])
    func `Each of the seed's samples passes check by itself, with warnings, and blocks a run`(name: String) throws {
        let loaded = SampleCatalog.loader().load(paths: ["\(SampleCatalog.golden)/\(name).yaml"])
        #expect(loaded.diagnostics.count(.error) == 0, "\(loaded.report())")
        #expect(loaded.diagnostics.count(.warning) > 0)
        #expect(loaded.diagnostics.blocksRun)
        #expect(loaded.document != nil)
    }

    @Test func `The seed's connectors pass check without a remark`() {
        let loaded = SampleCatalog.loader().load(paths: ["\(SampleCatalog.golden)/seed/connectors.yaml"])
        #expect(loaded.diagnostics.all.isEmpty, "\(loaded.report())")
        #expect(loaded.document != nil)
    }

    @Test func `What is missing in the seed's flow is named`() {
        let loaded = SampleCatalog.loader().load(paths: ["\(SampleCatalog.golden)/seed/flows.yaml"])
        #expect(
            loaded.diagnostics.sorted.map { "\($0.severity) \($0.code) \($0.span.location.line) \($0.message)" } == [
                "note IE1055 1 without `storage:` state lives in memory, and files are read from the beginning on every run",
                "warning IE1053 2 flow `order-sync` has no destination",
                "warning IE1052 5 the queue `orders` is not declared and is created",
                "warning IE1051 12 there is no template named `order-template`",
                "warning IE1051 17 there is no schema named `order-schema`",
            ])
    }

    @Test func `The example of the design has no mistake, and says what is not in this build`() throws {
        let loaded = SampleCatalog.loader(Self.secrets).load(paths: ["\(SampleCatalog.golden)/example/integration.yaml"]
        )
        #expect(loaded.diagnostics.count(.error) == 0, "\(loaded.report())")
        let codes = Set(loaded.diagnostics.all.map(\.code))
        #expect(codes == [.notInThisBuild, .includeMatchesNothing], "\(loaded.report())")
        let document = try #require(loaded.document)
        #expect(document.name == "shop")
        #expect(document.flows.map(\.name) == ["order-intake", "order-sync", "high-value-out", "regular-out"])
        let sync = document.flows[1].value
        #expect(sync.steps.map(\.name) == ["transform", "validate", "enrich", "route"])
        #expect(sync.steps[2].timeout == .seconds(2))
        #expect(sync.steps[2].concurrency == 16)
        #expect(sync.errorHandling.retry.retryOn == [.serverError, .timeout])
        #expect(sync.errorHandling.retry.backoff.jitter == .ratio(0.2))
        #expect(sync.monitoring.logging.redact == ["$.customer.email"])
        #expect(sync.sources[0].fields[SampleCatalog.batchSize] == 100)
        guard case .named(let dlq)? = sync.errorHandling.dlq else {
            Issue.record("the dead-letter queue is not a name")
            return
        }
        #expect(document.names.resolve(dlq) == .queue)
        guard case .inline(let out)? = document.flows[2].value.destination, case .named(let through)? = out.connection
        else {
            Issue.record("the destination is not written through a connector")
            return
        }
        #expect(out.type.name == "rabbitmq")
        #expect(through.name == "rabbitmq")
        #expect(document.storage?.path.resolved == "\(SampleCatalog.golden)/example/./data")
        #expect(document.grace == .seconds(30))
    }

    @Test(arguments: ["http-durable", "http-map", "order-sync", "order-sync-durable"])
    func `The files of the benchmark are read as written`(name: String) throws {
        let loaded = SampleCatalog.loader().load(paths: ["\(SampleCatalog.golden)/bench/\(name).yaml"])
        #expect(loaded.diagnostics.count(.error) == 0, "\(loaded.report())")
        let others = loaded.diagnostics.all.filter {
            ![ErrorCode.notInThisBuild, .stateInMemory, .cannotBrowse].contains($0.code)
        }
        #expect(others.isEmpty, "\(loaded.report())")
        #expect(loaded.document != nil)
    }

    @Test func `The seed's samples together are one configuration`() {
        let loaded = SampleCatalog.loader().load(paths: ["\(SampleCatalog.golden)/seed"])
        #expect(loaded.diagnostics.count(.error) == 0, "\(loaded.report())")
        #expect(loaded.document?.connectors.count == 2)
        #expect(loaded.document?.plugins.first?.value.services.map(\.name) == ["s3", "sqs"])
    }
}
