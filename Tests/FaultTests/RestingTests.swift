import Glibc
import Testing

@Suite("After the faults", .serialized, .timeLimit(.minutes(10)))
struct RestingTests {
    /// Hits of steps that fail, in every hundred some, and of writes to the store that fail.
    private static let faults =
        (0..<400).map { "in-step:error:\($0 * 100 + 60)-\($0 * 100 + 75)" }
        + (1..<40).map { "store-append:errno=28:\($0 * 200)-\($0 * 200 + 2)" }
    private static let rounds = KillTests.number("INTEGRATION_SECONDS") ?? 10
    private static let ordersPerRound = 1000

    @Test("An engine that has worked through faults for a while holds no more than after the first of them")
    func base() throws {
        let folder = try Folder()
        let topology = Topology.restless
        try folder.write("integration.yaml", topology.configuration)
        try folder.write("orders.ndjson", "")
        let orders = Orders(seed: KillTests.seed)
        let child = try Child(
            ["run", "--log-level", "critical"], folder: folder,
            environment: ["INTEGRATION_FAILPOINT=" + Self.faults.joined(separator: ",")],
            output: folder.path(".stdout"), words: .file(folder.path(".stderr")))
        var accepted = 0

        /// Hands more orders over and waits until each has come to its place and nothing is in hand.
        func work(_ count: Int) throws {
            var text = ""
            for number in accepted..<accepted + count { text += orders[number].line + "\n" }
            try folder.append("orders.ndjson", text)
            accepted += count
            for _ in 0..<600 {
                let found = try topology.sinks.values.reduce(0) { count, sink in
                    guard case .file(let path) = sink else { return count }
                    let name = folder.path(path)
                    return try count + (access(name, F_OK) == 0 ? Folder.bytes(name).count { $0 == 0x0A } : 0)
                }
                if found >= accepted { return child.wait(seconds: 0.3) }
                child.wait(seconds: 0.1)
            }
            Issue.record("the engine did not get through \(accepted) orders: \(try folder.read(".stderr"))")
        }

        for _ in 0..<3 { try work(Self.ordersPerRound) }
        let base = try Holdings(of: child.process)
        for _ in 0..<Self.rounds { try work(Self.ordersPerRound) }
        let rest = try Holdings(of: child.process)
        child.send(SIGTERM)
        let status = child.wait()
        let words = try folder.read(".stderr")
        #expect(status == 0, "\(words)")
        print("after \(accepted) orders and their faults: \(rest); after the first \(3 * Self.ordersPerRound): \(base)")
        #expect(rest.descriptors == base.descriptors)
        #expect(rest.residentBytes <= base.residentBytes + (8 << 20))
    }

    @Test("An engine with nothing to do gives back the memory that its start took")
    func idle() throws {
        let folder = try Folder()
        try folder.write(
            "integration.yaml",
            """
            storage: {path: ./data}
            queues: {orders: {}}
            flows: {waiting: {source: {type: queue, name: orders}, destination: {type: drop}}}
            """)
        let child = try Child(
            ["run", "--log-level", "error"], folder: folder, output: folder.path(".stdout"),
            words: .file(folder.path(".stderr")))
        child.wait(seconds: 1)
        let started = try Holdings(of: child.process)
        child.wait(seconds: 3)
        let resting = try Holdings(of: child.process)
        child.send(SIGTERM)
        #expect(child.wait() == 0)
        #expect(resting.residentBytes < started.residentBytes * 3 / 4, "\(started), then \(resting)")
    }
}
