import ConnectorTestSupport
import IntegrationCore
import IntegrationDocument
import NIOHTTP1
import TestSupport
import Testing

@testable import HTTPConnector

@Suite("CloudEvents over HTTP")
struct CloudEventTests {
    private func read(_ headers: [(String, String)], _ body: String) throws -> [CloudEvent] {
        try CloudEventReader.read(HTTPHeaders(headers), body.utf8)
    }

    private func text(_ event: CloudEvent) -> String { String(decoding: event.data ?? [], as: UTF8.self) }

    private let required = [("ce-specversion", "1.0"), ("ce-id", "1"), ("ce-source", "/s"), ("ce-type", "t")]

    @Test(
        "The scenarios of the conformance suite give their attributes and data",
        .enabled(if: Suites.have("cloudevents-conformance"), "\(Suites.absence("cloudevents-conformance"))"))
    func suite() throws {
        let path = Suites.path("cloudevents-conformance", "features/http-protocol-binding.feature")
        let scenarios = try CloudEventFeature.read(path)
        #expect(scenarios.count == 4)
        for scenario in scenarios {
            let event = try #require(try read(scenario.headers, scenario.body).first)
            var attributes = event.attributes
            attributes["datacontenttype"] = event.contentType
            #expect(attributes == scenario.attributes)
            let data = try #require(event.data)
            #expect(try Document(data) == Document(scenario.data))
        }
    }

    @Test(
        "An event survives each mode, whatever its data",
        arguments: [
            ("application/json", #"{"a": 1.50, "b": ["ü"]}"#), ("application/json", #""text""#),
            ("text/plain; charset=utf-8", "Hello, 🌎!"), ("application/xml", "<a>ä</a>"),
            ("application/octet-stream", "\u{0}\u{1}"), ("application/vnd.api+json", "[1]"),
        ])
    func roundTrips(_ type: String, _ data: String) throws {
        let event = try CloudEvent(
            [
                "specversion": "1.0", "id": "1 %\"ä", "source": "/s?x=1", "type": "t", "subject": "Euro € 😀",
                "comexample1": "value",
            ], contentType: type, data: Array(data.utf8))
        var headers = HTTPHeaders()
        CloudEventWriter.write(event, to: &headers)
        #expect(headers.allSatisfy { $0.value.utf8.allSatisfy { $0 >= 0x20 && $0 < 0x7F } })
        #expect(try CloudEventReader.read(headers, data.utf8) == [event])

        var out = OutputBuffer()
        event.write(to: &out)
        let structured = out.withBytes { String(decoding: $0, as: UTF8.self) }
        let found = try #require(try read([("content-type", CloudEvent.structuredType)], structured).first)
        #expect(found.attributes == event.attributes)
        #expect(found.contentType == event.contentType)
        if event.isJSON {
            #expect(try Document(text(found)) == Document(data))
        } else {
            #expect(text(found) == data)
        }
        let batch = try read([("Content-Type", CloudEvent.batchedType)], "[\(structured),\(structured)]")
        #expect(batch == [found, found])
    }

    @Test("Header values lose their quotes and percent-encoding")
    func headerValues() throws {
        let event = try read(required + [("ce-subject", #""Euro%20\"%E2%82%AC\"%20%F0%9F%98%80""#)], "")
        #expect(event.first?.attributes["subject"] == #"Euro "€" 😀"#)
        #expect(event.first?.data == nil)
        #expect(try read(required + [("ce-subject", "100%")], "").first?.attributes["subject"] == "100%")
    }

    @Test(
        "What is no event is refused with a reason",
        arguments: [
            ([("ce-specversion", "1.0"), ("ce-id", "1"), ("ce-source", "/s")], "", "the attribute `type` is missing"),
            ([("ce-specversion", "0.3"), ("ce-id", "1"), ("ce-source", "/s"), ("ce-type", "t")], "", "only 1.0"),
            ([("content-type", "application/cloudevents+avro")], "", "send them as JSON"),
            ([("content-type", "application/cloudevents+json")], "[]", "no JSON object"),
            ([("content-type", "application/cloudevents+json")], "{", "the body is no JSON"),
            ([("content-type", "application/cloudevents-batch+json")], "{}", "no JSON array"),
            ([("content-type", "application/cloudevents-batch+json")], "[{}]", "is missing"),
            ([("content-type", "application/json")], "{}", "no `ce-specversion` header"),
            (
                [("content-type", "application/cloudevents+json")],
                #"{"specversion":"1.0","id":"1","source":"s","type":"t","data":1,"data_base64":"AA=="}"#,
                "both `data` and"
            ),
            (
                [("content-type", "application/cloudevents+json")],
                #"{"specversion":"1.0","id":"1","source":"s","type":"t","data_base64":"?"}"#, "not in base 64"
            ),
            (
                [("content-type", "application/cloudevents+json")],
                #"{"specversion":"1.0","id":{},"source":"s","type":"t"}"#, "the attribute `id` is neither"
            ),
            (
                [("content-type", "application/cloudevents+json")],
                #"{"specversion":"1.0","id":"1","source":"s","type":"t","Bad_Name":"x"}"#, "`Bad_Name` is no name"
            ),
        ])
    func refused(_ headers: [(String, String)], _ body: String, _ reason: String) throws {
        let error = #expect(throws: IntegrationError.self) { _ = try read(headers, body) }
        #expect(error?.code == .cloudEventInvalid)
        #expect(error?.message.contains(reason) == true, "\(error?.message ?? "")")
    }

    @Test("A destination sends messages as events in each mode")
    func destination() async throws {
        let server = try ScriptedServer()
        let attributes: ConfigurationNode = [
            "type": "order.created", "source": "/orders", "subject": "Größe {{ size }}",
            "extensions": ["tenant": "blue"],
        ]
        for mode in ["binary", "structured", "batched"] {
            var events = attributes
            events.content = .mapping(
                ConfigurationMapping((attributes.mapping?.entries ?? []) + [.init(key: "mode", value: .string(mode))]))
            let report = try await Exchange.send(
                [#"{"size": 1.50}"#, #"{"size": 2}"#],
                to: ["connector": "rest", "path": "/echo", "cloudevents": events],
                connector: ["base_url": .string(server.url)])
            #expect(report.refused.isEmpty)
        }
        let notes = try await server.notes()
        #expect(notes.count == 5)
        #expect(
            notes[0].headers["ce-subject"] == "Gr%C3%B6%C3%9Fe%201.50"
                || notes[0].headers["ce-subject"] == "Gr%C3%B6%C3%9Fe%201.5")
        var found: [CloudEvent] = []
        for note in notes { found += try read(note.headers.map { ($0.key, $0.value) }, note.body) }
        #expect(found.count == 6)
        let ids = (0..<2).map { MessageID(high: 1, low: $0).description }
        #expect(found.map { $0.attributes["id"] } == ids + ids + ids)
        for event in found {
            #expect(event.attributes["type"] == "order.created")
            #expect(event.attributes["tenant"] == "blue")
            #expect(event.contentType == "application/json")
        }
        #expect(text(found[0]) == #"{"size": 1.50}"#)
        #expect(text(found[4]) == #"{"size":1.50}"#)
    }
}
