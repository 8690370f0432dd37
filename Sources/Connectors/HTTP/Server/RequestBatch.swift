internal import IntegrationCore
internal import IntegrationDocument
internal import NIOCore
internal import NIOHTTP1

/// Requests as a batch of messages; of each comes one, or, where it carries a batch of events, several.
struct RequestBatch: Sendable {
    var exchanges: [Exchange]
    var batch: Batch
    /// The request that each message came in, by origin; empty where each request is one message.
    private(set) var owners: [Int] = []

    /// Each request is a message: its body as it came.
    init(_ exchanges: [Exchange], ids: (Int) -> MessageID, arena: Arena) {
        self.exchanges = exchanges
        var spans: [(exchange: Exchange, count: Int)] = []
        spans.reserveCapacity(exchanges.count)
        let block = ByteBlock(capacity: exchanges.reduce(0) { $0 + $1.bodyCount }) { target in
            var place = 0
            for exchange in exchanges {
                exchange.body?.withUnsafeReadableBytes { bytes in
                    UnsafeMutableRawBufferPointer(rebasing: UnsafeMutableRawBufferPointer(target)[place...])
                        .copyMemory(from: bytes)
                    place += bytes.count
                }
                spans.append((exchange, exchange.bodyCount))
            }
            return place
        }
        batch = Self.batch(spans.map { ($0.exchange, nil, $0.count) }, block, ids, arena)
    }

    /// Each event that a request carries is a message: its data.
    ///
    /// - Parameter refuse: gets requests that carry none, or broken ones.
    init(
        eventsOf exchanges: [Exchange], ids: (Int) -> MessageID, arena: Arena, refuse: (Exchange, Refusal) -> Void
    ) {
        self.exchanges = []
        var parts: [(exchange: Exchange, event: CloudEvent?, count: Int)] = []
        var bytes: [UInt8] = []
        for exchange in exchanges {
            do throws(IntegrationError) {
                let events = try CloudEventReader.read(
                    exchange.head.headers, exchange.body.map { Array($0.readableBytesView) } ?? [])
                guard !events.isEmpty else { throw CloudEvent.invalid("the batch holds no event") }
                for event in events {
                    bytes += event.data ?? []
                    parts.append((exchange, event, event.data?.count ?? 0))
                    owners.append(self.exchanges.count)
                }
                self.exchanges.append(exchange)
            } catch {
                refuse(exchange, Refusal(400, error.message, code: error.code.id, path: error.path))
            }
        }
        batch = Self.batch(parts, ByteBlock(bytes), ids, arena)
    }

    private static func batch(
        _ parts: [(exchange: Exchange, event: CloudEvent?, count: Int)], _ block: ByteBlock, _ ids: (Int) -> MessageID,
        _ arena: Arena
    ) -> Batch {
        arena.attach(block, as: Arena.sourceBase)
        let first = ids(parts.count)
        var messages: [Message] = []
        messages.reserveCapacity(parts.count)
        var place = 0
        for (origin, part) in parts.enumerated() {
            messages.append(
                Message(
                    id: MessageID(high: first.high, low: first.low &+ UInt64(origin)), origin: origin,
                    body: Slice(base: Arena.sourceBase, offset: place, length: part.count),
                    metadata: RequestMetadata.write(part.exchange, part.event, in: arena)))
            place += part.count
        }
        return Batch(arena: arena, messages: messages)
    }

    /// The origins of the messages that came in a request.
    func origins(of exchange: Int) -> Range<Int> {
        guard !owners.isEmpty else { return exchange..<exchange + 1 }
        let start = owners.firstIndex(of: exchange) ?? 0
        let end = owners[start...].firstIndex { $0 != exchange } ?? owners.count
        return start..<end
    }

    /// What became of a request: the worst of what became of its messages.
    func outcome(of exchange: Int, _ settlement: Settlement) -> Settlement.Outcome {
        var worst = Settlement.Outcome.accepted
        for origin in origins(of: exchange) {
            switch settlement.outcome(of: origin) {
            case .accepted: break
            case .released: worst = .released
            case .refused(let error): return .refused(error)
            }
        }
        return worst
    }
}
