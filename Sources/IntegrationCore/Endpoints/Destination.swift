/// Where messages go to. A description: it opens nothing until its scope begins.
public protocol Destination: Sendable {
    /// Opens the destination for the length of `body`; when this returns, all that was accepted is safe.
    ///
    /// - Parameter body: gets a sender that lives only during the call.
    func withSender<R: Sendable>(
        in context: FlowContext, _ body: (any Sender) async throws -> R
    ) async throws -> R
}

/// An open destination. Several lanes may call it at once.
public protocol Sender: RequestMaking {
    /// Hands over the live messages of a batch, in order, and returns when each is accepted or refused.
    ///
    /// - Throws: when the whole batch was refused.
    func send(_ batch: Batch) async throws(IntegrationError) -> SendReport

    /// Whether a batch is accepted whole or refused whole. A flow that promises order hands messages one at a time to
    /// senders that may accept a message behind one they refused.
    var isAllOrNothing: Bool { get }

    /// What the other system sees of a batch.
    var requestUnit: RequestUnit { get }
}

extension Sender {
    public var isAllOrNothing: Bool { false }
    public var requestUnit: RequestUnit { .batch }
}

/// What one request to another system carries: limits, retries and breakers count requests.
public enum RequestUnit: Sendable, Hashable {
    /// A batch is one request.
    case batch
    /// Each message is a request of its own; whoever guards the sender hands messages over one by one.
    case message
}

/// Which messages of a batch a destination refused; all others it accepted.
public struct SendReport: Sendable {
    /// Index in the batch's messages, and why.
    public var refused: [(index: Int, error: IntegrationError)]

    public init(refused: [(index: Int, error: IntegrationError)] = []) { self.refused = refused }

    public static let accepted = SendReport()
}
