internal import IntegrationCore
internal import IntegrationResilience
internal import Logging
internal import PostgreSQLClient

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
    private let keep: Duration
    private let destination: String
    /// Given once the table is known to be there.
    private let isThere = ShutdownSignal()

    init(_ options: InboxOptions) {
        keep = options.keep
        destination = options.name
    }

    private static let table = OwnTable(
        name: SQLName("integration_inbox"),
        statements: [
            """
            create table if not exists integration_inbox (
                destination text not null, message text not null, received timestamptz not null default now(),
                primary key (destination, message))
            """
        ], column: "received",
        indexes: [OwnTable.Index(name: SQLName("integration_inbox_received"), form: "(destination, received)")])

    /// Creates the table where it is missing.
    func prepare(_ connection: PostgreSQLConnection, _ session: PostgreSQLSession) async throws(IntegrationError) {
        guard !isThere.isSignalled else { return }
        try await Self.table.create(connection, session)
        isThere.signal()
    }

    // MARK: Old ids

    /// How long after old ids were removed those are that have become old since then.
    private static let pruningInterval = Duration.seconds(60)
    private static let prunedAtOnce = 10_000

    /// Removes old ids as fast as they become old, beside what is sent and never in its way, until it is cancelled.
    func prune(_ session: PostgreSQLSession) async {
        await isThere.wait()
        let context = session.context
        var outage = OutageLog()
        while !Task.isCancelled {
            do throws(IntegrationError) {
                // Each time on a connection that is given back, so that nobody waits for the end of it.
                while try await session.run(pruning).changed >= Self.prunedAtOnce, !Task.isCancelled {}
                _ = outage.worked()
            } catch {
                guard !Task.isCancelled else { return }
                if outage.failed(at: context.clock.now) {
                    context.logger.warning(
                        "old ids can't be removed from integration_inbox for now",
                        metadata: ["code": "\(error.code)", "error": "\(error.message)"])
                }
            }
            guard await context.pause(for: Self.pruningInterval) else { return }
        }
    }

    private var pruning: SQLRequest {
        SQLRequest(
            """
            delete from integration_inbox where ctid = any(array(
                select ctid from integration_inbox
                where destination = $1 and received < now() - make_interval(secs => $2::float8)
                limit \(Self.prunedAtOnce) for update skip locked))
            """, [destination, "\(keep.seconds)"])
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
