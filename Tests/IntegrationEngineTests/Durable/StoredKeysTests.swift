import IntegrationCore
import IntegrationStore
import IntegrationTesting
import Testing

@testable import IntegrationEngine

@Suite("Keys that are claimed, then done", .timeLimit(.minutes(1))) struct StoredKeysTests {
    private static let key = Array("order-7".utf8)
    private static let first = MessageID(high: 1, low: 1)
    private static let second = MessageID(high: 1, low: 2)

    private static func claim(
        _ keys: StoredKeys, _ messages: MessageID..., for lease: Duration = .seconds(60)
    ) async throws -> [KeyClaim] {
        try await keys.claim("f/once", messages.map { (key: key, message: $0) }, for: lease)
    }

    @Test func `one message has a key, also after a restart, and others wait for it`() async throws {
        let test = try DurableTest()
        try await test.withStore { (store: any Store) async throws in
            let keys = StoredKeys(store: store, clock: test.clock)
            #expect(try await Self.claim(keys, Self.first, Self.second) == [.claimed, .repeats(Self.first)])
        }
        try await test.withStore { (store: any Store) async throws in
            let keys = StoredKeys(store: store, clock: test.clock)
            let until = test.clock.wallTime + .seconds(60)
            #expect(try await Self.claim(keys, Self.second) == [.held(until: until)])
            #expect(try await Self.claim(keys, Self.first) == [.claimed])
        }
    }

    @Test func `a claim that nobody settled ends by itself`() async throws {
        let test = try DurableTest()
        try await test.withStore { (store: any Store) async throws in
            let keys = StoredKeys(store: store, clock: test.clock)
            #expect(try await Self.claim(keys, Self.first) == [.claimed])
            test.clock.advance(by: .seconds(61))
            #expect(try await Self.claim(keys, Self.second) == [.claimed])
        }
    }

    @Test func `a key that is settled is done until its window ends; one that failed for good is free`() async throws {
        let test = try DurableTest()
        try await test.withStore { (store: any Store) async throws in
            let keys = StoredKeys(store: store, clock: test.clock)
            let settled = SettledKey(origin: 0, namespace: "f/once", key: Self.key, window: .seconds(600))
            func commit(_ state: StateChange) async throws {
                var change = StoreChange()
                change.state = [state]
                try await store.commit(change)
            }
            _ = try await Self.claim(keys, Self.first)
            try await commit(StoredKeys.settling(settled, at: test.clock.wallTime))
            #expect(try await Self.claim(keys, Self.first, Self.second) == [.done, .done])
            test.clock.advance(by: .seconds(601))
            #expect(try await Self.claim(keys, Self.second) == [.claimed])
            try await commit(StoredKeys.releasing(settled))
            #expect(try await Self.claim(keys, Self.first) == [.claimed])
        }
    }
}
