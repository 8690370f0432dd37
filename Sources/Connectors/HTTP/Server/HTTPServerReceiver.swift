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
    private let generator = Mutex(MessageIDGenerator())

    init(_ source: HTTPServerSource, route: Route, context: FlowContext) {
        self.source = source
        self.route = route
        self.context = context
    }

    func receive() async throws(IntegrationError) -> Delivery? {
        while true {
            let exchanges = await route.inbox.take(source.batchSize)
            guard !exchanges.isEmpty else { return nil }
            var requests = requests(exchanges)
            var keyed: [Keyed] = []
            if let keys = source.keys { keyed = try await takeRepeats(keys, from: &requests) }
            guard !requests.exchanges.isEmpty else {
                context.arenas.give(requests.batch.arena)
                continue
            }
            if source.acknowledgement == .stored, source.reply.constant == nil { prepare(requests) }
            return Delivery(requests.batch) { [self, requests, keyed] in answer(requests, keyed, $0) }
        }
    }

    private func requests(_ exchanges: [Exchange]) -> RequestBatch {
        let ids: (Int) -> MessageID = { [self] count in
            var random = SystemRandomNumberGenerator()
            let now = UInt64(max(0, context.clock.wallTime.milliseconds))
            return generator.withLock { $0.next(count, at: now, using: &random) }
        }
        let arena = context.arenas.take()
        guard source.readsEvents else { return RequestBatch(exchanges, ids: ids, arena: arena) }
        return RequestBatch(eventsOf: exchanges, ids: ids, arena: arena, refuse: refuse)
    }

    // MARK: Replies

    private func answer(_ requests: RequestBatch, _ keyed: [Keyed], _ settlement: Settlement) {
        if settlement.isAccepted, keyed.isEmpty, let constant = source.reply.constant, route.rules.crossOrigin == nil {
            return Self.send(requests.exchanges.map { ($0, constant) })
        }
        var replies: [(exchange: Exchange, reply: EncodedReply)] = []
        replies.reserveCapacity(requests.exchanges.count)
        for (index, exchange) in requests.exchanges.enumerated() {
            switch requests.outcome(of: index, settlement) {
            case .accepted:
                let origin = requests.origins(of: index).lowerBound
                let result = settlement.results?.messages.first { $0.origin == origin }
                replies.append((exchange, success(exchange, result, settlement.results?.arena)))
            case .released:
                replies.append((exchange, encode(.later(503, "the flow behind this path is stopping"), exchange)))
            case .refused(let error): replies.append((exchange, encode(Refusal(error), exchange)))
            }
        }
        leave(keyed, replies, settlement)
        Self.send(replies)
    }

    /// Makes the replies that depend on nothing but what came; nobody keeps that for us afterwards.
    private func prepare(_ requests: RequestBatch) {
        for (index, exchange) in requests.exchanges.enumerated() {
            let message = requests.batch.messages[requests.origins(of: index).lowerBound]
            _ = success(exchange, message, requests.batch.arena)
        }
    }

    /// The reply to a message that is safe, made once.
    ///
    /// - Parameters:
    ///   - message: what it is made of; nil where it needs no message, or has been made.
    ///   - arena: that of the message.
    func success(_ exchange: Exchange, _ message: Message?, _ arena: Arena?) -> EncodedReply {
        if let prepared = exchange.prepared { return prepared }
        let prepared: EncodedReply
        do throws(IntegrationError) {
            if let constant = source.reply.constant, route.rules.crossOrigin == nil {
                prepared = constant
            } else if let message, let arena {
                prepared = encode(try source.reply.reply(message, in: arena, context), exchange)
            } else {
                prepared = encode(try source.reply.reply(), exchange)
            }
        } catch {
            context.logger.error(
                "no reply can be made of a message that is through",
                metadata: ["source": "\(source.owner)", "code": "\(error.code)", "error": "\(error.message)"])
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
