import IntegrationCore
import IntegrationDocument
import IntegrationTesting
import Testing

@testable import HTTPConnector

@Suite("CloudEvents that come in", .timeLimit(.minutes(1)))
struct ServerEventTests {
    private func server(_ out: RecordingDestination) -> ServerUnderTest {
        var server = ServerUnderTest()
        server.destination = out
        server.readsEvents = true
        server.replyBody = .string("{{ $meta.cloudevent.type }} {{ $meta.cloudevent.id }}")
        server.steps = [
            StepFunction("judge") { message, arena throws(IntegrationError) in
                if try message.parsed(in: arena)["bad"] != nil { throw IntegrationError(.schemaRequired, "no") }
                return .keep
            }
        ]
        return server
    }

    private let attributes = ["ce-specversion: 1.0", "ce-id: 7", "ce-source: /s", "ce-type: t"]

    @Test("An event in headers, one as JSON, and a batch: their data are the messages")
    func forms() async throws {
        let out = RecordingDestination()
        try await server(out).run { client, _ async throws in
            let binary = try await client.send([post(#"{"n":1}"#, attributes + ["Content-Type: application/json"])])
            #expect(binary.status == 200)
            #expect(binary.body == "t 7")
            let one = #"{"specversion":"1.0","id":"a","source":"/s","type":"u","data":{"n":2}}"#
            let structured = try await client.send([post(one, ["Content-Type: application/cloudevents+json"])])
            #expect(structured.body == "u a")
            let batch = "[\(one),\(one.replacing(#""n":2"#, with: #""n":3"#))]"
            #expect(
                try await client.send([post(batch, ["Content-Type: application/cloudevents-batch+json"])]).status == 200
            )
        }
        #expect(out.bodies.sorted() == [#"{"n":1}"#, #"{"n":2}"#, #"{"n":2}"#, #"{"n":3}"#])
    }

    @Test("What carries no event is 400, an event that a step refuses 422 for the whole batch")
    func refusals() async throws {
        let out = RecordingDestination()
        try await server(out).run { client, _ async throws in
            #expect(try await client.send([post("{}")]).status == 400)
            #expect(try await client.send([post("{}", Array(attributes.dropFirst(2)))]).status == 400)
            let wrong = try await client.send([post("[]", ["Content-Type: application/cloudevents-batch+json"])])
            #expect(wrong.status == 400)
            let batch = [#"{"n":1}"#, #"{"bad":1}"#].map {
                #"{"specversion":"1.0","id":"a","source":"/s","type":"u","data":\#($0)}"#
            }
            let mixed = try await client.send([
                post("[\(batch.joined(separator: ","))]", ["Content-Type: application/cloudevents-batch+json"])
            ])
            #expect(mixed.status == 422)
        }
    }
}
