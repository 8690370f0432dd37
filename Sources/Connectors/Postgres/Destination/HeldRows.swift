internal import IntegrationCore
internal import PostgreSQLClient

/// The rows of queue tables in this database that a batch's messages came from: they go in the transaction of the
/// effects, and what is held no longer has none.
struct HeldRows: Sendable {
    /// Rows under one lease.
    struct Lease: Sendable {
        let ticket: RowTicket
        /// By the message's index in the batch.
        var ids: [Int: Int64] = [:]

        private var sorted: [Int64] { ids.values.sorted() }

        /// Gives the rows that are still held, and keeps them so until the transaction ends.
        var hold: SQLRequest { ticket.table.hold(ticket.lease, sorted) }
        var accept: SQLRequest { ticket.table.accept(ticket.lease, sorted) }
    }

    private let tickets: [(ticket: RowTicket, id: Int64)?]

    /// - Returns: nil where no message came from this database, or none of them may be settled here.
    init?(of batch: Batch, in database: PostgreSQLDatabase) {
        guard let joint = batch.joint else { return nil }
        tickets = batch.messages.map { message in
            guard let (ticket, index) = joint.ticket(of: message.origin), let ticket = ticket as? RowTicket,
                ticket.database === database
            else { return nil }
            return (ticket, ticket.ids[index])
        }
        guard tickets.contains(where: { $0 != nil }) else { return nil }
    }

    /// The leases under which some messages are held, by their indices.
    func leases(of messages: some Sequence<Int>) -> [Lease] {
        var leases: [Lease] = []
        for index in messages {
            guard let (ticket, id) = tickets[index] else { continue }
            let place = leases.firstIndex { $0.ticket === ticket }
            if place == nil { leases.append(Lease(ticket: ticket)) }
            leases[place ?? leases.count - 1].ids[index] = id
        }
        return leases
    }
}
