internal import IntegrationCore
internal import Synchronization

/// A row that was handed over, for as long as nobody settled it.
struct PolledRow: Sendable {
    let id: MessageID
    let body: [UInt8]
    /// What of the stream it stands for; rows of one position share it.
    let range: Range<UInt64>
}

/// Rows that came back, at most as many as are being worked on.
final class ReleasedRows: Sendable {
    private let rows = Mutex<[PolledRow]>([])

    func add(_ released: [PolledRow]) { rows.withLock { $0 += released } }

    func take() -> [PolledRow] {
        rows.withLock { rows in
            defer { rows.removeAll() }
            return rows
        }
    }
}
