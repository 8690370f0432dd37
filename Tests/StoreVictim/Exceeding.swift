internal import Glibc
internal import IntegrationCore
internal import IntegrationStore

/// Writes until the limit of file sizes makes a write fail, which is not the error of a full disk, lifts the limit and
/// goes on; tells what came of each.
func exceedLimit(_ store: SQLiteStore) async throws {
    try await store.commit(large(0))
    guard let claim = try await store.claim(from: "q", count: 1, bytes: 1 << 20, for: .seconds(600)) else { return }
    setFileLimit(4 << 20)
    var stored = 1
    var failure: IntegrationError?
    while failure == nil, stored < 10_000 {
        do throws(IntegrationError) {
            try await store.commit(large(stored))
            stored += 1
        } catch {
            failure = error
        }
    }
    say("\(stored)")
    say("fill: \(name(failure))")
    setFileLimit(rlim_t.max)
    var late = StoreChange()
    late.acknowledge = [Acknowledgement(lease: claim.lease, sequences: [claim.messages[0].sequence])]
    do throws(IntegrationError) {
        try await store.commit(late)
        say("late: taken")
    } catch {
        say("late: \(name(error))")
    }
    let again = try await store.claim(from: "q", count: 9, bytes: 1 << 20, for: .seconds(600))
    let first = again?.messages.first
    say("again: id \(first?.id.low ?? .max), suspect \(first?.suspectCount ?? -1)")
    try await store.commit(large(stored))
    say("more: taken")
}

private func setFileLimit(_ bytes: rlim_t) {
    let limit = rlimit(rlim_cur: bytes, rlim_max: rlim_t.max)
    guard setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), [limit]) == 0 else { exit(71) }
}

private func name(_ error: IntegrationError?) -> String {
    switch error?.code {
    case .storageFailed: "IE5105 storageFailed"
    case .leaseLost: "IE5108 leaseLost"
    case let other: other.map { "\($0.id) \(error?.message ?? "")" } ?? "taken"
    }
}

private func large(_ number: Int) -> StoreChange {
    let size = 20_000
    var change = StoreChange()
    change.enqueue = [
        Enqueue(
            queue: "q", block: [UInt8](repeating: 0x78, count: size),
            messages: [NewMessage(id: MessageID(high: 0, low: UInt64(number)), body: 0..<size, received: .zero)])
    ]
    return change
}
