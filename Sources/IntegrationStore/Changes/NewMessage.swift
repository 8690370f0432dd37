public import IntegrationCore

/// A message that a change puts into a queue.
public struct NewMessage: Sendable {
    public var id: MessageID
    /// Where the body stands in the block of its `Enqueue`.
    public var body: Range<Int>
    /// Where the metadata (JSON) stands in the block; nil where there is none.
    public var metadata: Range<Int>?
    /// Tries that ended with an error.
    public var attempts: Int
    /// How often it was handed over before.
    public var receiveCount: Int
    /// Wall time since 1970 at which it was first received, kept in whole milliseconds.
    public var received: Duration
    /// Wall time since 1970 before which it is not handed over; nil for at once.
    public var due: Duration?
    /// The source that it came from, where it is parked for a flow.
    public var source: String?
    public var resume: [ResumePoint]

    public init(
        id: MessageID, body: Range<Int>, metadata: Range<Int>? = nil, attempts: Int = 0, receiveCount: Int = 0,
        received: Duration, due: Duration? = nil, source: String? = nil, resume: [ResumePoint] = []
    ) {
        self.id = id
        self.body = body
        self.metadata = metadata
        self.attempts = attempts
        self.receiveCount = receiveCount
        self.received = received
        self.due = due
        self.source = source
        self.resume = resume
    }
}
