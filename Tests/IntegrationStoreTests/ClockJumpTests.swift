import IntegrationCore
import IntegrationTesting
import Testing

@testable import IntegrationStore

@Suite("Clock jumps")
struct ClockJumpTests {
    @Test("A lease does not care how the wall clock is set", arguments: [86_400, -86_400])
    func leases(seconds: Int) async throws {
        let clock = JumpingClock()
        try await SQLiteStore.withStore(in: SQLiteHome().path, clock: clock) { store in
            try await store.put(["a"], in: "q", firstID: 1)
            let claim = try #require(try await store.claim(from: "q", count: 1, bytes: 1 << 20, for: .seconds(30)))
            clock.jump(by: .seconds(seconds))
            #expect(try await store.claim(from: "q", count: 1, bytes: 1 << 20, for: .seconds(30)) == nil)
            try await store.extend(claim.lease, for: .seconds(30))
            clock.manual.advance(by: .seconds(29))
            var change = StoreChange()
            change.acknowledge = [Acknowledgement(lease: claim.lease, sequences: claim.messages.map(\.sequence))]
            try await store.commit(change)
            #expect(try await store.queues().allSatisfy { $0.messages == 0 })
        }
    }

    @Test("What waits for its time is handed out when the wall clock says so, and is never lost")
    func delays() async throws {
        let clock = JumpingClock()
        let home = SQLiteHome()
        try await SQLiteStore.withStore(in: home.path, clock: clock) { store in
            var change = StoreChange()
            let later = NewMessage(
                id: MessageID(high: 0, low: 1), body: 0..<5, received: clock.wallTime,
                due: clock.wallTime + .seconds(60))
            change.enqueue = [Enqueue(queue: "q", block: Array("later".utf8), messages: [later])]
            try await store.commit(change)
            clock.jump(by: .seconds(-3600))
            #expect(try await store.claim(from: "q", count: 1, bytes: 1 << 20, for: .seconds(30)) == nil)
        }
        clock.jump(by: .seconds(2 * 3600))
        try await SQLiteStore.withStore(in: home.path, clock: clock) { store in
            let claim = try await store.claim(from: "q", count: 1, bytes: 1 << 20, for: .seconds(30))
            #expect(claim?.messages.map(\.id.low) == [1])
        }
    }
}
