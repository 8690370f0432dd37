internal import IntegrationCore
internal import IntegrationResilience
internal import Logging
internal import PostgreSQLClient

/// Listens to a channel on a connection of its own, and opens it again where it is cut.
struct Listener: Sendable {
    let channel: String
    let session: PostgreSQLSession
    let wakeup: Wakeup

    private static let pause = Duration.seconds(1)

    /// Opens a database and listens for the length of `body`; without a channel nothing wakes anybody.
    ///
    /// - Parameter body: gets the open database, and what wakes it where somebody notifies the channel.
    static func with<R: Sendable>(
        channel: String?, on connection: PostgresConnection, in context: FlowContext,
        _ body: (PostgreSQLSession, Wakeup) async throws -> R
    ) async throws -> R {
        try await connection.database.open(in: context) { session in
            let wakeup = Wakeup()
            return try await withThrowingTaskGroup(of: Void.self) { group in
                if let channel {
                    group.addTask { await Listener(channel: channel, session: session, wakeup: wakeup).run() }
                }
                defer { group.cancelAll() }
                return try await body(session, wakeup)
            }
        }
    }

    /// Runs until it is cancelled.
    func run() async {
        var outage = OutageLog()
        while !Task.isCancelled {
            do throws(IntegrationError) {
                let connection = try await session.ownConnection()
                do throws(IntegrationError) {
                    try await connection.listen(to: channel, timeout: session.timeout)
                    _ = outage.worked()
                    // Whatever was told while nobody listened is found by looking.
                    wakeup.wake()
                    while true {
                        if try await !connection.notifications(within: nil).isEmpty { wakeup.wake() }
                    }
                } catch {
                    await connection.close()
                    throw error
                }
            } catch {
                guard !Task.isCancelled else { return }
                if outage.failed(at: session.context.clock.now) {
                    session.context.logger.warning(
                        "nothing wakes the source for now",
                        metadata: ["channel": "\(channel)", "code": "\(error.code)", "error": "\(error.message)"])
                }
                guard await session.context.pause(for: Self.pause) else { return }
            }
        }
    }
}
