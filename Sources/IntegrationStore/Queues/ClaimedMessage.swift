public import IntegrationCore

/// One message of a claim.
public struct ClaimedMessage: Sendable {
    /// Its place in the queue, by which it is acknowledged or put back.
    public let sequence: UInt64
    public let id: MessageID
    /// Where the body stands in the claim's block.
    public let body: Range<Int>
    /// Where the metadata (JSON) stands in the claim's block; nil where there is none.
    public let metadata: Range<Int>?
    /// Tries that ended with an error.
    public let attempts: Int
    /// How often it was handed over, this time included.
    public let receiveCount: Int
    /// How often it was in a delivery that ended by a crash or a lost lease. Above 0 it comes alone.
    public let suspectCount: Int
    /// Wall time since 1970, in whole milliseconds, at which it was first received.
    public let received: Duration
    /// The source that it came from, where it was parked for a flow.
    public let source: String?
    /// The branches at which to go on; empty for a message that begins at the first step.
    public let resume: [ResumePoint]

    public init(
        sequence: UInt64, id: MessageID, body: Range<Int>, metadata: Range<Int>?, attempts: Int, receiveCount: Int,
        suspectCount: Int, received: Duration, source: String?, resume: [ResumePoint]
    ) {
        self.sequence = sequence
        self.id = id
        self.body = body
        self.metadata = metadata
        self.attempts = attempts
        self.receiveCount = receiveCount
        self.suspectCount = suspectCount
        self.received = received
        self.source = source
        self.resume = resume
    }
}
