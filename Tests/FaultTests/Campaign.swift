import Glibc
import IntegrationCore
import Testing

/// Kills an engine again and again while it works on the oracle's orders, then lets it finish, and judges.
struct Campaign {
    private var trial: Trial
    private var accepted = 0
    var result: Tally { trial.result }
    /// Ends the faults of others, before a fresh message is to get through.
    var beforeCalm: @Sendable () async -> Void = {}

    init(_ topology: Topology, seed: UInt64) throws {
        trial = try Trial(topology, seed: seed)
        for file in ["orders.ndjson", "none.ndjson"] { try trial.folder.write(file, "") }
    }

    mutating func run(kills: Int) async throws {
        while result.kills < kills {
            let fault = try trial.topology.otherFaults + trial.nextFault(of: kills)
            try accept(trial.topology.orders)
            if try run(failing: fault) == 1000 + SIGKILL { trial.result.kills += 1 }
            // What three deaths have met alone is poison and becomes a dead letter, as it should.
            if result.kills.isMultiple(of: 2) { try run(failing: "") }
        }
        // A fresh one gets through once faults have stopped.
        await beforeCalm()
        try accept(1)
        try run(failing: "")
        try await trial.judge(accepted, bound: result.kills * trial.topology.copiesPerKill)
    }

    /// The source has them: from now on each is an obligation.
    private mutating func accept(_ count: Int) throws {
        var text = ""
        for number in accepted..<accepted + count { text += trial.orders[number].line + "\n" }
        try trial.folder.append("orders.ndjson", text)
        accepted += count
    }

    /// Runs the engine until it is idle or killed; everything else is a failure.
    @discardableResult
    private func run(failing fault: String) throws -> Int32 {
        let ended = try Executable.run(
            ["run", "--until-idle", "--log-level", "error"], in: trial.folder,
            environment: ["INTEGRATION_FAILPOINT=\(fault)"],
            launcher: Executable.atMostAMinute)
        let isExpected = ended.status == 0 || ended.status == 1000 + SIGKILL && fault.contains("kill")
        try #require(isExpected, "\(trial.name), \(fault): \(ended.status)\n\(ended.words)")
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
