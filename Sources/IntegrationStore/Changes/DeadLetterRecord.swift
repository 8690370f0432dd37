public import IntegrationCore

/// A message that failed for good, with all that is needed to understand it, mend it and let it run again.
public struct DeadLetterRecord: Sendable {
    /// The dead-letter queue.
    public var queue: String
    public var message: MessageID
    public var flow: String
    public var flowVersion: String
    /// The source, as the flow names it.
    public var source: String
    /// The queue that it came from, to which a replay returns it; nil to park it for the flow.
    public var sourceQueue: QueueName?
    public var step: String
    /// The branch that failed; nil where a step did. A replay goes to this branch alone.
    public var destination: String?
    /// Such as `IE2201`.
    public var code: String
    /// One sentence.
    public var reason: String
    /// Where in the message.
    public var path: String?
    public var causes: [String]
    /// Tries, the last one included.
    public var attempts: Int
    public var receiveCount: Int
    /// Wall time since 1970.
    public var received: Duration
    /// Wall time since 1970.
    public var failed: Duration
    /// `traceparent` (W3C Trace Context).
    public var trace: String?
    /// The bytes that came in.
    public var body: [UInt8]
    /// JSON.
    public var metadata: [UInt8]?
    /// The bytes at the failing step or made for the failing branch; nil where they are those that came in.
    public var failingBody: [UInt8]?

    public init(
        queue: String, message: MessageID, flow: String, flowVersion: String, source: String,
        sourceQueue: QueueName? = nil, step: String, destination: String? = nil, code: String, reason: String,
        path: String? = nil, causes: [String] = [], attempts: Int, receiveCount: Int, received: Duration,
        failed: Duration, trace: String? = nil, body: [UInt8], metadata: [UInt8]? = nil, failingBody: [UInt8]? = nil
    ) {
        self.queue = queue
        self.message = message
        self.flow = flow
        self.flowVersion = flowVersion
        self.source = source
        self.sourceQueue = sourceQueue
        self.step = step
        self.destination = destination
        self.code = code
        self.reason = reason
        self.path = path
        self.causes = causes
        self.attempts = attempts
        self.receiveCount = receiveCount
        self.received = received
        self.failed = failed
        self.trace = trace
        self.body = body
        self.metadata = metadata
        self.failingBody = failingBody
    }
}
