internal import IntegrationCore
internal import IntegrationStore

/// Keys in the engine's store: a byte that tells the state, and the id of the message that claimed it.
struct StoredKeys: KeyedState {
    let store: any Store
    let clock: any TimeSource

    private static let tries = 8

    func claim(
        _ namespace: String, _ claims: [(key: [UInt8], message: MessageID)], for lease: Duration
    ) async throws(IntegrationError) -> [KeyClaim] {
        for _ in 1..<Self.tries {
            do throws(IntegrationError) {
                return try await claimOnce(namespace, claims, for: lease)
            } catch {
                // Another lane was quicker with one of the keys: look again.
                guard error.code == .stateConflict else { throw error }
            }
        }
        return try await claimOnce(namespace, claims, for: lease)
    }

    private func claimOnce(
        _ namespace: String, _ claims: [(key: [UInt8], message: MessageID)], for lease: Duration
    ) async throws(IntegrationError) -> [KeyClaim] {
        let now = clock.wallTime
        var change = StoreChange()
        var outcomes: [KeyClaim] = []
        var taken: [[UInt8]: MessageID] = [:]
        for (key, message) in claims {
            if let owner = taken[key] {
                outcomes.append(owner == message ? .claimed : .repeats(owner))
                continue
            }
            let known = try await store.state(namespace, key)
            if known?.value.first == Self.done {
                outcomes.append(.done)
                continue
            }
            if let known, known.value != Self.value(of: message) {
                outcomes.append(.held(until: known.expires ?? now + lease))
                continue
            }
            taken[key] = message
            outcomes.append(.claimed)
            change.state.append(
                StateChange(
                    namespace: namespace, key: key, expected: known.map { .version($0.version) } ?? .absent,
                    value: Self.value(of: message), expires: now + lease))
        }
        if !change.isEmpty { try await store.commit(change) }
        return outcomes
    }

    private static let claimed: UInt8 = 0
    private static let done: UInt8 = 1

    private static func value(of message: MessageID) -> [UInt8] {
        [claimed]
            + withUnsafeBytes(of: message.high.bigEndian) { Array($0) }
            + withUnsafeBytes(of: message.low.bigEndian) { Array($0) }
    }

    /// What lets others have the key of a message that failed for good; a replay claims it anew.
    static func releasing(_ key: SettledKey) -> StateChange {
        StateChange(namespace: key.namespace, key: key.key, expected: .anything, value: nil)
    }

    /// What makes a key done.
    ///
    /// - Parameters:
    ///   - note: what is noted with it.
    ///   - now: wall time.
    static func settling(_ key: SettledKey, note: [UInt8] = [], at now: Duration) -> StateChange {
        StateChange(
            namespace: key.namespace, key: key.key, expected: .anything, value: [done] + note,
            expires: now + key.window)
    }

    func notes(_ namespace: String, _ keys: [[UInt8]]) async throws(IntegrationError) -> [[UInt8]?] {
        var notes: [[UInt8]?] = []
        for key in keys {
            let value = try await store.state(namespace, key)?.value
            notes.append(value?.first == Self.done ? value.map { Array($0.dropFirst()) } : nil)
        }
        return notes
    }
}
