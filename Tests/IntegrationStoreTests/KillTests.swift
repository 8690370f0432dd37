import IntegrationCore
import IntegrationStore
import IntegrationTesting
import Testing

@Suite struct KillTests {
    @Test(.timeLimit(.minutes(2)))
    func `a process that is killed loses nothing that it was told is committed, and doubles nothing`() async throws {
        let home = SQLiteHome()
        let all = 3000
        let texts = (0..<all).map { "message \($0)" }
        try await home.withStore(clock: ManualClock()) { store in try await store.put(texts, in: "in", firstID: 0) }
        var random = RandomSource(seed: 7)
        var promised: Set<UInt64> = []
        var kills = 0
        var held = 0
        // A kill counts only where a delivery was in flight.
        for _ in 0..<60 where kills < 12 {
            let victim = try ChildProcess("StoreVictim", [home.path, "4"])
            for line in victim.kill(afterLines: Int.random(in: 1...30, using: &random)) {
                promised.formUnion(line.split(separator: " ").compactMap { UInt64($0) })
            }
            held = try await SQLiteReader.withReader(of: home.path) { reader in
                try await reader.queues().first { $0.name == "in" }?.leased ?? 0
            }
            if held > 0 { kills += 1 }
        }
        try await home.withStore(clock: ManualClock()) { store in
            let left = try await store.peek("in", offset: 0, limit: all + 1)
            let moved = try await store.peek("out", offset: 0, limit: all + 1)
            #expect(left.count + moved.count == all)
            #expect(Set((left + moved).map(\.id)).count == all)
            #expect(promised.isSubset(of: moved.map(\.id.low)))
            #expect(moved.allSatisfy { String(decoding: $0.body, as: UTF8.self) == "message \($0.id.low)" })
            let positions = try await store.positions(of: "victim").first?.completed ?? IntervalSet()
            #expect(positions == IntervalSet(moved.map { $0.id.low..<$0.id.low + 1 }))
            #expect(left.count { $0.suspectCount > 0 } >= held)
        }
        print("\(kills) kills, \(all) messages, 0 lost, 0 duplicates (bound 0), seed 7")
        #expect(kills == 12)
    }
}

extension Store {
    /// Puts messages of these texts into a queue; ids count up from `firstID`.
    func put(_ texts: [String], in queue: QueueName, firstID: UInt64 = 1) async throws {
        var block: [UInt8] = []
        var messages: [NewMessage] = []
        for (index, text) in texts.enumerated() {
            let start = block.count
            block += text.utf8
            messages.append(
                NewMessage(
                    id: MessageID(high: 0, low: firstID + UInt64(index)), body: start..<block.count,
                    received: .seconds(1)))
        }
        var change = StoreChange()
        change.enqueue = [Enqueue(queue: queue, block: block, messages: messages)]
        try await commit(change)
    }
}
