/// How a source's messages are acknowledged where that is part of a store's transaction: by their position in a stream,
/// or by a lease.
public protocol DeliveryTicket: Sendable {}

/// Messages that are held under a lease, which somebody else may have by now.
public protocol LeasedTicket: DeliveryTicket {
    /// Given when the lease was lost: what is still done for these messages is in vain.
    var lost: ShutdownSignal { get }
}

/// Messages that another system holds for us, and of which nothing else is kept.
public struct HeldTicket: LeasedTicket {
    public let lost = ShutdownSignal()

    public init() {}
}

/// Messages of another system's queue, which a destination in the same system may settle in the transaction of its
/// effects, and which wait in that queue for another try.
public protocol JointTicket: LeasedTicket {
    /// The message, once it is released, is handed over again after `wait`, with so many failed tries behind it.
    func postpone(_ index: Int, by wait: Duration, attempts: Int)
}

/// So many messages of a delivery, one after another, that share a ticket; nil where nothing is kept of them.
public struct TicketRun: Sendable {
    public var ticket: (any DeliveryTicket)?
    public var count: Int

    public init(_ ticket: (any DeliveryTicket)?, count: Int) {
        self.ticket = ticket
        self.count = count
    }
}

extension [TicketRun] {
    /// The ticket of a message, and its place among those that share it.
    public func ticket(of origin: Int) -> (ticket: any DeliveryTicket, index: Int)? {
        var start = 0
        for run in self {
            if origin < start + run.count { return run.ticket.map { ($0, origin - start) } }
            start += run.count
        }
        return nil
    }
}

/// Messages are records of a stream whose progress is kept: what is settled is not read again.
public struct PositionTicket: DeliveryTicket {
    /// What the source knows the stream by, such as a file's device and inode.
    public let stream: String
    /// Where each record stands in the stream, in the order of the origins; with what lies between it and the next.
    /// Records with the same place count as settled when all of them are.
    public let records: [Range<UInt64>]

    public init(stream: String, records: [Range<UInt64>]) {
        self.stream = stream
        self.records = records
    }
}

/// What a store knows about a source's streams.
public protocol StreamPositions: Sendable {
    /// The parts of a stream that are settled, in order; nil where nothing is known of it.
    func completed(_ stream: String) async throws(IntegrationError) -> [Range<UInt64>]?

    /// Makes a stream known of which nothing is settled yet.
    func begin(_ stream: String) async throws(IntegrationError)
}
