import ConnectorTestSupport
import IntegrationCore
import RabbitMQClient
import Testing

@Suite(
    "The RabbitMQ destination", .enabled(if: RabbitServer.isInstalled, "\(RabbitServer.absence)"),
    .timeLimit(.minutes(1)))
struct RabbitDestinationTests {
    private let bench: RabbitBench

    init() throws { bench = try RabbitBench() }

    @Test
    func `everything about a message can come from its body`() async throws {
        let report = try await bench.send(
            [#"{"id":"o-1","kind":"created","tenant":"blue"}"#],
            [
                ("routing_key", "order.{{ kind }}"), ("headers", ["x-tenant": "{{ tenant }}", "x-fixed": "yes"]),
                ("message_id", "{{ id }}"), ("message_type", "order.{{ kind }}"), ("correlation_id", "c-{{ id }}"),
                ("reply_to", "answers"), ("priority", 7), ("expiration", "1m"), ("content_type", "text/plain"),
            ])
        #expect(report.refused.isEmpty)
        let got = try #require(try await bench.take(1).first)
        #expect(got.routingKey == "order.created")
        #expect(got.exchange == bench.exchange)
        let properties = got.properties
        #expect(properties.headers["x-tenant"] == .string("blue"))
        #expect(properties.headers["x-fixed"] == .string("yes"))
        #expect(properties.messageID == "o-1")
        #expect(properties.type == "order.created")
        #expect(properties.correlationID == "c-o-1")
        #expect(properties.replyTo == "answers")
        #expect(properties.priority == 7)
        #expect(properties.expiration == "60000")
        #expect(properties.contentType == "text/plain")
        #expect(properties.isPersistent)
    }

    @Test
    func `without options a message bears its own id, is persistent and said to be JSON`() async throws {
        _ = try await bench.send(["{}", "{}"], [("routing_key", "order.created")])
        let got = try await bench.take(2)
        #expect(got.map(\.properties.messageID) == (0..<2).map { MessageID(high: 1, low: $0).description })
        #expect(got.allSatisfy { $0.properties.isPersistent && $0.properties.contentType == "application/json" })
        // Nothing of ours travels with it but the trace.
        #expect(got.map { $0.properties.headers.entries.map(\.name) } == [["traceparent"], ["traceparent"]])
    }

    @Test
    func `what reaches no queue is refused for good, and said where it was to go`() async throws {
        let report = try await bench.send(
            [#"{"key":"a"}"#, #"{"key":"b"}"#, #"{"key":"a"}"#], [("routing_key", "{{ key }}")],
            connector: bench.connector("a"))
        #expect(report.refused.map(\.index) == [1])
        let error = report.refused[0].error
        #expect(error.code == .amqpUnroutable && !error.isRetryable)
        #expect(error.message.contains("`\(bench.exchange)`") && error.message.contains("`b`"))
        #expect(try await bench.take(2).map(\.text) == [#"{"key":"a"}"#, #"{"key":"a"}"#])
    }

    @Test
    func `with mandatory false it may vanish`() async throws {
        let report = try await bench.send(
            ["{}"], [("routing_key", "nobody"), ("mandatory", false)], connector: bench.connector("a"))
        #expect(report.refused.isEmpty)
    }

    @Test(arguments: [#"a\r\nb"#, #"a\u0000b"#, #"a\u007fb"#, String(repeating: "k", count: 256)])
    func `a routing key, header or id from a message that can't be is refused alone`(_ value: String) async throws {
        let bodies = [#"{"v":"good"}"#, "{\"v\":\"\(value)\"}", #"{"v":"good"}"#]
        for option in ["routing_key", "message_id", "correlation_id", "message_type", "reply_to"] {
            let fixed: [(String, ConfigurationNode)] = option == "routing_key" ? [] : [("routing_key", "k")]
            let report = try await bench.send(bodies, fixed + [(option, "{{ v }}")])
            #expect(report.refused.map(\.index) == [1], "\(option)")
            #expect(report.refused.first?.error.code == .amqpMessageInvalid, "\(option)")
        }
        #expect(try await bench.take(10).map(\.text) == Array(repeating: #"{"v":"good"}"#, count: 10))
    }

    @Test
    func `a template that fails for one message fails that message alone`() async throws {
        let report = try await bench.send(
            [#"{"k":"a"}"#, "{}", "no JSON"], [("routing_key", "{{ k }}")])
        #expect(report.refused.map(\.index) == [1, 2])
        #expect(report.refused.allSatisfy { !$0.error.isRetryable })
        #expect(try await bench.take(1).map(\.text) == [#"{"k":"a"}"#])
    }

    @Test
    func `an exchange that is missing is nobody's fault: messages wait`() async throws {
        let destination = try RabbitMakers(["url": bench.url]).destination([
            "connector": "broker", "exchange": "missing", "routing_key": "k",
        ])
        let error = await failure {
            try await destination.withSender(in: .quiet()) { _ = try await $0.send(Batch(["1", "2"])) }
        }
        #expect(error?.code == .amqpNotFound)
        #expect(error?.code.retryClass == .connection)
    }
}
