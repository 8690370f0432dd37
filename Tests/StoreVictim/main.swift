internal import Glibc
internal import IntegrationCore
internal import IntegrationStore

// usage: StoreVictim FOLDER LANES
//
// Moves every message of `in` to `out`, its number into the positions and a count into the state, all in one change, and
// writes a line for every change that was committed, until it is killed or nothing is left.
let arguments = CommandLine.arguments
guard arguments.count == 3, let lanes = Int(arguments[2]) else { exit(64) }

try await SQLiteStore.withStore(in: arguments[1]) { store in
    try await withThrowingTaskGroup(of: Void.self) { group in
        for _ in 0..<lanes {
            group.addTask {
                while let claim = try await store.claim(from: "in", count: 3, bytes: 1 << 20, for: .seconds(600)) {
                    var change = StoreChange()
                    change.acknowledge = [
                        Acknowledgement(lease: claim.lease, sequences: claim.messages.map(\.sequence))
                    ]
                    change.enqueue = [
                        Enqueue(
                            queue: "out", block: claim.block,
                            messages: claim.messages.map {
                                NewMessage(id: $0.id, body: $0.body, received: $0.received)
                            })
                    ]
                    change.positions = [
                        StreamProgress(
                            stream: StreamKey(source: "victim", identity: "in"),
                            completed: claim.messages.map { $0.id.low..<$0.id.low + 1 })
                    ]
                    try await store.commit(change)
                    let line = claim.messages.map { "\($0.id.low)" }.joined(separator: " ") + "\n"
                    _ = line.withCString { write(1, $0, strlen($0)) }
                }
            }
        }
        try await group.waitForAll()
    }
}
