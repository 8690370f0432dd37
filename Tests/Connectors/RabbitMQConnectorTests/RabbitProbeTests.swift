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
}
