import ConnectorTestSupport
import IntegrationCore
import IntegrationDocument
import RabbitMQConnector
import Testing

/// The connector that the specification shows, against a broker; only its port is another one.
@Suite("The sample of a broker", .enabled(if: RabbitServer.isInstalled, "\(RabbitServer.absence)"))
struct SampleTests {
    @Test("What the sample declares is made in its virtual host, and messages go through it")
    func sample() async throws {
        let server = try RabbitServer.shared()
        try server.control("add_vhost", "production")
        try server.control("add_user", "user", "pass")
        try server.control("set_permissions", "-p", "production", "user", ".*", ".*", ".*")
        let makers = try RabbitMakers([
            "url": .string("amqp://localhost:\(server.port)"), "virtual_host": "production",
            "credentials": ["username": "user", "password": "pass"],
            "exchanges": [["name": "orders", "type": "topic", "durable": true]],
            "queues": [
                [
                    "name": "order-processing",
                    "bindings": [["exchange": "orders", "routing_key": "order.created"]],
                ]
            ],
        ])
        let destination = try makers.destination([
            "connector": "broker", "exchange": "orders", "routing_key": "order.{{ status }}",
        ])
        let report = try await destination.withSender(in: .quiet()) {
            try await $0.send(Batch([#"{"status":"created"}"#, #"{"status":"shipped"}"#]))
        }
        #expect(report.refused.map(\.index) == [1], "nothing is bound to order.shipped")
        #expect(report.refused.map(\.error.code) == [.amqpUnroutable])
        let source = try makers.source(["connector": "broker", "queue": "order-processing"])
        let received = try await source.drain(limit: 1)
        #expect(received.map(\.text) == [#"{"status":"created"}"#])
        #expect(
            try server.control("--quiet", "list_exchanges", "-p", "production", "name", "type", "durable").contains(
                "orders\ttopic\ttrue"))
        #expect(
            try server.control("--quiet", "list_queues", "-p", "production", "name", "durable").contains(
                "order-processing\ttrue"))
        try server.control("delete_vhost", "production")
        try server.control("delete_user", "user")
    }
}
