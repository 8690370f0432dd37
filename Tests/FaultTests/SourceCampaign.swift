import ConnectorTestSupport
import Glibc
import IntegrationCore
import Testing

/// Where a campaign's orders are put, outside the engine.
struct Feed: Sendable {
    /// Returns when the messages are obligations.
    var put: @Sendable (_ messages: [(id: String, body: String)]) async throws -> Void
    /// How many of so many are not through yet.
    var rest: @Sendable (_ accepted: Int) throws -> Int
}

/// Kills an engine again and again while it works on orders out of another system, then lets it finish, and judges.
struct SourceCampaign {
    private let topology: Topology
    private let seed: UInt64
    private let feed: Feed
    private let orders: Orders
    private let folder: Folder
    private var random: RandomSource
    private var accepted = 0
    private(set) var result = Tally()
    /// Longest time from a server that is back to the first message that is through, and to the last.
    private(set) var slowest = (first: Duration.zero, last: Duration.zero)

    init(_ topology: Topology, _ feed: Feed, seed: UInt64) throws {
        self.topology = topology
        self.seed = seed
        self.feed = feed
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
        try await calm(bound: result.kills * topology.copiesPerKill)
    }

    /// Kills the engine at moments that nobody chose, in the middle of whatever it does.
    mutating func run(randomKills kills: Int) async throws {
        while result.kills < kills {
            // Without a launcher in between, which would be what is killed.
            let engine = try start(failing: "", launcher: [])
            try await accept(topology.orders / 2)
            engine.wait(seconds: Double.random(in: 0.05...0.6, using: &random))
            engine.send(SIGKILL)
            if engine.wait() == 1000 + SIGKILL { result.kills += 1 }
            if result.kills.isMultiple(of: 2) { try drain() }
        }
        try await calm(bound: result.kills * topology.copiesPerKill)
    }

    /// Does something to the server again and again under an engine that goes on; then judges.
    ///
    /// - Parameters:
    ///   - copies: how often what is under way may come again each time.
    ///   - lines: that the engine may write each time.
    ///   - prepared: called once the first message is through, and with it all that the engine declares.
    ///   - disturb: the server is well again when it returns.
    mutating func run(
        disturbing times: Int, copies: Int, lines: Int, prepared: () throws -> Void = {},
        _ disturb: (Child) throws -> Void
    ) async throws {
        let engine = try start(failing: "", launcher: [], level: "warning")
        try await accept(1)
        #expect(try waitForProgress(below: 1) == 0)
        try prepared()
        for _ in 0..<times {
            try await accept(topology.orders)
            try disturb(engine)
            let back = SystemClock().now
            let before = try feed.rest(accepted)
            try await accept(10)
            var rest = try waitForProgress(below: before + 10)
            slowest.first = max(slowest.first, SystemClock().now - back)
            rest = try waitForProgress(below: 1, from: rest)
            #expect(rest == 0, "\(topology.name), seed \(seed): \(rest) are never through")
            slowest.last = max(slowest.last, SystemClock().now - back)
            result.kills += 1
        }
        try end(engine)
        // What it says at its end is no log.
        let words = try folder.read(".stderr").split(separator: "\n").prefix { !$0.hasPrefix("stopping: ") }
        #expect(words.count <= times * lines, "\(topology.name): \(words.joined(separator: "\n"))")
        try await judge(bound: result.kills * topology.copiesPerKill * copies)
    }

    /// What a process uses of the processors while `body` runs.
    static func processorTime(of child: Child, _ body: () throws -> Void) throws -> Duration {
        func used() throws -> Duration {
            // Fields 14 and 15, in hundredths of a second; the name before them holds no blank (proc(5)).
            let fields = try Folder.read("/proc/\(child.process)/stat").split(separator: " ")
            return .milliseconds(10 * ((Int(fields[13]) ?? 0) + (Int(fields[14]) ?? 0)))
        }
        let before = try used()
        try body()
        return try used() - before
    }

    /// Looks until fewer than `limit` messages are left, a minute at most; says how many are.
    private func waitForProgress(below limit: Int, from first: Int? = nil) throws -> Int {
        let deadline = SystemClock().now + .seconds(60)
        var rest = try first ?? feed.rest(accepted)
        while rest >= limit, SystemClock().now < deadline {
            usleep(20_000)
            rest = try feed.rest(accepted)
        }
        return rest
    }

    /// A fresh one gets through once faults have stopped.
    private mutating func calm(bound: Int) async throws {
        try await accept(1)
        try drain()
        try await judge(bound: bound)
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

    /// From now on each is an obligation.
    private mutating func accept(_ count: Int) async throws {
        try await feed.put((accepted..<accepted + count).map { ("\(seed)-\($0)", orders[$0].line) })
        accepted += count
    }

    private func start(
        failing fault: String, launcher: [String] = Executable.atMostAMinute, level: String = "error"
    ) throws -> Child {
        try Child(
            ["run", "--log-level", level], folder: folder, environment: ["INTEGRATION_FAILPOINT=\(fault)"],
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

    /// Runs an engine that nobody kills until all is through, what is in hand with it.
    private func drain() throws {
        // An engine with nothing to do would be told to end before it listens.
        guard try feed.rest(accepted) > 0 else { return }
        let engine = try start(failing: "")
        let rest = try waitForProgress(below: 1)
        #expect(rest == 0, "\(topology.name), seed \(seed): \(rest) are never through")
        try end(engine)
    }

    private func end(_ engine: Child) throws {
        engine.send(SIGTERM)
        let status = engine.wait()
        let words = try folder.read(".stderr")
        try #require(status == 0, "\(topology.name), seed \(seed): \(status)\n\(words)")
    }
}
