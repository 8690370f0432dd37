import ConnectorTestSupport
import IntegrationCore
import IntegrationDocument
import IntegrationEngine
import IntegrationTransforms
import Logging
import NIOCore

@testable import HTTPConnector

/// A flow that an HTTP source feeds, run by an engine for the length of a test.
struct ServerUnderTest: Sendable {
    var port = RawClient.freePort()
    var path = "/orders"
    var methods = ["POST"]
    var rules = RequestRules()
    var status = "200"
    var replyHeaders: [(name: String, value: String)] = []
    var replyBody: ConfigurationNode?
    var key: String?
    var readsEvents = false
    var acknowledgement: SourceAcknowledgement?
    var batchSize = 100
    var waiting = 1000
    var concurrency: Int?
    var change: @Sendable (inout ListenerSettings) -> Void = { _ in }
    var steps: [any StepDefinition] = []
    var errorHandling = ErrorHandling()
    var destination: any Destination = Swallowing()
    var name = "flow"
    var ordering = Ordering.none
    /// Whether deliveries are gathered into larger ones.
    var isGathered = false

    static let language: Makers = {
        var catalog = Catalog()
        catalog.registerSteps()
        return catalog.makers
    }()

    func source() throws -> HTTPServerSource {
        var settings = ListenerSettings("127.0.0.1:\(port)")
        change(&settings)
        func text(_ text: String) throws -> any MessageText {
            guard let make = Self.language.text else { preconditionFailure("no language") }
            return try make(TemplateString(text), [:])
        }
        let reply = try ReplyTemplate(
            status: text(status), headers: replyHeaders.map { ($0.name, try text($0.value)) },
            body: replyBody.map { try Self.language.body?($0, [:]) } ?? nil)
        return HTTPServerSource(
            settings: settings, pattern: try RoutePattern(path), methods: methods, rules: rules, reply: reply,
            keys: try key.map { IdempotencyRules(key: try text($0), window: .seconds(3600)) }, readsEvents: readsEvents,
            acknowledgement: acknowledgement ?? .answered(withResults: reply.constant == nil), batchSize: batchSize,
            waitingLimit: waiting, concurrency: concurrency, owner: "the source of \(name)")
    }

    func flow() throws -> Flow {
        let source: any Source =
            isGathered ? BatchingSource(try source(), count: 10, linger: .milliseconds(20)) : try source()
        return Flow(
            name: name, sources: [Flow.Entry("source", source)], steps: steps, destination: "out-\(name)",
            errorHandling: errorHandling, ordering: ordering)
    }

    /// Runs the flow, and others beside it, while `body` talks to it.
    func run<R: Sendable>(
        with others: [ServerUnderTest] = [], storage: Storage? = nil,
        _ body: @escaping @Sendable (RawClient, Engine) async throws -> R
    ) async throws -> R {
        let all = [self] + others
        var destinations: [String: any Destination] = [:]
        for one in all { destinations["out-\(one.name)"] = one.destination }
        let engine = Engine(
            flows: try all.map { try $0.flow() }, destinations: destinations, storage: storage,
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }, processors: 2)
        return try await withThrowingTaskGroup(of: R?.self) { group in
            group.addTask {
                try await engine.run()
                return nil
            }
            let client = RawClient(port: port)
            group.addTask {
                await engine.waitUntilRunning()
                for one in all { await engine.waitUntilStarted(one.name, atMost: .seconds(10)) }
                for one in all {
                    if case .failed(let error) = engine.snapshot(of: one.name)?.state { throw error }
                }
                return try await body(client, engine)
            }
            var result: R?
            while result == nil, let next = try await group.next() { result = next }
            engine.stop()
            try await group.waitForAll()
            guard let result else { throw IntegrationError(.engineNotRunning, "the engine ended first") }
            return result
        }
    }
}

/// Accepts everything.
struct Swallowing: Destination {
    func withSender<R: Sendable>(in context: FlowContext, _ body: (any Sender) async throws -> R) async throws -> R {
        try await body(Throat())
    }

    struct Throat: Sender {
        func send(_ batch: Batch) async throws(IntegrationError) -> SendReport { .accepted }
    }
}

/// A well-formed request.
func post(_ body: String, to path: String = "/orders", _ headers: [String] = []) -> String {
    let lines = ["POST \(path) HTTP/1.1", "Host: test", "Content-Length: \(body.utf8.count)"] + headers
    return lines.joined(separator: "\r\n") + "\r\n\r\n" + body
}

func get(_ path: String, method: String = "GET", _ headers: [String] = []) -> String {
    (["\(method) \(path) HTTP/1.1", "Host: test"] + headers).joined(separator: "\r\n") + "\r\n\r\n"
}
