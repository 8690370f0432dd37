import ConnectorTestSupport
import IntegrationCore
import RabbitMQClient
import Testing

@Suite(
    "Messages that nobody would send", .enabled(if: RabbitServer.isInstalled, "\(RabbitServer.absence)"),
    .timeLimit(.minutes(1)))
struct HostileTests {
    @Test(arguments: [10, 1_000, 21_000])
    func `headers within headers are read to a depth of 64, and the message comes`(_ depth: Int) async throws {
        let server = try RabbitServer.shared()
        let queue = RabbitServer.freshName("queue")
        let options = AMQPOptions.to(server.port)
        try await publish([.text("before", to: queue)], options, topology: .queue(queue))
        try RawPublisher.publish(headers: RawPublisher.nested(depth), to: queue, port: server.port)
        try await publish([.text("behind", to: queue)], options)
        let got = try await consuming(queue, options) { await $0.takeAll(3) }
        #expect(got.map(\.text) == ["before", "", "behind"])
        var (levels, value) = (0, AMQPValue.table(got[1].properties.headers))
        while case .table(let table) = value {
            levels += 1
            value = table.entries.first?.value ?? .bool(true)
        }
        #expect(levels == min(depth, 64))
    }
}
