import Glibc
import IntegrationCore
import IntegrationStore
import Testing

/// Kills an engine again and again while orders are sent to it over HTTP; whoever sends repeats what was not answered.
struct HTTPCampaign {
    private var trial: Trial
    private let sender: HTTPSender
    var result: Tally { trial.result }
    var folder: Folder { trial.folder }

    /// Orders that are sent at the same time.
    private static let together = 16

    /// Copies that others than the engine may have made by now.
    var otherCopies: () -> Int = { 0 }
    /// Messages that wait elsewhere than in the store.
    var restElsewhere: () -> Int = { 0 }
    /// Called when all is through.
    var beforeJudging: () -> Void = {}

    init(_ topology: Topology, port: Int, seed: UInt64) throws {
        trial = try Trial(topology, seed: seed)
        sender = HTTPSender(port: port)
    }

    mutating func run(kills: Int) async throws {
        var accepted = 0
        while result.kills < kills {
            let engine = try trial.start(failing: trial.nextFault(of: kills))
            let count = accepted + trial.topology.orders / 2
            let isAnswered = send(accepted..<count, to: engine)
            if try finish(engine, mayBeAnswering: isAnswered) { trial.result.kills += 1 }
            // All of it is sent again, to an engine that nobody kills: what was answered makes no second message.
            let calm = try trial.start(failing: "")
            try #require(
                send(accepted..<count, to: calm), "\(trial.name): not answered without faults")
            try await drain()
            try finish(calm, mayBeAnswering: true)
            accepted = count
        }
        // A fresh one gets through once faults have stopped.
        let calm = try trial.start(failing: "")
        try #require(send(accepted..<accepted + 1, to: calm))
        accepted += 1
        try await drain()
        try finish(calm, mayBeAnswering: true)
        beforeJudging()
        try await trial.judge(accepted, bound: result.kills * trial.topology.copiesPerKill + otherCopies())
    }

    /// Sends orders until each was answered with 202; false when the engine is gone before that.
    private func send(_ numbers: Range<Int>, to engine: Child) -> Bool {
        var open = Array(numbers)
        while !open.isEmpty {
            let part = open.prefix(Self.together)
            let statuses = sender.send(part.map { (trial.orders[$0].line, "\($0)") })
            let answered = Set(zip(part, statuses).filter { $0.1 == 202 }.map(\.0))
            open.removeAll(where: answered.contains)
            guard answered.count < part.count else { continue }
            if engine.hasEnded { return false }
            // Opening takes a moment; what is in hand, or can't be stored now, comes again.
            engine.wait(seconds: 0.02)
        }
        return true
    }

    /// Ends an engine unless it has been killed; says whether it has.
    @discardableResult
    private func finish(_ engine: Child, mayBeAnswering: Bool) throws -> Bool {
        if mayBeAnswering { engine.send(SIGTERM) }
        return try trial.end(engine) { $0 == 1000 + SIGKILL || $0 == 0 && mayBeAnswering } != 0
    }

    /// Waits until nothing is left in a queue that a flow reads.
    private func drain() async throws {
        var places: Set<String> = []
        for case .queue(let name) in trial.topology.sinks.values { places.insert(name) }
        for _ in 0..<3000 {
            let rest = try await SQLiteReader.withReader(of: folder.path("data")) { reader in
                try await reader.queues().filter { !places.contains($0.name.text) }.reduce(0) { $0 + $1.messages }
            }
            if rest == 0, restElsewhere() == 0 { return }
            usleep(10_000)
        }
        Issue.record("\(trial.name): the queues are never empty")
    }
}
