import ConnectorTestSupport
import FaultProxy
import Glibc
import IntegrationCore
import RabbitMQClient
import Testing

/// More is published than the sockets hold, to a broker that does not read.
@Suite(
    "Publishing to a RabbitMQ that does not read", .enabled(if: RabbitServer.isInstalled, "\(RabbitServer.absence)"),
    .timeLimit(.minutes(5)), .serialized)
struct BackpressureTests {
    /// So many messages of 100 KiB, and one of 16 MiB among them.
    private func batch(_ count: Int, to queue: String) -> [AMQPMessage] {
        (0..<count).map { number in
            var message = AMQPMessage.text("\(number)", to: queue)
            let size = number == count / 2 ? 16 << 20 : 100 << 10
            message.body = Array(repeating: UInt8(truncatingIfNeeded: number), count: size)
            return message
        }
    }

    /// The ids of all that a queue holds.
    private func ids(in queue: String, _ options: AMQPOptions) async throws -> [String] {
        try await publish([.text("mark", to: queue)], options)
        return try await consuming(queue, options, prefetch: 20) { consumer in
            var ids: [String] = []
            while let next = await consumer.takeAll(1).first?.properties.messageID, next != "mark" { ids.append(next) }
            return ids
        }
    }

    @Test
    func `large messages arrive whole and in order`() async throws {
        let server = try RabbitServer.shared()
        let queue = RabbitServer.freshName("queue")
        let options = AMQPOptions.to(server.port)
        let all = batch(20, to: queue)
        #expect(try await publish(all, options, topology: .queue(queue)).codes.allSatisfy { $0 == nil })
        let got = try await consuming(queue, options) { await $0.takeAll(20) }
        #expect(got.map(\.body) == all.map(\.body))
    }

    @Test
    func `a broker that stops in the middle of a batch is given up after two heartbeats`() async throws {
        let server = try RabbitServer()
        let queue = RabbitServer.freshName("queue")
        let options = AMQPOptions.to(server.port, timeout: .seconds(20), heartbeat: .seconds(1))
        try await AMQPPublisher.withPublisher(options, topology: .queue(queue), logger: quiet) { publisher in
            try await publisher.withChannel(to: "") { channel in
                #expect(await channel.publish([.text("first", to: queue)]).codes == [nil])
                server.send(SIGSTOP)
                try await Task.sleep(for: .milliseconds(200))
                let started = SystemClock().now
                let outcomes = await channel.publish(batch(200, to: queue))
                let took = SystemClock().now - started
                server.send(SIGCONT)
                #expect(took < .seconds(5))
                // What was under way may be there; what never went out loses no try.
                #expect(outcomes.codes.contains(.connectionCut))
                #expect(outcomes.last??.code.retryClass == .connection)
                #expect(outcomes.allSatisfy { [nil, .connection, .interrupted].contains($0?.code.retryClass) })
                let again = zip(batch(200, to: queue), outcomes).filter { $0.1 != nil }.map(\.0)
                #expect(await channel.publish(again).codes.allSatisfy { $0 == nil })
                let ids = try await ids(in: queue, options)
                let unsent = outcomes.count { $0?.code.retryClass == .connection }
                #expect(Set(ids) == Set((0..<200).map { "\($0)" } + ["first"]))
                #expect(ids.count - 201 <= 200 - unsent, "only what was under way comes twice")
            }
        }
    }

    @Test
    func `over TLS large messages arrive whole, and a broker that stops in the middle is given up`() async throws {
        let certificates = try TestCertificates()
        let (server, port) = try RabbitServer.withTLS(certificates)
        let queue = RabbitServer.freshName("queue")
        var options = AMQPOptions.to(port, timeout: .seconds(20), heartbeat: .seconds(1))
        options.tls = certificates.client
        let all = batch(20, to: queue)
        try await AMQPPublisher.withPublisher(options, topology: .queue(queue), logger: quiet) { publisher in
            try await publisher.withChannel(to: "") { channel in
                #expect(await channel.publish(all).codes.allSatisfy { $0 == nil })
                let got = try await consuming(queue, options) { await $0.takeAll(20) }
                #expect(got.map(\.body) == all.map(\.body))
                server.send(SIGSTOP)
                let started = SystemClock().now
                let outcomes = await channel.publish(batch(200, to: queue))
                #expect(SystemClock().now - started < .seconds(5))
                #expect(outcomes.allSatisfy { [.connection, .interrupted].contains($0?.code.retryClass) })
                server.send(SIGCONT)
                #expect(await channel.publish(all).codes.allSatisfy { $0 == nil })
            }
        }
    }

