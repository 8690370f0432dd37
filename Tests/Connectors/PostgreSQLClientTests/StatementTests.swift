import ConnectorTestSupport
import FaultProxy
import IntegrationCore
import PostgreSQLClient
import Testing

@Suite("Statements", .enabled(if: PostgresServer.isInstalled, "\(PostgresServer.absence)"))
struct StatementTests {
    private let schema: PostgresSchema

    init() throws {
        schema = try PostgresSchema(.shared(), "create table t (id int primary key, name text not null)")
    }

    private func connection(port: Int? = nil) async throws -> PostgreSQLConnection {
        try await .open(schema.url(port: port))
    }

    @Test("A pipeline runs everything in one go, and the first failure skips the rest and undoes what was done")
    func pipeline() async throws {
        let connection = try await connection()
        let insert = "insert into t values ($1, $2)"
        var rows = SQLParameters(width: 2)
        for row in 0..<2000 {
            rows.append("\(row)")
            rows.append("name \(row)")
        }
        let fine = try await connection.run(
            [SQLRequest("begin")] + (0..<2000).map { SQLRequest(insert, rows, row: $0) } + [SQLRequest("commit")],
            timeout: .seconds(20))
        #expect(fine.count == 2002 && fine.allSatisfy { $0.result != nil })
        #expect(fine[7].result?.changed == 1)
        let broken = try await connection.run(
            [
                SQLRequest(insert, ["9001", "a"]), SQLRequest(insert, ["9002", nil]),
                SQLRequest(insert, ["9003", "c"]),
            ], timeout: .seconds(20))
        #expect(broken[0].result != nil)
        #expect(broken[1].failure?.state == "23502" && broken[1].failure?.column == "name")
        guard case .skipped = broken[2] else { return #expect(Bool(false), "the third is skipped") }
        #expect(await connection.isIdle)
        #expect(try schema.sql("select count(*), max(id) from t") == ["2000|1999"])
    }

    @Test("Statements are prepared once, and the oldest are let go")
    func cache() async throws {
        let connection = try await connection()
        for number in 0..<300 { try await connection.run("select $1::int + \(number)", "1") }
        try await connection.run("select $1::int + 299", "1")
        #expect(try await connection.run("select count(*) from pg_prepared_statements").text(0, 0) == "256")
    }

    @Test("A statement that is kept is run in a failed transaction too, however many were prepared since")
    func kept() async throws {
        let connection = try await connection()
        let savior = "insert into t values ($1, 'kept')"
        for _ in 0..<2 {
            try await connection.keep([savior], timeout: .seconds(20))
            for number in 0..<300 { try await connection.run("select $1::int + \(number)", "1") }
        }
        #expect(try await connection.run("select count(*) from pg_prepared_statements").text(0, 0) == "256")
        try await connection.keep([savior], timeout: .seconds(20))
        let broken = try await connection.run(
            [SQLRequest("begin"), SQLRequest("savepoint s"), SQLRequest("select 1 / 0")], timeout: .seconds(20))
        #expect(broken[2].failure?.state == "22012")
        let mended = try await connection.run(
            [SQLRequest("rollback to savepoint s"), SQLRequest(savior, ["1"]), SQLRequest("commit")],
            timeout: .seconds(20))
        #expect(mended.allSatisfy { $0.result != nil })
        #expect(try schema.sql("select name from t") == ["kept"])
    }

    @Test("A statement that can't be prepared says why, and nothing was run")
    func unprepared() async throws {
        let connection = try await connection()
        for (sql, state) in [
            ("insert into nowhere values ($1)", "42P01"), ("selekt $1", "42601"),
            ("select missing + $1 from t", "42703"),
        ] {
            let error = await failure {
                _ = try await connection.run(
                    [SQLRequest("insert into t values ($1, 'x')", ["1"]), SQLRequest(sql, ["1"])],
                    timeout: .seconds(20))
            }
            #expect(error?.code == .sqlStatementInvalid && error?.nativeCode == state, "\(sql)")
        }
        #expect(try schema.sql("select count(*) from t") == ["0"])
        #expect(try await connection.run("select 1").count == 1, "the connection goes on")
    }

    @Test("A statement whose table was changed meanwhile is prepared anew at the next try")
    func changedTable() async throws {
        let connection = try await connection()
        #expect(try await connection.run("select * from t where id > $1", "0").columns.count == 2)
        try schema.sql("alter table t add column more text")
        let error = await failure { try await connection.run("select * from t where id > $1", "0") }
        #expect(error?.code == .sqlConflict && error?.isRetryable == true)
        #expect(try await connection.run("select * from t where id > $1", "0").columns.count == 3)
    }

    @Test("COPY stores rows of any text, or none of them")
    func copy() async throws {
        let connection = try await connection()
        var rows = SQLParameters(width: 2)
        let names = ["tab\t", "line\nfeed\r", "back\\slash \\N \\.", "\\.", "Ω 😀", "", "'; drop table t; --"]
        for (id, name) in names.enumerated() {
            rows.append("\(id)")
            rows.append(name)
        }
        let statement = "copy t (id, name) from stdin"
        let outcome = try await connection.copy(statement, rows.copyText(0..<rows.count), timeout: .seconds(20))
        #expect(outcome.result?.changed == names.count)
        let stored = try await connection.run("select name from t order by id")
        #expect((0..<stored.count).map { stored.text($0, 0) } == names)
        let again = try await connection.copy(statement, rows.copyText([6, 0]), timeout: .seconds(20))
        #expect(again.failure?.state == "23505")
        let nowhere = try await connection.copy("copy nowhere from stdin", [], timeout: .seconds(20))
        #expect(nowhere.failure?.state == "42P01")
        #expect(await connection.isIdle)
    }

    @Test("COPY of more than any buffer holds goes through")
    func largeCopy() async throws {
        let connection = try await connection()
        var rows = SQLParameters(width: 2)
        let name = String(repeating: "x", count: 1000)
        for id in 0..<20_000 {
            rows.append("\(id)")
            rows.append(name)
        }
        let outcome = try await connection.copy(
            "copy t from stdin", rows.copyText(0..<rows.count), timeout: .seconds(60))
        #expect(outcome.result?.changed == 20_000)
    }

    @Test("A deadline ends the statement here and at the server")
    func deadline() async throws {
        let connection = try await connection()
        let started = ContinuousClock.now
        let error = await failure { try await connection.run("select pg_sleep(60)", timeout: .milliseconds(200)) }
        #expect(error?.code == .answerTimedOut)
        #expect(ContinuousClock.now - started < .seconds(5))
        #expect(await !connection.isIdle, "the connection is not used again")
        #expect(
            try schema.server.sql("select count(*) from pg_stat_activity where query = 'select pg_sleep(60)'") == ["0"])
    }

