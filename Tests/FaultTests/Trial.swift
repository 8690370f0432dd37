import Glibc
import IntegrationCore
import Testing

/// What every campaign has: the oracle's orders, a folder of its own, faults that follow from the seed, and a verdict.
struct Trial {
    let topology: Topology
    let seed: UInt64
    let orders: Orders
    let folder: Folder
    var random: RandomSource
    var result = Tally()
    private var tries = 0

    init(_ topology: Topology, seed: UInt64) throws {
        self.topology = topology
        self.seed = seed
        orders = Orders(seed: seed, padding: topology.padding)
        random = RandomSource(seed: seed)
        folder = try Folder()
        try folder.write("integration.yaml", topology.configuration)
    }

    /// What is being tried, for those who look at a failure.
    var name: String { "\(topology.name), seed \(seed)" }

    /// The next stage, and a random hit of it.
    ///
    /// - Parameter kills: so many are wanted; a fault that does not fire costs a try.
    mutating func nextFault(of kills: Int) throws -> String {
        tries += 1
        try #require(tries <= kills * 3, "\(name): faults do not fire")
        let stage = topology.stages[(result.kills + Int(seed % 11)) % topology.stages.count]
        return stage.replacing("N", with: "\(Int.random(in: 1...14, using: &random))")
    }

    /// Starts an engine that goes on until somebody ends it.
    ///
    /// - Parameter launcher: what runs it, and would be what a signal meets.
    func start(
        failing fault: String, launcher: [String] = Executable.atMostAMinute, level: String = "error"
    ) throws -> Child {
        try Child(
            ["run", "--log-level", level], folder: folder, environment: ["INTEGRATION_FAILPOINT=\(fault)"],
            output: folder.path(".stdout"), words: .file(folder.path(".stderr")), launcher: launcher)
    }

    /// Ends an engine.
    ///
    /// - Throws: when it ends in another way than it should.
    @discardableResult
    func end(_ engine: Child, _ isExpected: (_ status: Int32) -> Bool = { $0 == 0 }) throws -> Int32 {
        let status = engine.wait()
        let words = try folder.read(".stderr")
        try #require(isExpected(status), "\(name): \(status)\n\(words)")
        return status
    }

    /// Looks at every place when all is through.
    ///
    /// - Parameter count: orders that are obligations.
    mutating func judge(_ count: Int, bound: Int) async throws {
        let judge = try await Judge(orders, count: count, topology, in: folder)
        result.messages = count
        result.lost = judge.lost.count
        result.copies = judge.copies
        result.bound = bound
        #expect(judge.lost.isEmpty, "\(name): lost \(judge.lost.prefix(10))")
        #expect(judge.wrong.isEmpty, "\(name): \(judge.wrong.prefix(5))")
        #expect(result.copies <= result.bound, "\(name): \(result.copies) copies")
    }
}
