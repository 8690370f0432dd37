internal import IntegrationCore
internal import PostgreSQLClient

/// Runs a statement, or writes a row, for each message. Accepted means: committed.
struct PostgresDestination: Destination {
    let connection: PostgresConnection
    let target: RowTarget
    let arguments: Arguments
    /// Nil: repetitions are not told from others.
    let inbox: InboxOptions?

    func withSender<R: Sendable>(
        in context: FlowContext, _ body: (any Sender) async throws -> R
    ) async throws -> R {
        try await connection.database.open(in: context) { session in
            guard let inbox = inbox.map({ Inbox($0) }) else {
                return try await body(PostgresSender(destination: self, session: session, inbox: nil))
            }
            return try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { await inbox.prune(session) }
                defer { group.cancelAll() }
                return try await body(PostgresSender(destination: self, session: session, inbox: inbox))
            }
        }
    }
}

/// An open destination.
struct PostgresSender: Sender {
    let destination: PostgresDestination
    let session: PostgreSQLSession
    let inbox: Inbox?

    var endsWhenCancelled: Bool { true }

    func send(_ batch: Batch) async throws(IntegrationError) -> SendReport {
        guard !batch.messages.isEmpty else { return .accepted }
        let context = session.context
        let arena = context.arenas.take()
        defer { context.arenas.give(arena) }
        // Others may read the batch meanwhile, and parsing writes into its memory.
        let own = batch.copy(of: batch.messages.indices, into: arena)
        return try await session.withConnection { connection async throws(IntegrationError) in
            let form = try await RowForm(
                of: destination.target.single, arguments: destination.arguments, connection, session)
            if let inbox { try await inbox.prepare(connection, session) }
            var writer = BatchWriter(
                target: destination.target, connection: connection, timeout: session.timeout, inbox: inbox,
                held: HeldRows(of: own, in: destination.connection.database))
            try await writer.write(own, form, context)
            var report = writer.report
            // What was stored is, so that nothing is thrown any more.
            guard report.refused.contains(where: { $0.error.isAboutTypes }),
                let outdated = await connection.outdated(destination.target.single, timeout: session.timeout)
            else { return report }
            for index in report.refused.indices where report.refused[index].error.isAboutTypes {
                var error = outdated
                error.causes.append(report.refused[index].error.message)
                report.refused[index].error = error
            }
            return report
        }
    }
}
