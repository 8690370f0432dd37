internal import IntegrationCore
internal import IntegrationDocument
internal import IntegrationResilience
internal import Logging
internal import PostgreSQLClient

/// Hands over what NOTIFY tells. Class C: what is told while nobody listens is gone.
struct NotificationSource: Source {
    let connection: PostgresConnection
    let channel: String
    let batchSize: Int

    var guarantee: DeliveryGuarantee { .bestEffort }
    var isFinite: Bool { false }

    func withReceiver<R: Sendable>(
        in context: FlowContext, _ body: (any Receiver) async throws -> R
    ) async throws -> R {
        try await connection.database.open(in: context) { session in
            let receiver = NotificationReceiver(self, session: session)
            let result: Result<R, any Error>
            do {
                result = .success(try await body(receiver))
            } catch {
                result = .failure(error)
            }
            await receiver.close()
            return try result.get()
        }
    }
}

/// An open channel. One lane listens at a time.
actor NotificationReceiver: Receiver {
    private let source: NotificationSource
    private let session: PostgreSQLSession
    private var connection: PostgreSQLConnection?
    private var pending: [SQLNotification] = []
    private var ids = MessageIDGenerator()
    private var isListening = false
    private var outage = OutageLog()
    private var waiting: [CheckedContinuation<Void, Never>] = []

    private static let pause = Duration.seconds(1)

    init(_ source: NotificationSource, session: PostgreSQLSession) {
        self.source = source
        self.session = session
    }

    func close() async {
        await connection?.close()
        connection = nil
    }

    func receive() async throws(IntegrationError) -> Delivery? {
        while isListening { await withCheckedContinuation { waiting.append($0) } }
        isListening = true
        defer {
            isListening = false
            if !waiting.isEmpty { waiting.removeFirst().resume() }
        }
        let context = session.context
        while pending.isEmpty {
            guard !context.shutdown.isSignalled, !context.ending.isSignalled, !Task.isCancelled else { return nil }
            do throws(IntegrationError) {
                pending = try await next()
            } catch {
                guard !Task.isCancelled, !context.shutdown.isSignalled else { return nil }
                await close()
                if outage.failed(at: context.clock.now) {
                    context.logger.error(
                        "the channel can't be listened to for now",
                        metadata: [
                            "channel": "\(source.channel)", "code": "\(error.code)", "error": "\(error.message)",
                        ])
                }
                guard await context.pause(for: Self.pause) else { return nil }
            }
        }
        let taken = Array(pending.prefix(source.batchSize))
        pending.removeFirst(taken.count)
        return delivery(of: taken)
    }

    /// What is told next; nothing where the flow stops.
    private func next() async throws(IntegrationError) -> [SQLNotification] {
        let open: PostgreSQLConnection
        if let connection {
            open = connection
        } else {
            open = try await session.ownConnection()
            connection = open
            try await open.listen(to: source.channel, timeout: session.timeout)
            if outage.worked() { session.context.logger.notice("the channel is listened to again") }
        }
        let context = session.context
        let result: Result<[SQLNotification], IntegrationError> = await withTaskGroup(
            of: Result<[SQLNotification], IntegrationError>?.self
        ) { group in
            group.addTask {
                do throws(IntegrationError) {
                    return .success(try await open.notifications(within: nil))
                } catch {
                    return .failure(error)
                }
            }
            group.addTask {
                await context.shutdown.wait()
                return nil
            }
            group.addTask {
                await context.ending.wait()
                return nil
            }
            let first = await group.next() ?? nil
            group.cancelAll()
            return first ?? .success([])
        }
        return try result.get()
    }

    private func delivery(of notifications: [SQLNotification]) -> Delivery {
        let context = session.context
        let batch = RowBatch(arena: context.arenas.take())
        var random = context.random
        let first = ids.next(
            notifications.count, at: UInt64(max(0, context.clock.wallTime.milliseconds)), using: &random)
        let messages = notifications.enumerated().map { origin, notification in
            let bytes = Array(notification.payload.utf8)
            return Message(
                id: MessageID(high: first.high, low: first.low &+ UInt64(origin)), origin: origin,
                body: bytes.withUnsafeBufferPointer { batch.body($0) } ?? .empty)
        }
        return Delivery(Batch(arena: batch.arena, messages: messages)) { _ in }
    }
}
