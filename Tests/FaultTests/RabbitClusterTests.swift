import ConnectorTestSupport
import Glibc
import IntegrationCore
import Synchronization
import Testing

@Suite(
    "RabbitMQ on three nodes", .serialized, .timeLimit(.minutes(60)),
    .enabled(if: RabbitServer.isInstalled, "\(RabbitServer.absence)"),
    .enabled(if: KillTests.clusterRounds > 0, "`make faults` does it, or INTEGRATION_CLUSTER_ROUNDS=1"))
struct RabbitClusterTests {
    /// Whoever puts orders into the queue.
    private final class Supply: Sendable {
        let orders = Orders(seed: KillTests.seed)
        private let queue: RabbitQueue
        private let confirmed = Mutex(0)

        /// Orders that the broker has confirmed: obligations.
        var count: Int { confirmed.withLock { $0 } }

        init(_ ports: [Int]) { queue = RabbitQueue(Topology.rabbitQueue, ports: ports, type: "quorum") }

        func put(_ more: Int) async throws {
            let first = count
            try await queue.put((first..<first + more).map { ("\($0)", orders[$0].line) })
            confirmed.withLock { $0 += more }
        }
    }

    @Test(
        "What a quorum queue confirmed is never lost, whichever nodes are killed; without a majority nothing is confirmed"
    )
    func kills() async throws {
        let nodes = try RabbitServer.cluster(of: 3)
        let ports = nodes.map(\.port)
        let topology = Topology.throughRabbit(
            port: ports[0], others: Array(ports.dropFirst()), type: "quorum")
        let supply = Supply(ports)
        let folder = try Folder()
        try folder.write("integration.yaml", topology.configuration)
        try await supply.put(1)
        let engine = try Child(
            ["run", "--log-level", "error"], folder: folder, output: folder.path(".stdout"),
            words: .file(folder.path(".stderr")))
        // Everything is declared when the first is through.
        while try nodes[0].count(in: Topology.rabbitQueue) > 0, !engine.hasEnded {}
        for node in nodes { try node.control("eval", "mnesia:dump_log().") }
        var slowest = Duration.zero
        for round in 0..<KillTests.clusterRounds {
            let (one, two) = (nodes[round % 3], nodes[(round + 1) % 3])
            try await supply.put(100)
            one.kill()
            // Two of three are enough.
            try await supply.put(50)
            two.kill()
            let confirmed = supply.count
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await supply.put(20) }
                engine.wait(seconds: 3)
                #expect(supply.count == confirmed, "round \(round): one of three nodes confirmed")
                // Both at once: neither may have to wait for the other.
                group.addTask { try one.start() }
                group.addTask { try two.start() }
                try await group.waitForAll()
            }
            let back = SystemClock().now
            var rest = 1
            for _ in 0..<60 where rest > 0 { rest = try nodes[(round + 2) % 3].count(in: Topology.rabbitQueue) }
            #expect(rest == 0, "round \(round): \(rest) are never through")
            slowest = max(slowest, SystemClock().now - back)
        }
        engine.send(SIGTERM)
        let status = engine.wait()
        let words = try folder.read(".stderr")
        #expect(status == 0, "\(words)")
        let judge = try await Judge(supply.orders, count: supply.count, topology, in: folder)
        let bound = KillTests.clusterRounds * 2 * topology.copiesPerKill * 2
        print(
            "    RabbitMQ × 3: \(KillTests.clusterRounds) × one, then two of them killed, \(supply.count) messages, "
                + "\(judge.lost.count) lost, \(judge.copies) duplicates (bound \(bound)), all through \(slowest) after "
                + "they were back, seed \(KillTests.seed)")
        #expect(judge.lost.isEmpty, "lost \(judge.lost.prefix(10))")
        #expect(judge.wrong.isEmpty, "\(judge.wrong.prefix(5))")
        #expect(judge.copies <= bound)
    }
}
