internal import IntegrationCore
internal import IntegrationStore

/// What the benchmark does to a store: batches of 550-byte messages.
struct Workload: Sendable {
    let store: SQLiteStore
    static let bodySize = 550
    static let lanes = 8

    static func batch(_ queue: QueueName, _ count: Int, from first: Int) -> Enqueue {
        var block = [UInt8](repeating: 0x20, count: count * bodySize)
        for place in stride(from: 0, to: block.count, by: 7) { block[place] = UInt8(truncatingIfNeeded: place &* 31) }
        let messages = (0..<count).map { index in
            NewMessage(
                id: MessageID(high: 1_700_000_000_000 << 16, low: UInt64(first + index)),
                body: index * bodySize..<(index + 1) * bodySize, received: .seconds(1_700_000_000))
        }
        return Enqueue(queue: queue, block: block, messages: messages)
    }

    /// Runs lanes at once until each has done its share.
    func inLanes(
        _ lanes: Int = lanes, _ body: @escaping @Sendable (Int) async throws -> Meter
    ) async throws -> (seconds: Double, meter: Meter) {
        let start = SystemClock().now
        let meter = try await withThrowingTaskGroup(of: Meter.self) { group in
            for lane in 0..<lanes { group.addTask { try await body(lane) } }
            return try await group.reduce(into: Meter()) { $0.add($1) }
        }
        return ((SystemClock().now - start).seconds, meter)
    }

    func enqueue(_ queue: QueueName, messages: Int, batch: Int) async throws -> (seconds: Double, meter: Meter) {
        let changes = messages / batch / Self.lanes
        return try await inLanes { lane in
            var meter = Meter()
            for number in 0..<changes {
                var change = StoreChange()
                change.enqueue = [Self.batch(queue, batch, from: (lane * changes + number) * batch)]
                let ready = change
                try await meter.time { _ = try await store.commit(ready) }
            }
            return meter
        }
    }

    /// Claims, writes to another queue and acknowledges, in one change each, until so many were moved.
    func move(
        from: QueueName, to: QueueName, messages: Int, batch: Int
    ) async throws -> (seconds: Double, meter: Meter) {
        let changes = messages / batch / Self.lanes
        return try await inLanes { _ in
            var meter = Meter()
            for _ in 0..<changes {
                try await meter.time {
                    guard
                        let claim = try await store.claim(from: from, count: batch, bytes: .max, for: .seconds(600))
                    else { return }
                    var change = StoreChange()
                    change.acknowledge = [
                        Acknowledgement(lease: claim.lease, sequences: claim.messages.map(\.sequence))
                    ]
                    change.enqueue = [
                        Enqueue(
                            queue: to, block: claim.block,
                            messages: claim.messages.map {
                                NewMessage(id: $0.id, body: $0.body, received: $0.received)
                            })
                    ]
                    try await store.commit(change)
                }
            }
            return meter
        }
    }

    func deadLetters(_ count: Int, batch: Int) async throws -> (seconds: Double, meter: Meter) {
        let changes = count / batch / Self.lanes
        return try await inLanes { lane in
            var meter = Meter()
            for number in 0..<changes {
                var change = StoreChange()
                change.deadLetters = (0..<batch).map { index in
                    DeadLetterRecord(
                        queue: "dead-letters",
                        message: MessageID(high: UInt64(lane), low: UInt64(number * batch + index)),
                        flow: "order-sync", flowVersion: "1", source: "orders", step: "validate", code: "IE2201",
                        reason: "$.id is required but missing", path: "$.id", attempts: 1, receiveCount: 1,
                        received: .seconds(1_700_000_000), failed: .seconds(1_700_000_000 + number),
                        body: [UInt8](repeating: 0x20, count: Self.bodySize))
                }
                let ready = change
                try await meter.time { _ = try await store.commit(ready) }
            }
            return meter
        }
    }
}
