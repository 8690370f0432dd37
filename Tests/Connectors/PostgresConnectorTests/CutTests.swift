import ConnectorTestSupport
import FaultProxy
import IntegrationCore
import IntegrationDocument
import Testing

/// Connections that end at any byte of an exchange, from the greeting to the answer to COMMIT.
@Suite(
    "PostgreSQL over connections that are cut", .timeLimit(.minutes(60)),
    .enabled(if: PostgresServer.isInstalled, "\(PostgresServer.absence)"))
struct CutTests {
    private static let lanes = 8

    @Test("A connection that is cut anywhere in a send leaves each effect once")
    func send() async throws {
        let schema = try PostgresSchema(.shared(), "create table effects (n int)")
        let bodies = (0..<5).map { "{\"n\":\($0)}" }
        @Sendable func attempt(_ number: Int, port: Int) async throws -> Int {
            let destination = try schema.destination(
                [("statement", "insert into effects values ($1)"), ("args", ["n"]), ("inbox", true)], port: port)
            return try await destination.withSender(in: .quiet()) {
                try await PatientSender.send(bodies, firstID: 10 * number, through: $0)
            }
        }
        let cuts = try await FaultProxy.withProxy(port: schema.server.port) { proxy, port in
            // Makes the table of the inbox.
            _ = try await attempt(0, port: port)
            let before = NetworkFault.Direction.allCases.map { proxy.passed($0) }
            _ = try await attempt(1, port: port)
            return zip(NetworkFault.Direction.allCases, before).flatMap { Cut.all(in: proxy.passed($0) - $1, $0) }
        }
        let failures = try await Cut.share(cuts, lanes: Self.lanes) { share in
            try await FaultProxy.withProxy(port: schema.server.port) { proxy, port in
                var failures = 0
                for (number, cut) in share {
                    proxy.setNext(.reset(after: cut.place, cut.direction))
                    failures += try await attempt(number + 2, port: port) > 0 ? 1 : 0
                }
                return failures
            }
        }.reduce(0, +)
        // Where it is cut while TLS is agreed upon, libpq tries again without by itself.
        #expect(failures >= cuts.count / 3, "\(failures) of \(cuts.count) came in the middle")
        print("    a send to PostgreSQL cut at \(cuts.count) places, \(failures) times in the middle")
        #expect(try schema.sql("select count(*) from effects") == ["\(5 * (cuts.count + 2))"])
        #expect(try schema.sql("select count(*) from integration_inbox") == ["\(5 * (cuts.count + 2))"])
    }

    @Test("A connection that is cut anywhere in a claim or its settlement loses no row")
    func claim() async throws {
        let first = try ClaimBench()
        let cuts = try await FaultProxy.withProxy(port: first.port) { proxy, port in
            // Makes the table.
            try await first.open(port)
            let before = NetworkFault.Direction.allCases.map { proxy.passed($0) }
            #expect(try await first.round(port) {} == 0)
            return zip(NetworkFault.Direction.allCases, before).flatMap { Cut.all(in: proxy.passed($0) - $1, $0) }
        }
        let duplicates = try await Cut.share(cuts, lanes: Self.lanes) { share in
            let bench = try ClaimBench()
            return try await FaultProxy.withProxy(port: bench.port) { proxy, port in
                try await bench.open(port)
                var duplicates = 0
                for (_, cut) in share {
                    duplicates += try await bench.round(port) { proxy.setNext(.reset(after: cut.place, cut.direction)) }
                }
                return duplicates
            }
        }.reduce(0, +)
        print("    a claim and its settlement cut at \(cuts.count) places, \(duplicates) duplicates")
        #expect(duplicates <= cuts.count * 5, "at most what was in flight at each cut")
    }
}

/// A queue table of its own, and what takes its rows.
private struct ClaimBench {
    private let schema: PostgresSchema
    var port: Int { schema.server.port }

    init() throws { schema = try PostgresSchema(.shared()) }

    private func source(_ port: Int) throws -> any Source {
        try schema.source(
            [("queue", "jobs"), ("poll_interval", "20ms"), ("visibility_timeout", "1s")], port: port)
    }

    /// Takes from it what is there at once, which is nothing, so that its table is there.
    func open(_ port: Int) async throws {
        let ending = FlowContext.quiet()
        ending.ending.signal()
        try await source(port).withReceiver(in: ending) { _ = try await $0.receive() }
    }

    private func rest() throws -> Bool { try schema.sql("select count(*) from jobs").first != "0" }

    /// Puts five rows there and takes them all; how many came once more.
    ///
    /// - Parameter disturb: called before the source connects.
    func round(_ port: Int, _ disturb: () -> Void) async throws -> Int {
        try schema.sql("insert into jobs (body) select '{}' from generate_series(1, 5)")
        disturb()
        let seen = try await source(port).withReceiver(in: .quiet()) { receiver in
            var seen: [String] = []
            // Rows whose claim was answered to nobody come when somebody asks again.
            while try Set(seen).count < 5 || rest() {
                try Task.checkCancellation()
                try await withThrowingTaskGroup(of: [String].self) { group in
                    group.addTask {
                        guard var delivery = try await receiver.receive() else { return [] }
                        let texts = delivery.takeBatch().messages.map(\.id.description)
                        delivery.settle(.accepted)
                        return texts
                    }
                    group.addTask {
                        // The rows may be gone already, settled by a cut that came behind it.
                        while !Task.isCancelled, try rest() { try? await Task.sleep(for: .milliseconds(200)) }
                        return []
                    }
                    seen += try await group.next() ?? []
                    group.cancelAll()
                    // A delivery that came meanwhile counts as well; a claim that was called off has no answer.
                    while let other = await group.nextResult() { seen += (try? other.get()) ?? [] }
                }
            }
            return seen
        }
        #expect(Set(seen).count == 5)
        return seen.count - Set(seen).count
    }
}
