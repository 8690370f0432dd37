import ConnectorTestSupport
import FaultProxy
import Glibc
import IntegrationCore
import IntegrationResilience
import IntegrationTesting
import Logging
import PostgreSQLClient
import Testing

@Suite(
    "Connections that are shared", .timeLimit(.minutes(1)),
    .enabled(if: PostgresServer.isInstalled, "\(PostgresServer.absence)"))
struct PoolTests {
    private let schema: PostgresSchema

    init() throws { schema = try PostgresSchema(.shared()) }

    private func database(_ limits: PoolLimits = PoolLimits(), port: Int? = nil) throws -> PostgreSQLDatabase {
        PostgreSQLDatabase("db", try PostgreSQLSettings(test: schema.url(port: port)), limits, timeout: .seconds(20))
    }

    private func process(_ session: PostgreSQLSession) async throws -> String {
        try await session.run(SQLRequest("select pg_backend_pid()")).text(0, 0) ?? ""
    }

    private func isOpen(_ process: String) throws -> Bool {
        try schema.server.sql("select count(*) from pg_stat_activity where pid = \(process)") == ["1"]
    }

    @Test("Connections that were cut while nobody used them cost nobody a try")
    func idleCut() async throws {
        try await FaultProxy.withProxy(port: schema.server.port) { proxy, port in
            try await database(port: port).open(in: .quiet()) { session in
                for round in 0..<5 {
                    // Several are open and idle.
                    try await withThrowingTaskGroup(of: Void.self) { group in
                        for _ in 0..<4 {
                            group.addTask { _ = try await session.run(SQLRequest("select pg_sleep(0.05)")) }
                        }
                        try await group.waitForAll()
                    }
                    proxy.cutAll()
                    // What the system has not been told yet nobody can know.
                    try await SystemClock().sleep(for: .milliseconds(50))
                    for _ in 0..<4 {
                        let error = await failure { _ = try await session.run(SQLRequest("select 1")) }
                        #expect(error == nil, "\(round)")
                    }
                }
            }
        }
    }

    @Test("Whoever waits in vain for a connection that can't be opened loses no try, whoever has the others")
    func waiting() async throws {
        try await FaultProxy.withProxy(port: schema.server.port) { proxy, port in
            let settings = try PostgreSQLSettings(test: schema.url(port: port), connectTimeout: .milliseconds(600))
            let database = PostgreSQLDatabase("db", settings, PoolLimits(maximum: 2), timeout: .milliseconds(600))
            try await database.open(in: .quiet()) { session in
                try await session.withConnection { _ async throws(IntegrationError) in
                    proxy.set(.blackHole(after: 0, .toServer))
                    for _ in 0..<2 {
                        let error = await failure { _ = try await session.run(SQLRequest("select 1")) }
                        #expect(error?.code.retryClass == .connection, "\(String(describing: error))")
                    }
                }
            }
        }
    }

    @Test("So it is where the server said that it ends them")
    func terminated() async throws {
        try await database().open(in: .quiet()) { session in
            for _ in 0..<5 {
                let process = try await process(session)
                try schema.server.sql("select pg_terminate_backend(\(process), 5000)")
                #expect(try await self.process(session) != process)
            }
        }
    }

    @Test("What a statement left open is undone before somebody else gets the connection")
    func leftOpen() async throws {
        try schema.sql("create table t (n int)")
        try await database(PoolLimits(maximum: 1)).open(in: .quiet()) { session in
            let first = try await process(session)
            try await session.withConnection { connection async throws(IntegrationError) in
                for sql in ["begin", "insert into t values (1)"] {
                    _ = try await connection.run(SQLRequest(sql), timeout: .seconds(20))
                }
            }
            let next = try await session.run(SQLRequest("select pg_backend_pid(), (select count(*) from t)"))
            #expect(next.text(0, 0) == first && next.text(0, 1) == "0")
            let locks = "select count(*) from pg_locks where pid = \(first) and relation = '\(schema.name).t'::regclass"
            #expect(try schema.server.sql(locks) == ["0"])
        }
    }

    @Test(
        "A connection that nobody uses, or that is old, is closed at the server too, and the next caller gets another")
    func ages() async throws {
        for limits in [
            PoolLimits(idleTimeout: .milliseconds(200)),
            PoolLimits(minimum: 1, maximum: 1, lifetime: .milliseconds(200), lifetimeJitter: 0),
        ] {
            try await database(limits).open(in: .quiet()) { session in
                let first = try await process(session)
                while try isOpen(first) { await Task.yield() }
                #expect(try await process(session) != first)
            }
        }
    }

    @Test("What the server remarks reaches the log, and never floods it")
    func remarks() async throws {
        try schema.sql(
            """
            create function loud() returns void language plpgsql as $$ begin
                for n in 1..1000 loop raise warning 'so loud %', n; end loop; end $$
            """)
        let log = LogRecorder()
        try await database().open(in: log.context()) { session in
            _ = try await session.run(SQLRequest("select loud()"))
            #expect(log.lines.count { $0.contains("so loud") } == 1, "\(log.lines)")
            #expect(log.lines.contains { $0.contains("the database remarks") && $0.contains("so loud 1") })
            try await SystemClock().sleep(for: .milliseconds(1100))
            _ = try await session.run(SQLRequest("select loud()"))
            #expect(log.lines.contains { $0.contains("left out before") && $0.contains("999") }, "\(log.lines)")
        }
    }

    @Test("The kernel is told how long unanswered bytes may wait")
    func userTimeout() async throws {
        var settings = try PostgreSQLSettings(test: schema.url())
        settings.sendTimeout = .milliseconds(12_345)
        let connection = try await PostgreSQLConnection.open(settings)
        // One of the sockets of this process, of which no other has this.
        let found = (0..<1024).filter { socket in
            var value: Int32 = 0
            var size = socklen_t(MemoryLayout.size(ofValue: value))
            return getsockopt(Int32(socket), Int32(IPPROTO_TCP), TCP_USER_TIMEOUT, &value, &size) == 0
                && value == 12_345
        }
        #expect(found.count == 1)
        #expect(await connection.isIdle)
    }
}
