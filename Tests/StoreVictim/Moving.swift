internal import IntegrationCore
internal import IntegrationStore

/// Moves every message of `in` to `out` and its number into the positions, in one change, and writes a line for every
/// change that was committed, until it is killed or nothing is left.
func move(_ store: SQLiteStore, lanes: Int) async throws {
    try await withThrowingTaskGroup(of: Void.self) { group in
        for _ in 0..<lanes {
            group.addTask {
                while let claim = try await store.claim(from: "in", count: 3, bytes: 1 << 20, for: .seconds(600)) {
                    try await store.commit(moving(claim))
                    say(claim.messages.map { "\($0.id.low)" }.joined(separator: " "))
                }
            }
        }
        try await group.waitForAll()
    }
}

private func moving(_ claim: Claim) -> StoreChange {
    var change = StoreChange()
    change.acknowledge = [Acknowledgement(lease: claim.lease, sequences: claim.messages.map(\.sequence))]
    let messages = claim.messages.map { NewMessage(id: $0.id, body: $0.body, received: $0.received) }
    change.enqueue = [Enqueue(queue: "out", block: claim.block, messages: messages)]
    change.positions = [
        StreamProgress(
            stream: StreamKey(source: "victim", identity: "in"),
            completed: claim.messages.map { $0.id.low..<$0.id.low + 1 })
    ]
    return change
}
