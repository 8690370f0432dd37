/// A stream of numbered records that a source reads, such as one file.
public struct StreamKey: Sendable, Hashable {
    /// The source, as the configuration names it.
    public var source: String
    /// What the source knows the stream by, such as device and inode.
    public var identity: String

    public init(source: String, identity: String) {
        self.source = source
        self.identity = identity
    }
}
