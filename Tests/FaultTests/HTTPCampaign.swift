import Glibc
import IntegrationCore
import IntegrationStore
import Testing

/// Kills an engine again and again while orders are sent to it over HTTP; whoever sends repeats what was not answered.
struct HTTPCampaign {
    let topology: Topology
    let seed: UInt64
    private let sender: HTTPSender
    private let orders: Orders
    let folder: Folder
    private var random: RandomSource
    private(set) var result = Tally()

    /// Orders that are sent at the same time.
    private static let together = 16

    /// Copies that others than the engine may have made by now.
    var otherCopies: () -> Int = { 0 }
    /// Messages that wait elsewhere than in the store.
    var restElsewhere: () -> Int = { 0 }
    /// Called when all is through.
    var beforeJudging: () -> Void = {}

    init(_ topology: Topology, port: Int, seed: UInt64) throws {
        self.topology = topology
        self.seed = seed
        sender = HTTPSender(port: port)
        orders = Orders(seed: seed)
        random = RandomSource(seed: seed)
        folder = try Folder()
        try folder.write("integration.yaml", topology.configuration)
    }

    mutating func run(kills: Int) async throws {
        var tries = 0
        var accepted = 0
        while result.kills < kills {
            tries += 1
            try #require(tries <= kills * 3, "\(topology.name), seed \(seed): faults do not fire")
            let stage = topology.stages[(result.kills + Int(seed % 11)) % topology.stages.count]
            let fault = stage.replacing("N", with: "\(Int.random(in: 1...14, using: &random))")
            let engine = try start(failing: fault)
            let count = accepted + topology.orders / 2
            let isAnswered = send(accepted..<count, to: engine)
            if try finish(engine, mayBeAnswering: isAnswered) { result.kills += 1 }
            // All of it is sent again, to an engine that nobody kills: what was answered makes no second message.
            let calm = try start(failing: "")
            try #require(
                send(accepted..<count, to: calm), "\(topology.name), seed \(seed): not answered without faults")
            try await drain()
            try finish(calm, mayBeAnswering: true)
            accepted = count
        }
        // A fresh one gets through once faults have stopped.
        let calm = try start(failing: "")
        try #require(send(accepted..<accepted + 1, to: calm))
        accepted += 1
        try await drain()
        try finish(calm, mayBeAnswering: true)
        beforeJudging()
        let judge = try await Judge(orders, count: accepted, topology, in: folder)
        result.messages = accepted
        result.lost = judge.lost.count
        result.copies = judge.copies
        result.bound = result.kills * topology.copiesPerKill + otherCopies()
        #expect(judge.lost.isEmpty, "\(topology.name), seed \(seed): lost \(judge.lost.prefix(10))")
        #expect(judge.wrong.isEmpty, "\(topology.name), seed \(seed): \(judge.wrong.prefix(5))")
        #expect(result.copies <= result.bound, "\(topology.name), seed \(seed): \(result.copies) copies")
    }

    /// Sends orders until each was answered with 202; false when the engine is gone before that.
    private func send(_ numbers: Range<Int>, to engine: Child) -> Bool {
        var open = Array(numbers)
        while !open.isEmpty {
            let part = open.prefix(Self.together)
            let statuses = sender.send(part.map { (orders[$0].line, "\($0)") })
            let answered = Set(zip(part, statuses).filter { $0.1 == 202 }.map(\.0))
            open.removeAll(where: answered.contains)
            guard answered.count < part.count else { continue }
            if engine.hasEnded { return false }
            // Opening takes a moment; what is in hand, or can't be stored now, comes again.
            engine.wait(seconds: 0.02)
        }
        return true
    }

    private func start(failing fault: String) throws -> Child {
        try Child(
            ["run", "--log-level", "error"], folder: folder, environment: ["INTEGRATION_FAILPOINT=\(fault)"],
            output: folder.path(".stdout"), words: .file(folder.path(".stderr")), launcher: Executable.atMostAMinute)
    }

    /// Ends an engine unless it has been killed; says whether it has.
    @discardableResult
    private func finish(_ engine: Child, mayBeAnswering: Bool) throws -> Bool {
        if mayBeAnswering { engine.send(SIGTERM) }
        let status = engine.wait()
        let isExpected = status == 1000 + SIGKILL || status == 0 && mayBeAnswering
        let words = try folder.read(".stderr")
        try #require(isExpected, "\(topology.name), seed \(seed): \(status)\n\(words)")
        return status != 0
    }

    /// Waits until nothing is left in a queue that a flow reads.
    private func drain() async throws {
        var places: Set<String> = []
        for case .queue(let name) in topology.sinks.values { places.insert(name) }
        for _ in 0..<3000 {
            let rest = try await SQLiteReader.withReader(of: folder.path("data")) { reader in
                try await reader.queues().filter { !places.contains($0.name.text) }.reduce(0) { $0 + $1.messages }
            }
            if rest == 0, restElsewhere() == 0 { return }
            usleep(10_000)
        }
        Issue.record("\(topology.name), seed \(seed): the queues are never empty")
    }
}
