/// Leased messages that are done: they leave their queue.
public struct Acknowledgement: Sendable {
    public var lease: Lease
    /// In any order, each at most once.
    public var sequences: [UInt64]

    public init(lease: Lease, sequences: [UInt64]) {
        self.lease = lease
        self.sequences = sequences
    }
}
