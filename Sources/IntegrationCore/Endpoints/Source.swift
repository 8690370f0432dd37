/// Where messages come from. A description: it opens nothing until its scope begins.
public protocol Source: Sendable {
    /// What the source promises when the engine crashes.
    var guarantee: DeliveryGuarantee { get }
    /// Whether the source comes to an end by itself.
    var isFinite: Bool { get }

    /// What turns the bytes of its messages into documents, run by the lanes before the first step; nil where bodies
    /// stay bytes until a step needs them.
    var decoder: (any Step)? { get }

    /// How many deliveries of it are worked on at once; nil leaves it to the flow.
    var concurrency: Int? { get }

    /// When it is told what became of its messages, and what happens to those that fail.
    var acknowledgement: SourceAcknowledgement { get }

    /// Opens the source for the length of `body`; when this returns, acknowledgements are flushed and it is closed.
    ///
    /// - Parameter body: gets a receiver that lives only during the call.
    func withReceiver<R: Sendable>(
        in context: FlowContext, _ body: (any Receiver) async throws -> R
    ) async throws -> R
}

extension Source {
    public var decoder: (any Step)? { nil }
    public var concurrency: Int? { nil }
    public var acknowledgement: SourceAcknowledgement { .settled }
}

/// When a source is told what became of its messages, and what happens to those that fail.
public enum SourceAcknowledgement: Sendable, Hashable {
    /// When they are settled: failures are tried again, wait for that elsewhere, or go to the dead letters.
    case settled
    /// As soon as the store has them; what fails later is the flow's affair. Without a store like `settled`.
    case stored
    /// When it is known what became of them. A failure is told at once as `.refused` and is not tried again, because
    /// whoever sent the message waits for the answer; a dead letter is written only where the flow names their place.
    ///
    /// - Parameter withResults: whether settlements carry the messages as they left the steps, or were dropped by one.
    case answered(withResults: Bool)
}

/// An open source. Several lanes may call it at once.
public protocol Receiver: Sendable {
    /// The next delivery; nil when the source is drained or the flow is shutting down.
    func receive() async throws(IntegrationError) -> Delivery?
}

/// The class of a source (see `docs/delivery`): what happens to messages in flight when the engine crashes.
public enum DeliveryGuarantee: Sendable {
    /// Class A: handed over again.
    case atLeastOnce
    /// Class B: the sender gets no reply and repeats.
    case untilReplied
    /// Class C: lost.
    case bestEffort
}
