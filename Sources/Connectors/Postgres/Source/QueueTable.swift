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
    var definition: String {
        let index = SQLName((table.parts.last ?? "queue") + "_due").quoted
        return """
            create table if not exists \(name) (
                id bigint generated always as identity primary key, body text not null, headers jsonb,
                due timestamptz not null default clock_timestamp(), lease uuid,
                receives integer not null default 0, suspects integer not null default 0);
            create index if not exists \(index) on \(name) (due, id)
            """
    }

    /// Whose lease ran out without a word is suspect: it may have killed whoever had it, so it comes alone.
    private func claim(_ condition: String) -> String {
        """
        with due as materialized (
            select id from \(name) where due <= clock_timestamp() and \(condition)
            order by due, id limit $3 for update skip locked)
        update \(name) q set lease = $1::uuid, due = clock_timestamp() + make_interval(secs => $2::float8),
            receives = receives + 1, suspects = suspects + (lease is not null)::int
        from due where q.id = due.id returning q.id, q.body, q.headers, q.receives, q.suspects
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

    /// Hands rows back: the next who asks gets them.
    func release(_ lease: String, _ ids: [Int64]) -> SQLRequest {
        SQLRequest(
            """
            update \(name) set lease = null, due = clock_timestamp()
            where lease = $1::uuid and id = any($2::bigint[])
            """, [lease, Self.list(ids)])
    }

    /// Gives the leases that are still held.
    func extend(_ leases: [String], by time: Duration) -> SQLRequest {
        SQLRequest(
            """
            update \(name) set due = clock_timestamp() + make_interval(secs => $2::float8)
            where lease = any($1::uuid[]) returning lease
            """, ["{" + leases.joined(separator: ",") + "}", "\(time.seconds)"])
    }

    private static func list(_ ids: [Int64]) -> String { "{" + ids.map { "\($0)" }.joined(separator: ",") + "}" }
}
