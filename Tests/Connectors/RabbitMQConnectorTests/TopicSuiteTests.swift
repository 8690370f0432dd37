import ConnectorTestSupport
import IntegrationCore
import IntegrationDocument
import IntegrationTesting
import RabbitMQClient
import TestSupport
import Testing

/// The public suite of topic bindings, by bindings of a connector and messages of a destination.
@Suite(
    "Bindings of topic exchanges", .enabled(if: RabbitServer.isInstalled, "\(RabbitServer.absence)"),
    .enabled(if: Suites.have("amqp-topics"), "\(Suites.absence("amqp-topics"))"), .timeLimit(.minutes(1)))
struct TopicSuiteTests {
    @Test
    func `each queue gets the routing keys that its pattern matches, and no others`() async throws {
        let text = try #require(TemporaryFolder.contents(of: Suites.path("amqp-topics", "vectors.json")))
        let suite = try Document(text)
        let bench = try RabbitBench()
        let (bindings, expected) = suite.withRoot { root in
            (
                root["bindings"]?.elements.map { ($0["pattern"]?.string ?? "", $0["queue"]?.string ?? "") } ?? [],
                root["expect"]?.elements.map { one in
                    (one["routing_key"]?.string ?? "", Set(one["queues"]?.elements.compactMap(\.string) ?? []))
                } ?? []
            )
        }
        try #require(bindings.count == 26 && expected.count == 12)
        func name(_ queue: String) -> String { "\(bench.queue)-\(queue)" }
        let queues: [ConfigurationNode] = bindings.map { pattern, queue in
            [
                "name": .string(name(queue)), "auto_delete": true,
                "bindings": [["exchange": .string(bench.exchange), "routing_key": .string(pattern)]],
            ]
        }
        let connector: ConfigurationNode = [
            "url": bench.url, "exchanges": [["name": .string(bench.exchange), "type": "topic", "auto_delete": true]],
            "queues": .sequence(queues),
        ]
        let bodies = expected.map { #"{"key":"\#($0.0)"}"# }
        let report = try await bench.send(bodies, [("routing_key", "{{ key }}")], connector: connector)
        #expect(report.refused.isEmpty)
        // Behind everything that a queue got.
        let marks = bindings.map { AMQPMessage(routingKey: name($0.1), properties: .init(), body: Array("end".utf8)) }
        for outcome in try await bench.publish(marks) { #expect(outcome == nil) }
        for (pattern, queue) in bindings {
            let wanted = Set(expected.filter { $0.1.contains(queue) }.map { #"{"key":"\#($0.0)"}"# })
            let got = try await bench.take(wanted.count + 1, from: name(queue)).map(\.text)
            #expect(Set(got) == wanted.union(["end"]), "`\(pattern)`")
            #expect(got.count == wanted.count + 1 && got.last == "end", "`\(pattern)`")
        }
    }
}
