import ConnectorTestSupport
import IntegrationCore
import IntegrationDocument
import RabbitMQClient
import Testing

@Suite(
    "CloudEvents over RabbitMQ", .enabled(if: RabbitServer.isInstalled, "\(RabbitServer.absence)"),
    .timeLimit(.minutes(1)))
struct RabbitEventTests {
    private let bench: RabbitBench

    init() throws { bench = try RabbitBench() }

    private func options(_ mode: String) -> [(String, ConfigurationNode)] {
        [
            ("routing_key", "k"),
            (
                "cloudevents",
                [
                    "mode": .string(mode), "type": "order.{{ kind }}", "source": "/orders", "subject": "{{ id }}",
                    "extensions": ["tenant": "blue"],
                ]
            ),
        ]
    }

    @Test
    func `binary events bear their attributes in headers`() async throws {
        let body = #"{"id":"o-1","kind":"created"}"#
        _ = try await bench.send([body], options("binary"))
        let got = try #require(try await bench.take(1).first)
        #expect(got.text == body)
        #expect(got.properties.contentType == "application/json")
        let headers = got.properties.headers
        #expect(headers["cloudEvents:specversion"] == .string("1.0"))
        #expect(headers["cloudEvents:type"] == .string("order.created"))
        #expect(headers["cloudEvents:subject"] == .string("o-1"))
        #expect(headers["cloudEvents:tenant"] == .string("blue"))
        #expect(headers["cloudEvents:id"] == .string(MessageID(high: 1, low: 0).description))
    }

    @Test(arguments: ["binary", "structured"])
    func `what is sent as an event is read as one`(_ mode: String) async throws {
        let body = #"{"id":"o-1","kind":"created"}"#
        _ = try await bench.send([body], options(mode))
        let got = try await bench.received(1, from: bench.source([("cloudevents", true)]))
        #expect(got.map(\.text) == [body])
        let known = try Document(Array((got.first?.metadata ?? "").utf8))
        let event = try #require(known.json.firstRange(of: #""cloudevent":"#))
        #expect(known.json[event.upperBound...].contains(#""type":"order.created""#))
        #expect(known.json[event.upperBound...].contains(#""datacontenttype":"application/json""#))
    }

    @Test
    func `what is no event fails by itself and keeps its body`() async throws {
        try await bench.feed([
            bench.message("no event"),
            bench.message("{}") {
                $0.headers = ["cloudEvents_specversion": .string("1.0"), "cloudEvents_id": .integer(7)]
            },
            bench.message("{\"broken") { $0.contentType = "application/cloudevents+json" },
            bench.message("x") {
                $0.headers = [
                    "cloudEvents_specversion": .string("1.0"), "cloudEvents_id": .integer(7),
                    "cloudEvents_source": .string("/s"), "cloudEvents_type": .string("t"),
                ]
            },
        ])
        let got = try await bench.received(4, from: bench.source([("cloudevents", true)]))
        try #require(got.count == 4)
        #expect(got.map(\.failure) == [.cloudEventInvalid, .cloudEventInvalid, .cloudEventInvalid, nil])
        #expect(got.map(\.text) == ["no event", "{}", "{\"broken", "x"])
    }
}
