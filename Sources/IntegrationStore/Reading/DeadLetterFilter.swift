public import IntegrationCore

/// Which dead letters are meant: those for which everything that is given holds.
public struct DeadLetterFilter: Sendable, Hashable {
    public var queue: String?
    public var flow: String?
    public var code: String?
    public var step: String?
    public var message: MessageID?
    /// Wall time since 1970: those that failed then or later.
    public var since: Duration?

    public init(
        queue: String? = nil, flow: String? = nil, code: String? = nil, step: String? = nil,
        message: MessageID? = nil, since: Duration? = nil
    ) {
        self.queue = queue
        self.flow = flow
        self.code = code
        self.step = step
        self.message = message
        self.since = since
    }
}
