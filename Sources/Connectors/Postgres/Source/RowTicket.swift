internal import IntegrationCore
internal import PostgreSQLClient
internal import Synchronization

/// Rows of a queue table under one lease. A destination in the same database deletes them with its effects, in one
/// transaction; whoever has lost the lease by then has no effect.
final class RowTicket: JointTicket {
    /// When a row is handed over again, and how many failed tries it has behind it.
    struct Postponement: Sendable {
        var wait: Duration
        var attempts: Int
    }

    private struct State {
        /// Transactions under way that may settle rows.
        var transactions = 0
        var settled: Set<Int64> = []
        var postponed: [Int64: Postponement] = [:]
    }

    let database: PostgreSQLDatabase
    let table: QueueTable
    let lease: String
    /// By place in the delivery.
    let ids: [Int64]
    let lost = ShutdownSignal()
    private let state = Mutex(State())

    init(database: PostgreSQLDatabase, table: QueueTable, lease: String, ids: [Int64]) {
        self.database = database
        self.table = table
        self.lease = lease
        self.ids = ids
    }

    func postpone(_ index: Int, by wait: Duration, attempts: Int) {
        state.withLock { $0.postponed[ids[index]] = Postponement(wait: wait, attempts: attempts) }
    }

    func postponement(of id: Int64) -> Postponement? { state.withLock { $0.postponed[id] } }

    /// A transaction begins that may settle rows.
    func begin() { state.withLock { $0.transactions += 1 } }

    /// It has ended.
    ///
    /// - Parameter settled: the rows that are gone with it.
    func end(settled: some Sequence<Int64>) {
        state.withLock { state in
            state.transactions -= 1
            state.settled.formUnion(settled)
        }
    }

    /// Whether a transaction has settled the row.
    func isSettled(_ id: Int64) -> Bool { state.withLock { $0.settled.contains(id) } }

    /// Whether there must be rows with this lease unless it was lost.
    var holdsRows: Bool { state.withLock { $0.transactions == 0 && $0.settled.count < ids.count } }
}
