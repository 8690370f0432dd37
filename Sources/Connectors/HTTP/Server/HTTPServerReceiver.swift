internal import IntegrationCore
internal import IntegrationDocument
internal import Logging
internal import NIOCore
internal import Synchronization

/// Makes deliveries of the requests of a route, and replies of their settlements.
final class HTTPServerReceiver: Receiver {
    private let source: HTTPServerSource
    private let route: Route
    private let context: FlowContext
    private let ids = Mutex(MessageIDGenerator())

    init(_ source: HTTPServerSource, route: Route, context: FlowContext) {
        self.source = source
        self.route = route
        self.context = context
    }

    func receive() async throws(IntegrationError) -> Delivery? {
        let exchanges = await route.inbox.take(source.batchSize)
        guard !exchanges.isEmpty else { return nil }
        let batch = batch(exchanges)
        let messages = batch.messages
        return Delivery(batch) { [self] in answer(exchanges, messages, batch.arena, $0) }
    }

    private func batch(_ exchanges: [Exchange]) -> Batch {
        let arena = context.arenas.take()
        let total = exchanges.reduce(0) { $0 + $1.bodyCount }
        let block = ByteBlock(capacity: total) { target in
            var place = 0
            for exchange in exchanges {
                exchange.body?.withUnsafeReadableBytes { bytes in
                    UnsafeMutableRawBufferPointer(rebasing: UnsafeMutableRawBufferPointer(target)[place...])
                        .copyMemory(from: bytes)
                    place += bytes.count
                }
            }
            return place
        }
        arena.attach(block, as: Arena.sourceBase)
        var random = SystemRandomNumberGenerator()
        let now = UInt64(max(0, context.clock.wallTime.milliseconds))
        let first = ids.withLock { $0.next(exchanges.count, at: now, using: &random) }
        var messages: [Message] = []
        messages.reserveCapacity(exchanges.count)
        var place = 0
        for (origin, exchange) in exchanges.enumerated() {
            let count = exchange.bodyCount
            messages.append(
                Message(
                    id: MessageID(high: first.high, low: first.low &+ UInt64(origin)), origin: origin,
                    body: Slice(base: Arena.sourceBase, offset: place, length: count),
                    metadata: RequestMetadata.write(exchange, in: arena)))
            place += count
        }
        return Batch(arena: arena, messages: messages)
    }

    // MARK: Replies

    private func answer(_ exchanges: [Exchange], _ messages: [Message], _ arena: Arena, _ settlement: Settlement) {
        if settlement.isAccepted, let constant = source.reply.constant, route.rules.crossOrigin == nil {
            return Self.send(exchanges.map { ($0, constant) })
        }
        var replies: [(Exchange, EncodedReply)] = []
        replies.reserveCapacity(exchanges.count)
        for (origin, exchange) in exchanges.enumerated() {
            var reply: Reply
            switch settlement.outcome(of: origin) {
            case .accepted:
                let result = settlement.results?.messages.first { $0.origin == origin }
                reply = success(result ?? messages[origin], arena)
            case .released: reply = Refusal.later(503, "the flow behind this path is stopping").reply
            case .refused(let error): reply = Refusal(error).reply
            }
            if let crossOrigin = route.rules.crossOrigin { reply.headers += crossOrigin.headers(for: exchange.head) }
            replies.append((exchange, EncodedReply(reply)))
        }
        Self.send(replies)
    }

    private func success(_ message: Message, _ arena: Arena) -> Reply {
        do throws(IntegrationError) {
            return try source.reply.reply(message, in: arena, context)
        } catch {
            context.logger.error(
                "no reply can be made of a message that is through",
                metadata: ["message": "\(message.id)", "code": "\(error.code)", "error": "\(error.message)"])
            return Refusal(500, "the message is through, but no reply could be made of it", code: error.code.id).reply
        }
    }

    /// Sends replies on the event loops of their connections, those of one loop together.
    private static func send(_ replies: [(Exchange, EncodedReply)]) {
        var rest = replies[...]
        while let loop = rest.first?.0.connection.loop {
            let own = rest.filter { $0.0.connection.loop === loop }
            rest = own.count == rest.count ? [] : rest.filter { $0.0.connection.loop !== loop }
            loop.execute {
                for (exchange, reply) in own { exchange.connection.answer(exchange, reply) }
            }
        }
    }
}
