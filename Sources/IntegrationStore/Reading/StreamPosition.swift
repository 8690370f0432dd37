/// How far a stream is done.
public struct StreamPosition: Sendable, Hashable {
    public let stream: StreamKey
    public let completed: IntervalSet
    /// What the source kept about it.
    public let metadata: [UInt8]?

    public init(stream: StreamKey, completed: IntervalSet, metadata: [UInt8]?) {
        self.stream = stream
        self.completed = completed
        self.metadata = metadata
    }
}
