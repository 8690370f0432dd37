/// One hand-over of messages by a source, with the way home for their acknowledgement.
///
/// Settled exactly once; a delivery that is dropped unsettled releases all its messages to the source.
public struct Delivery: ~Copyable, Sendable {
    private var batch: Batch?
    private var settleAction: (@Sendable (Settlement) -> Void)?
    /// Number of messages handed over; origins are `0 ..< count`.
    public let count: Int
    /// What a store notes in the same transaction as the effects of the messages; none where the source keeps nothing.
    public let tickets: [TicketRun]

    /// - Parameters:
    ///   - tickets: in the order of the origins, all of them together; or none.
    ///   - settle: called once, from any thread, and must not block: the source coalesces acknowledgements.
    public init(_ batch: Batch, tickets: [TicketRun] = [], settle: @escaping @Sendable (Settlement) -> Void) {
        count = batch.messages.count + batch.failures.count
        self.batch = batch
        self.tickets = tickets
        settleAction = settle
    }

    /// Takes the messages; a delivery's batch can be taken once.
    public mutating func takeBatch() -> Batch {
        guard let taken = batch.take() else { preconditionFailure("a delivery's batch was taken twice") }
        return taken
    }

    /// Tells the source what became of each message.
    public consuming func settle(_ settlement: Settlement) {
        settleAction.take()?(settlement)
    }

    deinit { settleAction?(.released) }
}

/// What became of the messages of a delivery.
public struct Settlement: Sendable {
    public enum Outcome: Sendable {
        /// Every required destination, or the dead letters, accepted it, or a filter dropped it.
        case accepted
        /// Not processed: hand it over again.
        case released
        /// Refused for good, with nothing to keep it: the source answers or rejects.
        case refused(IntegrationError)
    }

    /// The outcome of each message that `exceptions` does not name.
    public var outcome: Outcome
    public var exceptions: [(origin: Int, outcome: Outcome)]
    /// The messages as they left the steps, for sources that ask for them (`SourceAcknowledgement.answered`). They can
    /// be read only during the call that settles.
    public var results: Batch?

    public init(_ outcome: Outcome, exceptions: [(origin: Int, outcome: Outcome)] = [], results: Batch? = nil) {
        self.outcome = outcome
        self.exceptions = exceptions
        self.results = results
    }

    public static let accepted = Settlement(.accepted)
    public static let released = Settlement(.released)

    /// Whether every message was accepted.
    public var isAccepted: Bool {
        if case .accepted = outcome { exceptions.isEmpty } else { false }
    }

    /// The outcome of one message.
    public func outcome(of origin: Int) -> Outcome {
        exceptions.first { $0.origin == origin }?.outcome ?? outcome
    }
}
