internal import IntegrationCore
internal import PostgreSQLClient
internal import Synchronization

struct InboxOptions: Sendable {
    /// How long ids are kept.
    let keep: Duration
}

/// The table where messages that had their effect are noted, in the transaction of the effect.
final class Inbox: Sendable {
    private struct State {
        var isThere = false
        var nextPruning = Duration.zero
    }

    private let keep: Duration
    private let destination: String
    private let state = Mutex(State())

    /// - Parameter destination: what ids are noted under; other destinations have their own.
    init(_ options: InboxOptions, of destination: String) {
        keep = options.keep
        self.destination = Self.digest(destination)
    }

    /// How often old ids are removed, and how many at most then.
    private static let pruningInterval = Duration.seconds(60)
    private static let prunedAtOnce = 10_000

    /// Creates the table where it is missing, and removes old ids now and then.
    func prepare(_ connection: PostgreSQLConnection, _ session: PostgreSQLSession) async throws(IntegrationError) {
        if !state.withLock({ $0.isThere }) {
            try await OwnTable.create(
                "integration_inbox",
                """
                create table if not exists integration_inbox (
                    destination text not null, message text not null, received timestamptz not null default now(),
                    primary key (destination, message));
                create index if not exists integration_inbox_received on integration_inbox (destination, received)
                """, column: "received", connection, timeout: session.timeout)
            state.withLock { $0.isThere = true }
        }
        let now = session.context.clock.now
        let isDue = state.withLock { state in
            guard state.nextPruning <= now else { return false }
            state.nextPruning = now + Self.pruningInterval
            return true
        }
        guard isDue else { return }
        let request = SQLRequest(
            """
            delete from integration_inbox where ctid = any(array(
                select ctid from integration_inbox
                where destination = $1 and received < now() - make_interval(secs => $2::float8)
                limit \(Self.prunedAtOnce)))
            """, [destination, "\(keep.seconds)"])
        _ = try await connection.run(request, timeout: session.timeout)
    }

    /// What may have to be run in a transaction that has failed, where nothing can be prepared any more.
    var releaseStatement: String { release([]).sql }

    /// Notes ids; gives those that were not noted yet. Others that note the same wait for one another.
    func claim(_ ids: [MessageID]) -> SQLRequest {
        SQLRequest(
            """
            insert into integration_inbox (destination, message) select $1, m from unnest($2::text[]) m order by m
            on conflict do nothing returning message
            """, [destination, Self.list(ids)])
    }

    /// Takes ids back that had no effect after all.
    func release(_ ids: [MessageID]) -> SQLRequest {
        SQLRequest(
            "delete from integration_inbox where destination = $1 and message = any($2::text[])",
            [destination, Self.list(ids)])
    }

    /// Ids are letters and digits alone.
    private static func list(_ ids: [MessageID]) -> String { "{" + ids.map(\.description).joined(separator: ",") + "}" }

    /// As much of the name as is worth reading, and what tells it from others.
    private static func digest(_ name: String) -> String {
        "\(String(name.prefix(64).map { $0 == "\0" ? " " : $0 })) \(String(Fingerprint(name).value, radix: 16))"
    }
}
