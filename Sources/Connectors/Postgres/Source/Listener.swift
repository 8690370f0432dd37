internal import IntegrationCore
internal import Logging
internal import PostgreSQLClient

/// Listens to a channel on a connection of its own, and opens it again where it is cut.
struct Listener: Sendable {
    let channel: String
    let session: PostgreSQLSession
    let wakeup: Wakeup

    private static let pause = Duration.seconds(1)

    /// Runs until it is cancelled.
    func run() async {
        while !Task.isCancelled {
            do throws(IntegrationError) {
                let connection = try await session.ownConnection()
                do throws(IntegrationError) {
                    try await connection.listen(to: channel, timeout: session.timeout)
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
                session.context.logger.warning(
                    "nothing wakes the source for now",
                    metadata: ["channel": "\(channel)", "code": "\(error.code)", "error": "\(error.message)"])
                guard await session.context.pause(for: Self.pause) else { return }
            }
        }
    }
}
