import Testing

/// Orders of the oracle in a folder of their own, and the engine that takes them through.
struct Journey {
    let folder: Folder
    let orders: Orders
    private let topology: Topology
    private let count: Int

    init(_ topology: Topology, seed: UInt64, orders count: Int, padding: Int) throws {
        self.topology = topology
        self.count = count
        folder = try Folder()
        orders = Orders(seed: seed, padding: padding)
        try folder.write("integration.yaml", topology.configuration)
        try folder.write("orders.ndjson", (0..<count).map { orders[$0].line + "\n" }.joined())
    }

    /// Runs the engine until it is idle; one that hangs is ended after a minute (status 124).
    func run(failing fault: String = "", launcher: [String] = []) throws -> Executable.Result {
        try Executable.run(
            ["run", "--until-idle", "--log-level", "warning"], in: folder,
            environment: ["INTEGRATION_FAILPOINT=\(fault)"], launcher: Executable.atMostAMinute + launcher)
    }

    func expectEverythingInItsPlace(_ what: String) async throws {
        let judge = try await Judge(orders, count: count, topology, in: folder)
        #expect(judge.lost.isEmpty, "\(what): lost \(judge.lost.prefix(10)) of seed \(orders.seed)")
        #expect(judge.wrong.isEmpty, "\(what): \(judge.wrong.prefix(5))")
        #expect(judge.copies == 0, "\(what): \(judge.copies) twice")
    }
}
