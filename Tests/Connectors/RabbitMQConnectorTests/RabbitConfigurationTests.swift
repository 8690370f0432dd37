import ConnectorTestSupport
import IntegrationCore
import RabbitMQClient
import Testing

@testable import RabbitMQConnector

@Suite("Configuring RabbitMQ")
struct RabbitConfigurationTests {
    private func connection(_ node: ConfigurationNode) throws -> RabbitMQConnection {
        var catalog = Catalog()
        RabbitMQConfiguration.register(in: &catalog)
        let type = try #require(catalog[.connector, "rabbitmq"])
        var context = DecodingContext(catalog: catalog)
        guard let fields = type.table.decode(node, &context) else {
            throw ConnectorMakers.Mistakes(context.diagnostics)
        }
        return try RabbitMQConnection(
            Connection(name: "broker", configuration: TypedConfiguration(type: type, fields: fields, span: .none)))
    }

    @Test
    func `the sample of the task is read as written`() throws {
        let connection = try connection([
            "url": "amqp://localhost:5672", "virtual_host": "production",
            "credentials": ["username": "user", "password": "pass"],
            "exchanges": [["name": "orders", "type": "topic", "durable": true]],
            "queues": [
                ["name": "order-processing", "bindings": [["exchange": "orders", "routing_key": "order.created"]]]
            ],
        ])
        #expect(connection.options.addresses == [.init("localhost", 5672)])
        #expect(connection.options.virtualHost == "production")
        #expect(connection.options.user == "user" && connection.options.password?.reveal() == "pass")
        #expect(connection.options.tls == nil)
        #expect(
            connection.topology
                == AMQPTopology(
                    exchanges: [.init("orders", type: "topic")], queues: [.init("order-processing")],
                    bindings: [.init(queue: "order-processing", exchange: "orders", routingKey: "order.created")]))
    }

    @Test
    func `a URL may say everything, percent-encoded`() throws {
        let connection = try connection(["url": "amqps://us%40er:p%3Ass%2F@[::1]:5999/prod%2fblue"])
        #expect(connection.options.addresses == [.init("::1", 5999)])
        #expect(connection.options.user == "us@er" && connection.options.password?.reveal() == "p:ss/")
        #expect(connection.options.virtualHost == "prod/blue")
        #expect(connection.options.tls == TLSConfiguration())
        #expect(try self.connection(["url": "amqps://host"]).options.addresses == [.init("host", 5671)])
        #expect(try self.connection(["url": "amqp://host"]).options.virtualHost == "/")
        #expect(try self.connection(["url": "amqp://host/a", "virtual_host": "b"]).options.virtualHost == "b")
        let nodes = try self.connection(["url": "amqp://a", "hosts": ["b:5673", "c:5674"]]).options.addresses
        #expect(nodes == [.init("a", 5672), .init("b", 5673), .init("c", 5674)])
    }

    @Test(arguments: [
        "amqp://host:0", "amqp://host:x", "amqp://:5672", "amqp://host/a/b", "amqp://host/%zz", "amqp://host?x=1",
    ])
    func `a URL that can't be is refused with a reason`(_ url: String) {
        let error = #expect(throws: IntegrationError.self) { try connection(["url": .string(url)]) }
        #expect(error?.code == .cannotBuild)
        #expect(error?.message.hasPrefix("`url` h") == true)
    }

    @Test
    func `arguments keep their types`() throws {
        let connection = try connection([
            "url": "amqp://host",
            "queues": [
                [
                    "name": "q", "type": "quorum", "single_active_consumer": true,
                    "arguments": [
                        "x-max-length": 10, "x-overflow": "reject-publish", "x-flag": true, "x-list": [1, "a"],
                    ],
                ]
            ],
        ])
        #expect(
            connection.topology.queues[0].arguments == [
                "x-max-length": .integer(10), "x-overflow": .string("reject-publish"), "x-flag": .bool(true),
                "x-list": .array([.integer(1), .string("a")]), "x-queue-type": .string("quorum"),
                "x-single-active-consumer": .bool(true),
            ])
    }

    @Test
    func `TLS options on a URL without TLS are a mistake`() {
        let error = #expect(throws: IntegrationError.self) {
            try connection(["url": "amqp://host", "tls": ["verify": false]])
        }
        #expect(error?.message == "`tls` has no effect on an `amqp://` URL")
    }

    @Test
    func `options that contradict each other are mistakes`() throws {
        let makers = try RabbitMakers(["url": "amqp://host"])
        func mistake(_ body: () throws -> Void) -> String {
            (#expect(throws: ConnectorMakers.Mistakes.self) { try body() })?.description ?? ""
        }
        let mandatory = mistake {
            _ = try makers.destination(["connector": "broker", "routing_key": "k", "confirm": false, "mandatory": true])
        }
        #expect(mandatory.contains("`mandatory`") && mandatory.contains("needs `confirm`"))
        let prefetch = mistake {
            _ = try makers.source(["connector": "broker", "queue": "q", "batch_size": 100, "prefetch": 10])
        }
        #expect(prefetch.contains("below `batch_size`"))
        let queue = mistake {
            _ = try connection(["url": "amqp://h", "queues": [["name": "q", "type": "quorum", "durable": false]]])
        }
        #expect(queue.contains("a quorum queue is always durable"))
        // Without confirms nothing is mandatory, unless it was said to be.
        _ = try makers.destination(["connector": "broker", "routing_key": "k", "confirm": false])
    }
}
