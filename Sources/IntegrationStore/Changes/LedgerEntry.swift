public import IntegrationCore

/// A destination of a flow has accepted a message, so that a retry leaves it out.
public struct LedgerEntry: Sendable, Hashable {
    public var flow: String
    public var id: MessageID
    public var destination: String

    public init(flow: String, id: MessageID, destination: String) {
        self.flow = flow
        self.id = id
        self.destination = destination
    }
}
