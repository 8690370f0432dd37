import ConnectorTestSupport
import IntegrationCore
import RabbitMQClient
import RabbitMQConnector
import Synchronization
import Testing

/// What `connector test` says of each way not to work.
@Suite(
    "Probing a RabbitMQ connector", .enabled(if: RabbitServer.isInstalled, "\(RabbitServer.absence)"),
    .timeLimit(.minutes(1)))
struct RabbitProbeTests {
    private let bench: RabbitBench

    init() throws { bench = try RabbitBench() }

    private func probe(_ connector: ConfigurationNode) async throws -> [ProbeStep] {
        let steps = Mutex<[ProbeStep]>([])
        await (try RabbitMakers(connector).probe()).run(in: .quiet()) { step in steps.withLock { $0.append(step) } }
        return steps.withLock { $0 }
    }

    /// The step that failed, and why.
    private func failed(_ connector: ConfigurationNode) async throws -> (step: ProbeStep.Name, error: IntegrationError)
    {
        let last = try #require(try await probe(connector).last)
        guard case .failed(let error) = last.outcome else { throw IntegrationError(.cannotBuild, "nothing failed") }
        return (last.name, error)
    }

    @Test
    func `a wrong port`() async throws {
        let (step, error) = try await failed(["url": "amqp://127.0.0.1:1"])
        #expect(step == .connect && error.code == .connectionRefused)
    }

    @Test
    func `a node that is away is said, and the next one inspected`() async throws {
        let steps = try await probe([
            "url": "amqp://127.0.0.1:1", "hosts": [.string("127.0.0.1:\(bench.server.port)")],
        ])
        #expect(steps.map(\.name) == [.resolve, .connect, .tls, .authenticate, .request])
        guard case .passed(let words) = steps[1].outcome else { throw IntegrationError(.cannotBuild, "it failed") }
        #expect(words == "127.0.0.1, port \(bench.server.port); no connection to 127.0.0.1:1 (127.0.0.1)")
    }

    @Test
    func `a wrong password`() async throws {
        let (step, error) = try await failed([
            "url": bench.url, "credentials": ["username": "guest", "password": "wrong"],
        ])
        #expect(step == .authenticate && error.code == .accessRefused)
        #expect(error.message == "the broker refused the user `guest`")
    }

    @Test
    func `a virtual host that is missing`() async throws {
        let (step, error) = try await failed(["url": bench.url, "virtual_host": "production"])
        #expect(step == .authenticate && error.code == .amqpNotFound)
        #expect(error.message == "the broker has no virtual host `production`")
        #expect(error.remedy?.contains("rabbitmqctl add_vhost production") == true)
    }

    @Test
    func `an exchange of another type, and a queue of another kind`() async throws {
        _ = try await bench.send(["{}"], [("routing_key", "k")])
        let exchange = try await failed([
            "url": bench.url, "exchanges": [["name": .string(bench.exchange), "type": "fanout"]],
        ])
        #expect(exchange.step == .request && exchange.error.code == .amqpDiffers)
        #expect(exchange.error.message.contains("the durable fanout exchange `\(bench.exchange)`"))
        #expect(exchange.error.causes.joined().contains("received 'fanout' but current is 'topic'"))
        let queue = try await failed([
            "url": bench.url, "queues": [["name": .string(bench.queue), "type": "quorum"]],
        ])
        #expect(queue.step == .request && queue.error.code == .amqpDiffers)
    }

    @Test
    func `who accepts and says nothing`() async throws {
        let silent = try ServerProcess.silent()
        let (step, error) = try await failed([
            "url": .string("amqp://127.0.0.1:\(silent.greeting)"), "timeout": "1s",
        ])
        #expect(step == .authenticate && error.code == .answerTimedOut)
    }

    @Test
    func `what is not there yet is named, and not made`() async throws {
        for _ in 0..<2 {
            let last = try #require(try await probe(bench.connector()).last)
            guard case .passed(let words) = last.outcome else {
                Issue.record("the probe failed")
                return
            }
            #expect(words.contains("not there yet"))
            #expect(words.contains(bench.exchange) && words.contains(bench.queue))
        }
        let passive = try await failed([
            "url": bench.url, "queues": [["name": .string(bench.queue), "passive": true]],
        ])
        #expect(passive.error.code == .amqpNotFound)
    }

    @Test
    func `a sound connector says who answers`() async throws {
        _ = try await bench.send(["{}"], [("routing_key", "k")])
        let words = try await probe(bench.connector()).map { step in
            if case .passed(let words) = step.outcome { words } else { "-" }
        }
        #expect(words.count == 5)
        #expect(words[3].hasPrefix("RabbitMQ 3.") && words[3].hasSuffix("virtual host `/`"))
        #expect(words[4] == "2 of 2 are as declared")
    }

