public import IntegrationCore

/// A unit of work as data: all of it happens, or nothing of it.
///
/// A store refuses a change that was lost before it began (`leaseLost`, `stateConflict`, `queueFull`) without any of it
/// having happened; changes that it commits in the same group are not touched by that.
public struct StoreChange: Sendable {
    /// Messages for queues; room is reckoned after the acknowledgements of the same change.
    public var enqueue: [Enqueue] = []
    public var acknowledge: [Acknowledgement] = []
    public var putBack: [PutBack] = []
    public var positions: [StreamProgress] = []
    /// Streams that are gone; their positions are forgotten.
    public var forgetStreams: [StreamKey] = []
    public var ledger: [LedgerEntry] = []
    /// Messages of a flow that are settled: the ledger forgets what accepted them.
    public var forgetLedger: [(flow: String, id: MessageID)] = []
    public var state: [StateChange] = []
    public var deadLetters: [DeadLetterRecord] = []
    public var events: [EventRecord] = []

    public init() {}

    public var isEmpty: Bool {
        enqueue.isEmpty && acknowledge.isEmpty && putBack.isEmpty && positions.isEmpty && forgetStreams.isEmpty
            && ledger.isEmpty && forgetLedger.isEmpty && state.isEmpty && deadLetters.isEmpty && events.isEmpty
    }
}
