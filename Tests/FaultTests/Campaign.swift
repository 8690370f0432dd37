import Glibc
import IntegrationCore
import Testing

/// Kills an engine again and again while it works on the oracle's orders, then lets it finish, and judges.
struct Campaign {
    let topology: Topology
    let seed: UInt64
    private let orders: Orders
    private let folder: Folder
    private var random: RandomSource
    private var accepted = 0
    private(set) var result = Tally()
    /// Ends the faults of others, before a fresh message is to get through.
    var beforeCalm: @Sendable () async -> Void = {}

    init(_ topology: Topology, seed: UInt64) throws {
        self.topology = topology
        self.seed = seed
        orders = Orders(seed: seed, padding: topology.padding)
        random = RandomSource(seed: seed)
        folder = try Folder()
        try folder.write("integration.yaml", topology.configuration)
        for file in ["orders.ndjson", "none.ndjson"] { try folder.write(file, "") }
    }

    mutating func run(kills: Int) async throws {
        var tries = 0
        while result.kills < kills {
            tries += 1
            try #require(tries <= kills * 3, "\(topology.name), seed \(seed): faults do not fire")
            try accept(topology.orders)
            let stage = topology.stages[(result.kills + Int(seed % 11)) % topology.stages.count]
            let hit = Int.random(in: 1...14, using: &random)
            let fault = topology.otherFaults + stage.replacing("N", with: "\(hit)")
            if try run(failing: fault) == 1000 + SIGKILL { result.kills += 1 }
            // What three deaths have met alone is poison and becomes a dead letter, as it should.
            if result.kills.isMultiple(of: 2) { try run(failing: "") }
        }
        // A fresh one gets through once faults have stopped.
        await beforeCalm()
        try accept(1)
        try run(failing: "")
        let judge = try await Judge(orders, count: accepted, topology, in: folder)
        result.messages = accepted
        result.lost = judge.lost.count
        result.copies = judge.copies
        result.bound = result.kills * topology.copiesPerKill
        #expect(judge.lost.isEmpty, "\(topology.name), seed \(seed): lost \(judge.lost.prefix(10))")
        #expect(judge.wrong.isEmpty, "\(topology.name), seed \(seed): \(judge.wrong.prefix(5))")
        #expect(result.copies <= result.bound, "\(topology.name), seed \(seed): \(result.copies) copies")
    }

    /// The source has them: from now on each is an obligation.
    private mutating func accept(_ count: Int) throws {
        var text = ""
        for number in accepted..<accepted + count { text += orders[number].line + "\n" }
        try folder.append("orders.ndjson", text)
        accepted += count
    }

    /// Runs the engine until it is idle or killed; everything else is a failure.
    @discardableResult
    private func run(failing fault: String) throws -> Int32 {
        let ended = try Executable.run(
            ["run", "--until-idle", "--log-level", "error"], in: folder,
            environment: ["INTEGRATION_FAILPOINT=\(fault)"],
            launcher: Executable.atMostAMinute)
        let isExpected = ended.status == 0 || ended.status == 1000 + SIGKILL && fault.contains("kill")
        try #require(isExpected, "\(topology.name), seed \(seed), \(fault): \(ended.status)\n\(ended.words)")
        return ended.status
    }
}

/// What campaigns came to.
struct Tally: Sendable, CustomStringConvertible {
    var kills = 0
    var messages = 0
    var lost = 0
    var copies = 0
    var bound = 0

    var description: String {
        "\(kills) kills, \(messages) messages, \(lost) lost, \(copies) duplicates (bound \(bound))"
    }

    static func += (left: inout Tally, right: Tally) {
        left.kills += right.kills
        left.messages += right.messages
        left.lost += right.lost
        left.copies += right.copies
        left.bound += right.bound
    }
}