    @Test("Cancelling ends the statement here and at the server")
    func cancellation() async throws {
        let connection = try await connection()
        await withTaskGroup(of: IntegrationError?.self) { group in
            group.addTask { await failure { try await connection.run("select pg_sleep(61)") } }
            group.addTask {
                while await self.isAsleep() == false { await Task.yield() }
                return nil
            }
            _ = await group.next()
            group.cancelAll()
            #expect(await group.next()??.code == .connectionCut)
        }
        #expect(await !isAsleep())
    }

    private func isAsleep() async -> Bool {
        (try? schema.server.sql("select count(*) from pg_stat_activity where query = 'select pg_sleep(61)'")) == ["1"]
    }

    @Test("A statement that the server gives up for its own timeout was too late")
    func statementTimeout() async throws {
        let connection = try await connection()
        try await connection.run("set statement_timeout = '50ms'")
        #expect(await failure { try await connection.run("select pg_sleep(9)") }?.code == .answerTimedOut)
        #expect(await connection.isIdle)
    }

    @Test("A transaction that the server gave up because we stood still is tried again, on another connection")
    func stoodStill() async throws {
        let connection = try await connection()
        let process = try await connection.run("select pg_backend_pid()").text(0, 0) ?? ""
        _ = try await connection.run(
            [SQLRequest("begin"), SQLRequest("set local idle_in_transaction_session_timeout = 50")],
            timeout: .seconds(20))
        while try schema.server.sql("select count(*) from pg_stat_activity where pid = \(process)") != ["0"] {
            await Task.yield()
        }
        #expect(await failure { try await connection.run("select 1") }?.code == .sqlConflict)
        #expect(await !connection.isIdle)
    }

    @Test("A connection that is cut says so, and one that the server ends says that nothing was stored")
    func cut() async throws {
        try await FaultProxy.withProxy(port: schema.server.port) { proxy, port in
            let connection = try await self.connection(port: port)
            try await connection.run("select 1")
            proxy.cutAll()
            let error = await failure { try await connection.run("select 1") }
            #expect(error?.code == .connectionCut)
            #expect(await failure { try await connection.run("select 1") }?.code == .noConnection)
        }
        let connection = try await connection()
        let process = try await connection.run("select pg_backend_pid()").text(0, 0) ?? ""
        try schema.server.sql("select pg_terminate_backend(\(process))")
        #expect(await failure { try await connection.run("select 1") }?.code == .sqlUnavailable)
    }

    @Test("Notifications wake whoever listens, with what they say")
    func notifications() async throws {
        let connection = try await connection()
        try await connection.listen(to: "Odd \"name\"", timeout: .seconds(20))
        #expect(try await connection.notifications(within: .milliseconds(20)) == [])
        try schema.sql(#"notify "Odd ""name""", 'hello'"#)
        let first = try await connection.notifications(within: .seconds(20))
        #expect(first.map(\.payload) == ["hello"] && first[0].channel == "Odd \"name\"")
        await withTaskGroup(of: IntegrationError?.self) { group in
            group.addTask { await failure { _ = try await connection.notifications(within: nil) } }
            group.cancelAll()
            #expect(await group.next()??.code == .connectionCut)
        }
        #expect(try await connection.run("select 1").count == 1, "the connection can be used on")
    }
}
