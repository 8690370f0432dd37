internal import CLibPQ
public import IntegrationCore

/// What somebody told all who listen (PostgreSQL, NOTIFY).
public struct SQLNotification: Sendable, Hashable {
    public let channel: String
    public let payload: String
}

extension PostgreSQLConnection {
    /// Notifications that are handed over at once; what is more waits for the next call.
    private static let limit = 1000

    /// Listens to a channel from now on.
    public nonisolated func listen(to channel: String, timeout: Duration) async throws(IntegrationError) {
        try await interruptible { connection throws(IntegrationError) in
            let outcome = try connection.single("listen \(SQLName(channel).quoted)", until: .now + timeout)
            if let failure = outcome.failure { throw failure.error(isPreparing: true) }
        }
    }

    /// Waits for notifications on the channels that are listened to.
    ///
    /// - Returns: those that came; none where `patience` was over first.
    /// - Throws: `connectionCut`; so too when the task is cancelled, but the connection can be used on then.
    public nonisolated func notifications(
        within patience: Duration?
    ) async throws(IntegrationError) -> [SQLNotification] {
        try await interruptible { connection throws(IntegrationError) in
            try connection.notifications(until: patience.map { .now + $0 })
        }
    }

    private func notifications(
        until deadline: ContinuousClock.Instant?
    ) throws(IntegrationError) -> [SQLNotification] {
        let pointer = try open()
        while true {
            guard PQconsumeInput(pointer) == 1 else { throw cut(pointer, "the connection was cut while listening") }
            var all: [SQLNotification] = []
            while all.count < Self.limit, let next = PQnotifies(pointer) {
                all.append(
                    SQLNotification(
                        channel: String(cString: next.pointee.relname), payload: String(cString: next.pointee.extra)))
                PQfreemem(next)
            }
            if !all.isEmpty { return all }
            switch waiting.wait(for: PQsocket(pointer), toWrite: false, until: deadline) {
            case .late: return []
            case .woken where Task.isCancelled: throw IntegrationError(.connectionCut, "listening was given up")
            case .woken, .ready: continue
            }
        }
    }
}
