internal import IntegrationCore
internal import IntegrationDocument
internal import Logging
internal import NIOCore
internal import Synchronization

/// Makes deliveries of the requests of a route, and replies of their settlements.
final class HTTPServerReceiver: Receiver {
    let source: HTTPServerSource
    let route: Route
    let context: FlowContext
    private let ids = Mutex(MessageIDGenerator())

    init(_ source: HTTPServerSource, route: Route, context: FlowContext) {
        self.source = source
        self.route = route
        self.context = context
    }

    func receive() async throws(IntegrationError) -> Delivery? {
        while true {
            var exchanges = await route.inbox.take(source.batchSize)
            guard !exchanges.isEmpty else { return nil }
            var batch = batch(exchanges)
            var keyed: [Keyed] = []
            if let keys = source.keys { keyed = try await takeRepeats(keys, from: &exchanges, &batch) }
            guard !exchanges.isEmpty else {
                context.arenas.give(batch.arena)
                continue
            }
            let (live, messages, known) = (exchanges, batch.messages, keyed)
            return Delivery(batch) { [self, arena = batch.arena] in answer(live, messages, known, arena, $0) }
        }
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

    private func answer(
        _ exchanges: [Exchange], _ messages: [Message], _ keyed: [Keyed], _ arena: Arena, _ settlement: Settlement
    ) {
        if settlement.isAccepted, keyed.isEmpty, let constant = source.reply.constant, route.rules.crossOrigin == nil {
            return Self.send(exchanges.map { ($0, constant) })
        }
        var replies: [(exchange: Exchange, reply: EncodedReply)] = []
        replies.reserveCapacity(exchanges.count)
        for (origin, exchange) in exchanges.enumerated() {
            switch settlement.outcome(of: origin) {
            case .accepted:
                let result = settlement.results?.messages.first { $0.origin == origin }
                replies.append((exchange, success(exchange, result ?? messages[origin], arena)))
            case .released:
                replies.append((exchange, encode(.later(503, "the flow behind this path is stopping"), exchange)))
            case .refused(let error): replies.append((exchange, encode(Refusal(error), exchange)))
            }
        }
        leave(keyed, replies, settlement)
        Self.send(replies)
    }

    /// The reply to a message that is safe, made once.
    func success(_ exchange: Exchange, _ message: Message, _ arena: Arena) -> EncodedReply {
        if let prepared = exchange.prepared { return prepared }
        let prepared: EncodedReply
        do throws(IntegrationError) {
            prepared = encode(try source.reply.reply(message, in: arena, context), exchange)
        } catch {
            context.logger.error(
                "no reply can be made of a message that is through",
                metadata: ["message": "\(message.id)", "code": "\(error.code)", "error": "\(error.message)"])
            prepared = encode(
                Refusal(500, "the message is through, but no reply could be made of it", code: error.code.id),
                exchange)
        }
        exchange.prepared = prepared
        return prepared
    }

    private func encode(_ refusal: Refusal, _ exchange: Exchange) -> EncodedReply { encode(refusal.reply, exchange) }

    private func encode(_ reply: Reply, _ exchange: Exchange) -> EncodedReply {
        var reply = reply
        if let crossOrigin = route.rules.crossOrigin { reply.headers += crossOrigin.headers(for: exchange.head) }
        return EncodedReply(reply)
    }

    func refuse(_ exchange: Exchange, _ refusal: Refusal) { Self.send([(exchange, encode(refusal, exchange))]) }

    /// Sends replies on the event loops of their connections, those of one loop together.
    static func send(_ replies: [(exchange: Exchange, reply: EncodedReply)]) {
        var rest = replies[...]
        while let loop = rest.first?.exchange.connection.loop {
            let own = rest.filter { $0.exchange.connection.loop === loop }
            rest = own.count == rest.count ? [] : rest.filter { $0.exchange.connection.loop !== loop }
            loop.execute {
                for (exchange, reply) in own { exchange.connection.answer(exchange, reply) }
            }
        }
    }
}