    @Test
    func `an exchange that only a binding names must be there`() async throws {
        let (step, error) = try await failed([
            "url": bench.url,
            "queues": [["name": .string(bench.queue), "bindings": [["exchange": "nowhere", "routing_key": "k"]]]],
        ])
        #expect(step == .request && error.code == .amqpNotFound)
        #expect(error.message == "the exchange `nowhere` is not there")
    }

    /// What an endpoint finds out, or its code, its message and what to do.
    private func check(_ endpoint: any Sendable) async throws -> String {
        let check = try #require(endpoint as? any EndpointCheck)
        do throws(IntegrationError) {
            return try await check.check(in: .quiet())
        } catch {
            return [error.code.id, error.message, error.remedy ?? ""].joined(separator: " | ")
        }
    }

    @Test
    func `endpoints say whether their exchange and queue are declared, there, or missing`() async throws {
        let declaring = try RabbitMakers(bench.connector())
        let bare = try RabbitMakers(["url": bench.url])
        func destination(_ makers: RabbitMakers, _ exchange: String, _ key: String = "k") throws -> any Destination {
            try makers.destination([
                "connector": "broker", "exchange": .string(exchange), "routing_key": .string(key),
            ])
        }
        func source(_ makers: RabbitMakers) throws -> any Source {
            try makers.source(["connector": "broker", "queue": .string(bench.queue)])
        }
        #expect(
            try await check(destination(declaring, bench.exchange)) == "the durable topic exchange `\(bench.exchange)`")
        #expect(try await check(source(declaring)) == "the durable classic queue `\(bench.queue)`")
        #expect(
            try await check(destination(bare, bench.exchange))
                == "IE3403 | the exchange `\(bench.exchange)` is not there | Create it, or declare it in `exchanges` of the "
                + "connector `broker`; check its spelling.")
        #expect(try await check(source(bare)).hasPrefix("IE3403 | the queue `\(bench.queue)` is not there | "))
        #expect(try await check(destination(bare, "", bench.queue)).hasPrefix("IE3403 | the queue `\(bench.queue)`"))
        #expect(try await check(destination(bare, "", "{{ q }}")) == "the queue that each message's routing key names")
        _ = try await bench.send(["{}"], [("routing_key", "k")])
        #expect(
            try await check(source(bare))
                == "the queue `\(bench.queue)`, which the connector does not declare")
        #expect(
            try await check(destination(bare, bench.exchange))
                == "the exchange `\(bench.exchange)`, which the connector does not declare")
    }

    @Test
    func `endpoints say which right is missing, and looking for it takes no message`() async throws {
        try await bench.feed([bench.message("kept")])
        _ = try await bench.send(["{}"], [("routing_key", "k")])
        let user = RabbitServer.freshName("user")
        try bench.server.control("add_user", user, "secret")
        let connector: ConfigurationNode = [
            "url": bench.url, "credentials": ["username": .string(user), "password": "secret"],
        ]
        func checks(write: String, read: String) async throws -> [String] {
            try bench.server.control("set_permissions", user, "^$", write, read)
            let makers = try RabbitMakers(connector)
            return try await [
                check(
                    makers.destination([
                        "connector": "broker", "exchange": .string(bench.exchange), "routing_key": "k",
                    ])), check(makers.source(["connector": "broker", "queue": .string(bench.queue)])),
            ]
        }
        // No more than it needs.
        let sound = [
            "the exchange `\(bench.exchange)`, which the connector does not declare",
            "the queue `\(bench.queue)`, which the connector does not declare",
        ]
        let own = try await checks(write: "^\(bench.exchange)$", read: "^\(bench.queue)$")
        #expect(own == sound)
        let all = try await checks(write: ".*", read: ".*")
        #expect(all == sound)
        let remedy = "(`rabbitmqctl set_permissions -p / \(user) CONFIGURE WRITE READ`)."
        let crossed = try await checks(write: "^\(bench.queue)$", read: "^\(bench.exchange)$")
        #expect(
            crossed == [
                "IE3003 | the user `\(user)` may not publish to the exchange `\(bench.exchange)` | "
                    + "Give it the right to write there \(remedy)",
                "IE3003 | the user `\(user)` may not consume the queue `\(bench.queue)` | "
                    + "Give it the right to read there \(remedy)",
            ])
        try bench.server.control("delete_user", user)
        let kept = try await bench.take(1)
        #expect(kept.map(\.text) == ["kept"])
        #expect(kept.map(\.isRedelivered) == [false])
    }
}
