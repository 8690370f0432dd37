public import IntegrationCore

/// Which events are meant: those for which everything that is given holds.
public struct EventFilter: Sendable, Hashable {
    public var flow: String?
    public var message: MessageID?
    public var kind: String?
    /// Wall time since 1970: those of then or later.
    public var since: Duration?

    public init(flow: String? = nil, message: MessageID? = nil, kind: String? = nil, since: Duration? = nil) {
        self.flow = flow
        self.message = message
        self.kind = kind
        self.since = since
    }
}
