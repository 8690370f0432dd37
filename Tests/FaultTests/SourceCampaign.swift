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
    private var trial: Trial
    private let feed: Feed
    private var accepted = 0
    var result: Tally { trial.result }
    /// Longest time from a server that is back to the first message that is through, and to the last.
    private(set) var slowest = (first: Duration.zero, last: Duration.zero)

    init(_ topology: Topology, _ feed: Feed, seed: UInt64) throws {
        var topology = topology
        topology.stages.append("after-ack:sleep=20:1-,reload:kill")
        trial = try Trial(topology, seed: seed)
        self.feed = feed
    }

    /// Kills the engine at its failpoints.
    ///
    /// - Parameter kills: at least so many; each stage is met once at least.
    mutating func run(kills: Int) async throws {
        let kills = max(kills, trial.topology.stages.count)
        while result.kills < kills {
            let fault = try trial.nextFault(of: kills)
            let engine = try trial.start(failing: fault)
            try await accept(trial.topology.orders / 2)
            if fault.contains("reload") { try reload(engine) }
            if try finish(engine) { trial.result.kills += 1 }
            // What three deaths have met alone is poison and becomes a dead letter, as it should.
            if result.kills.isMultiple(of: 2) { try drain() }
        }
        try await calm(bound: result.kills * trial.topology.copiesPerKill)
    }

    /// Kills the engine at moments that nobody chose, in the middle of whatever it does.
    mutating func run(randomKills kills: Int) async throws {
        while result.kills < kills {
            // Without a launcher in between, which would be what is killed.
            let engine = try trial.start(failing: "", launcher: [])
            try await accept(trial.topology.orders / 2)
            engine.wait(seconds: Double.random(in: 0.05...0.6, using: &trial.random))
            engine.send(SIGKILL)
            if engine.wait() == 1000 + SIGKILL { trial.result.kills += 1 }
            if result.kills.isMultiple(of: 2) { try drain() }
        }
        try await calm(bound: result.kills * trial.topology.copiesPerKill)
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
        let engine = try trial.start(failing: "", launcher: [], level: "warning")
        try await accept(1)
        #expect(try waitForProgress(below: 1) == 0)
        try prepared()
        var base: Holdings?
        for _ in 0..<times {
            try await accept(trial.topology.orders)
            try disturb(engine)
            let back = SystemClock().now
            let before = try feed.rest(accepted)
            try await accept(10)
            var rest = try waitForProgress(below: before + 10)
            slowest.first = max(slowest.first, SystemClock().now - back)
            rest = try waitForProgress(below: 1, from: rest)
            #expect(rest == 0, "\(trial.name): \(rest) are never through")
            slowest.last = max(slowest.last, SystemClock().now - back)
            trial.result.kills += 1
            if base == nil { base = try Holdings(of: engine.process) }
        }
        try expectNoLeak(engine, base, times)
        try end(engine)
        // What it says at its end is no log.
        let words = try trial.folder.read(".stderr").split(separator: "\n").prefix { !$0.hasPrefix("stopping: ") }
        #expect(words.count <= times * lines, "\(trial.name): \(words.joined(separator: "\n"))")
        try await trial.judge(accepted, bound: result.kills * trial.topology.copiesPerKill * copies)
    }

    /// Compares what an engine holds with what it held after the first of many outages.
    private func expectNoLeak(_ engine: Child, _ base: Holdings?, _ times: Int) throws {
        guard let base, times >= 10 else { return }
        let rest = try Holdings(of: engine.process)
        print("    \(trial.topology.name): \(rest) after \(times) outages; after the first: \(base)")
        // Pools may have opened a few connections more, of three descriptors each.
        #expect(rest.descriptors <= base.descriptors + 15, "\(trial.name)")
        #expect(rest.residentBytes <= base.residentBytes + (16 << 20), "\(trial.name)")
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
        try await trial.judge(accepted, bound: bound)
    }

    /// From now on each is an obligation.
    private mutating func accept(_ count: Int) async throws {
        try await feed.put((accepted..<accepted + count).map { ("\(trial.seed)-\($0)", trial.orders[$0].line) })
        accepted += count
    }

    /// Has an engine take its configuration in once more; the first that finds it is the one that it dies of.
    private func reload(_ engine: Child) throws {
        for _ in 0..<100 where !engine.hasEnded {
            engine.wait(seconds: 0.05)
            let asking = try Child(
                ["reload"], folder: trial.folder, output: trial.folder.path(".reload"),
                words: .file(trial.folder.path(".reload.words")))
            _ = asking.wait()
        }
    }

    /// Waits until the engine is killed, or has had time enough to come to where it would be; says whether it was.
    private func finish(_ engine: Child) throws -> Bool {
        for _ in 0..<200 where !engine.hasEnded { engine.wait(seconds: 0.05) }
        engine.send(SIGTERM)
        return try trial.end(engine) { $0 == 0 || $0 == 1000 + SIGKILL } != 0
    }

    /// Runs an engine that nobody kills until all is through, what is in hand with it.
    private func drain() throws {
        // An engine with nothing to do would be told to end before it listens.
        guard try feed.rest(accepted) > 0 else { return }
        let engine = try trial.start(failing: "")
        let rest = try waitForProgress(below: 1)
        #expect(rest == 0, "\(trial.name): \(rest) are never through")
        try end(engine)
    }

    private func end(_ engine: Child) throws {
        engine.send(SIGTERM)
        try trial.end(engine)
    }
}
