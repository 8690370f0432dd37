/// Parts of a stream that are done.
public struct StreamProgress: Sendable {
    public var stream: StreamKey
    /// Half-open ranges of positions, in any order; what was done before stays done.
    public var completed: [Range<UInt64>]
    /// What the source wants to know about the stream at the next start; nil to leave it.
    public var metadata: [UInt8]?

    public init(stream: StreamKey, completed: [Range<UInt64>], metadata: [UInt8]? = nil) {
        self.stream = stream
        self.completed = completed
        self.metadata = metadata
    }
}
