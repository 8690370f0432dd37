import ConnectorTestSupport
import Glibc
import IntegrationCore
import Testing

/// Kills an engine again and again while it works on orders out of a broker's queue, then lets it finish, and judges.
struct RabbitCampaign {
    private let topology: Topology
    private let seed: UInt64
    private let server: RabbitServer
    private let queue: RabbitQueue
    private let orders: Orders
    private let folder: Folder
    private var random: RandomSource
    private var accepted = 0
    private(set) var result = Tally()
    /// Longest time from a broker that is back to an empty queue.
    private(set) var slowest = Duration.zero

    init(_ server: RabbitServer, seed: UInt64) throws {
        topology = .throughRabbit(port: server.port)
        self.seed = seed
        self.server = server
        queue = RabbitQueue(Topology.rabbitQueue, port: server.port)
        orders = Orders(seed: seed)
        random = RandomSource(seed: seed)
        folder = try Folder()
        try folder.write("integration.yaml", topology.configuration)
    }

    mutating func run(kills: Int) async throws {
        var tries = 0
        while result.kills < kills {
            tries += 1
            try #require(tries <= kills * 3, "\(topology.name), seed \(seed): faults do not fire")
            let stage = topology.stages[(result.kills + Int(seed % 11)) % topology.stages.count]
            let fault = stage.replacing("N", with: "\(Int.random(in: 1...14, using: &random))")
            let engine = try start(failing: fault)
            try await accept(topology.orders / 2)
            if try finish(engine) { result.kills += 1 }
            // What three deaths have met alone is poison and becomes a dead letter, as it should.
            if result.kills.isMultiple(of: 2) { try drain() }
        }
        // A fresh one gets through once faults have stopped.
        try await accept(1)
        try drain()
        try await judge(bound: result.kills * topology.copiesPerKill)
    }

    /// Kills the broker again and again under an engine that goes on, and starts it anew; then judges.
    mutating func runKillingBroker(times: Int) async throws {
        let engine = try start(failing: "", launcher: [])
        for _ in 0..<times {
            try await accept(topology.orders)
            server.kill()
            // It is away for a while, in which nobody should be busy looking for it.
            let before = try processorTime(of: engine)
            engine.wait(seconds: 1)
            let spent = try processorTime(of: engine) - before
            #expect(spent < .milliseconds(500), "\(topology.name), seed \(seed): \(spent) of work in a second")
            try server.start()
            let back = SystemClock().now
            try await accept(10)
            var rest = 1
            for _ in 0..<30 where rest > 0 { rest = try server.count(in: Topology.rabbitQueue) }
            #expect(rest == 0, "\(topology.name), seed \(seed): the queue is never empty")
            slowest = max(slowest, SystemClock().now - back)
            result.kills += 1
        }
        engine.send(SIGTERM)
        let status = engine.wait()
        let words = try folder.read(".stderr")
        try #require(status == 0, "\(topology.name), seed \(seed): \(status)\n\(words)")
        // What was published and what was settled may both be open when the broker goes.
        try await judge(bound: result.kills * topology.copiesPerKill * 2)
    }

    /// What a process has used of the processors so far.
    private func processorTime(of child: Child) throws -> Duration {
        // Fields 14 and 15, in hundredths of a second; the name before them holds no blank (proc(5)).
        let fields = try Folder.read("/proc/\(child.process)/stat").split(separator: " ")
        return .milliseconds(10 * ((Int(fields[13]) ?? 0) + (Int(fields[14]) ?? 0)))
    }

    private mutating func judge(bound: Int) async throws {
        let judge = try await Judge(orders, count: accepted, topology, in: folder)
        result.messages = accepted
        result.lost = judge.lost.count
        result.copies = judge.copies
        result.bound = bound
        #expect(judge.lost.isEmpty, "\(topology.name), seed \(seed): lost \(judge.lost.prefix(10))")
        #expect(judge.wrong.isEmpty, "\(topology.name), seed \(seed): \(judge.wrong.prefix(5))")
        #expect(result.copies <= result.bound, "\(topology.name), seed \(seed): \(result.copies) copies")
    }

    /// The broker has confirmed them: from now on each is an obligation.
    private mutating func accept(_ count: Int) async throws {
        try await queue.put((accepted..<accepted + count).map { ("\(seed)-\($0)", orders[$0].line) })
        accepted += count
    }

    private func start(
        failing fault: String, launcher: [String] = Executable.atMostAMinute
    ) throws -> Child {
        try Child(
            ["run", "--log-level", "error"], folder: folder, environment: ["INTEGRATION_FAILPOINT=\(fault)"],
            output: folder.path(".stdout"), words: .file(folder.path(".stderr")), launcher: launcher)
    }

    /// Waits until the engine is killed, or has had time enough to come to where it would be; says whether it was.
    private func finish(_ engine: Child) throws -> Bool {
        for _ in 0..<200 where !engine.hasEnded { engine.wait(seconds: 0.05) }
        engine.send(SIGTERM)
        let status = engine.wait()
        let words = try folder.read(".stderr")
        try #require(
            status == 0 || status == 1000 + SIGKILL, "\(topology.name), seed \(seed): \(status)\n\(words)")
        return status != 0
    }

    /// Runs an engine that nobody kills until the broker's queue is empty, what is in hand with it.
    private func drain() throws {
        let engine = try start(failing: "")
        var rest = 1
        for _ in 0..<30 where rest > 0 { rest = try server.count(in: Topology.rabbitQueue) }
        #expect(rest == 0, "\(topology.name), seed \(seed): the queue is never empty")
        engine.send(SIGTERM)
        let status = engine.wait()
        let words = try folder.read(".stderr")
        try #require(status == 0, "\(topology.name), seed \(seed): \(status)\n\(words)")
    }
}
