internal import IntegrationCore
internal import PostgreSQLClient
internal import Synchronization

struct InboxOptions: Sendable {
    /// What ids are noted under: a message that is known here is known to all who have the same name.
    let name: String
    /// How long ids are kept.
    let keep: Duration

    /// The name of a destination that was given none.
    ///
    /// - Parameters:
    ///   - destination: its name in the engine, which a flow numbers where it was written on the spot.
    ///   - doing: what it does, so that those that swap their places and numbers don't take each other's inbox.
    static func name(_ destination: String, _ doing: [String]) -> String {
        // With its length each, so that what ends one can't begin another.
        let print = Fingerprint(([destination] + doing).map { "\($0.utf8.count) \($0)" }.joined()).value
        let digits = String(print, radix: 16)
        let number = String(repeating: "0", count: 16 - digits.count) + digits
        return "\(String(destination.prefix(64).map { $0 == "\0" ? " " : $0 })) \(number)"
    }
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

    init(_ options: InboxOptions) {
        keep = options.keep
        destination = options.name
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
}
