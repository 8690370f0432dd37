import ConnectorTestSupport
import IntegrationCore
import RabbitMQClient
import Testing

/// What a real broker makes of what a destination sends.
@Suite(
    "What a broker makes of messages", .enabled(if: RabbitServer.isInstalled, "\(RabbitServer.absence)"),
    .timeLimit(.minutes(1)))
struct RabbitEffectTests {
    private let bench: RabbitBench

    init() throws { bench = try RabbitBench() }

    /// Straight to the queue.
    private func send(
        _ bodies: [String], _ options: [(String, ConfigurationNode)], url: ConfigurationNode? = nil,
        arguments: ConfigurationNode = .mapping([])
    ) async throws -> SendReport {
        let connector: ConfigurationNode = [
            "url": url ?? bench.url, "queues": [["name": .string(bench.queue), "arguments": arguments]],
        ]
        let destination = try RabbitMakers(connector).destination(
            .mapping([("connector", "broker"), ("routing_key", .string(bench.queue))] + options))
        return try await destination.withSender(in: .quiet()) { try await $0.send(Batch(bodies)) }
    }

    @Test
    func `a message that has expired does not come`() async throws {
        _ = try await send(["short"], [("expiration", "50ms")])
        try await Task.sleep(for: .milliseconds(200))
        _ = try await send(["long"], [("expiration", "1m")])
        #expect(try await bench.take(1).map(\.text) == ["long"])
    }

    @Test
    func `what is more urgent comes first in a queue of priorities`() async throws {
        for priority in [1, 9, 5] {
            _ = try await send(
                ["\(priority)"], [("priority", ConfigurationNode(integerLiteral: priority))],
                arguments: ["x-max-priority": 10])
        }
        #expect(try await bench.take(3).map(\.text) == ["9", "5", "1"])
    }

    @Test
    func `a body larger than the broker takes is refused alone`() async throws {
        let server = try RabbitServer("max_message_size = 100000")
        let large = String(repeating: "x", count: 200_000)
        let report = try await send(
            ["small", large, "small"], [], url: .string("amqp://127.0.0.1:\(server.port)"))
        let refused = try #require(report.refused.first { $0.index == 1 })
        #expect(refused.error.code == .amqpMessageInvalid)
        #expect(refused.error.causes.joined().contains("larger than"))
        // Its neighbours are sent again: the broker ended the channel before it confirmed them.
        #expect(report.refused.allSatisfy { $0.index == 1 || $0.error.isRetryable })
        let again = try await send(["small"], [], url: .string("amqp://127.0.0.1:\(server.port)"))
        #expect(again.refused.isEmpty)
    }

    @Test(arguments: [#"a\r\nb"#, #"a\nb"#, #"a\u0000b"#])
    func `a header from a message that holds a line break or a zero is refused alone`(_ value: String) async throws {
        let bodies = [#"{"v":"good"}"#, "{\"v\":\"\(value)\"}", #"{"v":"good"}"#]
        let report = try await send(bodies, [("headers", ["x-v": "{{ v }}"])])
        #expect(report.refused.map(\.index) == [1])
        #expect(report.refused.first?.error.code == .amqpMessageInvalid)
        #expect(try await bench.take(2).allSatisfy { $0.properties.headers["x-v"] == .string("good") })
    }

    @Test
    func `16 MiB and a thousand headers go through`() async throws {
        let headers = (0..<1_000).map { ("x-header-\($0)", ConfigurationNode.string("value \($0)")) }
        let body = "\"" + String(repeating: "0123456789abcdef", count: 1 << 20) + "\""
        #expect(try await send([body], [("headers", .mapping(headers))]).refused.isEmpty)
        let source = try bench.source()
        let got = try #require(try await bench.received(1, from: source).first)
        #expect(got.text == body)
        #expect(got.metadata?.contains(#""x-header-999":"value 999""#) == true)
    }
}
