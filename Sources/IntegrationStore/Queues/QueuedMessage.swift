public import IntegrationCore

/// A message of a queue as somebody sees it who only looks.
public struct QueuedMessage: Sendable {
    public let sequence: UInt64
    public let id: MessageID
    public let body: [UInt8]
    /// JSON.
    public let metadata: [UInt8]?
    public let attempts: Int
    /// How often it was handed over and came back.
    public let receiveCount: Int
    public let suspectCount: Int
    /// Wall time since 1970.
    public let received: Duration
    /// Wall time since 1970 before which it is not handed over.
    public let due: Duration?
    public let source: String?

    public init(
        sequence: UInt64, id: MessageID, body: [UInt8], metadata: [UInt8]?, attempts: Int, receiveCount: Int,
        suspectCount: Int, received: Duration, due: Duration?, source: String?
    ) {
        self.sequence = sequence
        self.id = id
        self.body = body
        self.metadata = metadata
        self.attempts = attempts
        self.receiveCount = receiveCount
        self.suspectCount = suspectCount
        self.received = received
        self.due = due
        self.source = source
    }
}