    @Test
    func `a broker without memory in the middle of a batch is waited for, and no message loses a try`() async throws {
        let server = try RabbitServer()
        let queue = RabbitServer.freshName("queue")
        let options = AMQPOptions.to(server.port, timeout: .seconds(3), heartbeat: .seconds(1))
        try await AMQPPublisher.withPublisher(options, topology: .queue(queue), logger: quiet) { publisher in
            try await publisher.withChannel(to: "") { channel in
                #expect(await channel.publish([.text("first", to: queue)]).codes == [nil])
                try server.control("set_vm_memory_high_watermark", "0")
                var open = batch(200, to: queue)
                var under = 0
                // Longer than two heartbeats, and than what the broker has to confirm in.
                for _ in 0..<2 {
                    let started = SystemClock().now
                    let outcomes = await channel.publish(open)
                    #expect(SystemClock().now - started < .seconds(4))
                    #expect(outcomes.codes.allSatisfy { $0 == nil || $0 == .amqpBlocked }, "\(outcomes.codes)")
                    under += outcomes.count { $0?.message.contains("by now") == true }
                    open = zip(open, outcomes).filter { $0.1 != nil }.map(\.0)
                }
                #expect(!open.isEmpty)
                try server.control("set_vm_memory_high_watermark", "0.8")
                while !open.isEmpty {
                    let outcomes = await channel.publish(open)
                    #expect(outcomes.codes.allSatisfy { $0 == nil || $0 == .amqpBlocked }, "\(outcomes.codes)")
                    under += outcomes.count { $0?.message.contains("by now") == true }
                    open = zip(open, outcomes).filter { $0.1 != nil }.map(\.0)
                    if !open.isEmpty { try await Task.sleep(for: .milliseconds(50)) }
                }
                let ids = try await ids(in: queue, options)
                #expect(Set(ids) == Set((0..<200).map { "\($0)" } + ["first"]))
                #expect(ids.count - 201 <= under, "only what was under way comes twice")
            }
        }
    }

    @Test
    func `a network that swallows everything leads to the next address`() async throws {
        let server = try RabbitServer.shared()
        let queue = RabbitServer.freshName("queue")
        try await FaultProxy.withProxy(port: server.port) { proxy, port in
            var options = AMQPOptions.to(port, timeout: .seconds(20), heartbeat: .seconds(1))
            options.addresses.append(AMQPOptions.Address("127.0.0.1", server.port))
            // Login and topology pass.
            proxy.set(.blackHole(after: 20_000, .toServer))
            try await AMQPPublisher.withPublisher(options, topology: .queue(queue), logger: quiet) { publisher in
                try await publisher.withChannel(to: "") { channel in
                    let started = SystemClock().now
                    let all = batch(50, to: queue)
                    let outcomes = await channel.publish(all)
                    #expect(SystemClock().now - started < .seconds(6))
                    #expect(outcomes.codes.allSatisfy { $0 != nil })
                    proxy.set(.refuse)
                    #expect(await channel.publish(all).codes.allSatisfy { $0 == nil })
                }
            }
        }
    }

    /// Figures for comparison, where `RABBIT_BENCH` is set: messages a second.
    @Test(.enabled(if: getenv("RABBIT_BENCH") != nil))
    func `publishing is as fast as it was`() async throws {
        let server = try RabbitServer.shared()
        let queue = RabbitServer.freshName("queue")
        let options = AMQPOptions.to(server.port)
        try await AMQPPublisher.withPublisher(options, topology: .queue(queue), logger: quiet) { publisher in
            try await publisher.withChannel(to: "") { channel in
                for (size, count, rounds) in [(200, 500, 60), (10 << 10, 100, 40)] {
                    let messages = (0..<count).map { number in
                        var message = AMQPMessage.text("\(number)", to: queue)
                        message.body = Array(repeating: 7, count: size)
                        return message
                    }
                    _ = await channel.publish(messages)
                    let started = SystemClock().now
                    for _ in 0..<rounds { _ = await channel.publish(messages) }
                    let took = SystemClock().now - started
                    print("    \(size) bytes: \(count * rounds * 1000 / Int(took.milliseconds)) messages a second")
                }
            }
        }
    }
}
