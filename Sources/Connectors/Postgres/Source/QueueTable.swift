internal import IntegrationCore
internal import PostgreSQLClient

/// The statements of a queue table. All times are those of the database's clock.
struct QueueTable: Sendable {
    let table: SQLName

    init(_ table: SQLName) { self.table = table }

    private var name: String { table.quoted }

    /// What a message's id is made of, beside the number of its row.
    var seed: UInt64 { Fingerprint(name).value }

    /// Producers write `body`, and `headers` and `due` if they like; everything else is the engine's.
    var definition: OwnTable {
        let base = String((table.parts.last ?? "queue").prefix(50))
        return OwnTable(
            name: table,
            statements: [
                """
                create table if not exists \(name) (
                    id bigint generated always as identity primary key, body text not null, headers jsonb,
                    due timestamptz not null default clock_timestamp(), lease uuid,
                    receives integer not null default 0, suspects integer not null default 0,
                    attempts integer not null default 0)
                """,
                "alter table \(name) add column if not exists attempts integer not null default 0",
            ], column: "attempts",
            indexes: [
                OwnTable.Index(name: SQLName(base + "_due"), form: "(due, id)"),
                // Suspects are looked for every second, among all that wait.
                OwnTable.Index(
                    name: SQLName(base + "_suspect"), form: "(due, id) WHERE ((lease IS NOT NULL) OR (suspects > 0))"),
            ])
    }

    /// Bytes of a delivery beyond its first row.
    private static let mostBytes = 4 << 20

    /// Whose lease ran out without a word is suspect: it may have killed whoever had it, so it comes alone.
    ///
    /// Rows beyond the bytes of a delivery are left to whoever asks next. The time is the statement's, because an index is
    /// searched for that and not for the clock's.
    private func claim(_ condition: String) -> String {
        """
        with due as materialized (
            select id, due, octet_length(body) + coalesce(pg_column_size(headers), 0) as size
            from \(name) where due <= statement_timestamp() and \(condition)
            order by due, id limit $3 for update skip locked),
        fit as (
            select id from (
                select id, sum(size) over rising - first_value(size) over rising as beyond
                from due window rising as (order by due, id)) d
            where beyond <= \(Self.mostBytes))
        update \(name) q set lease = $1::uuid, due = clock_timestamp() + make_interval(secs => $2::float8),
            receives = receives + 1, suspects = suspects + (lease is not null)::int
        from fit where q.id = fit.id returning q.id, q.body, q.headers, q.receives, q.suspects, q.attempts
        """
    }

    func claim(_ lease: String, for time: Duration, count: Int) -> SQLRequest {
        SQLRequest(claim("lease is null and suspects = 0"), [lease, "\(time.seconds)", "\(count)"])
    }

    func claimSuspect(_ lease: String, for time: Duration) -> SQLRequest {
        SQLRequest(claim("(lease is not null or suspects > 0)"), [lease, "\(time.seconds)", "1"])
    }

    func accept(_ lease: String, _ ids: [Int64]) -> SQLRequest {
        SQLRequest("delete from \(name) where lease = $1::uuid and id = any($2::bigint[])", [lease, Self.list(ids)])
    }

    /// Gives those rows that are still held, and keeps them from everybody until the transaction ends.
    func hold(_ lease: String, _ ids: [Int64]) -> SQLRequest {
        SQLRequest(
            "select id from \(name) where lease = $1::uuid and id = any($2::bigint[]) for update",
            [lease, Self.list(ids)])
    }

    /// Hands rows back: the next who asks gets them, or whoever asks when the time is over that they are to wait.
    func release(_ lease: String, _ rows: [(id: Int64, postponement: RowTicket.Postponement?)]) -> SQLRequest {
        SQLRequest(
            """
            update \(name) q set lease = null, due = clock_timestamp() + make_interval(secs => r.wait),
                attempts = coalesce(r.attempts, q.attempts)
            from unnest($2::bigint[], $3::float8[], $4::int[]) r (id, wait, attempts)
            where q.lease = $1::uuid and q.id = r.id
            """,
            [
                lease, Self.list(rows.map(\.id)), Self.list(rows.map { $0.postponement?.wait.seconds ?? 0 }),
                Self.list(rows.map { $0.postponement.map { "\($0.attempts)" } ?? "null" }),
            ])
    }

    /// In how many seconds the next row is due, whoever has it.
    var nextDue: SQLRequest {
        SQLRequest("select extract(epoch from min(due) - clock_timestamp()) from \(name)")
    }

    /// Gives the leases that are still held. Rows in a transaction that settles them are not waited for.
    func extend(_ leases: [String], by time: Duration) -> SQLRequest {
        SQLRequest(
            """
            with free as materialized (
                select id from \(name) where lease = any($1::uuid[]) for update skip locked),
            extended as (
                update \(name) q set due = clock_timestamp() + make_interval(secs => $2::float8)
                from free where q.id = free.id)
            select distinct lease from \(name) where lease = any($1::uuid[])
            """, [Self.list(leases), "\(time.seconds)"])
    }

    private static func list(_ values: [some Any]) -> String {
        "{" + values.map { "\($0)" }.joined(separator: ",") + "}"
    }
}
