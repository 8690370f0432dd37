/// Messages that a queue handed over under one lease.
public struct Claim: Sendable {
    public let lease: Lease
    /// The bytes that the ranges of the messages lead into.
    public let block: [UInt8]
    /// At least one; a suspect message comes alone.
    public let messages: [ClaimedMessage]

    public init(lease: Lease, block: [UInt8], messages: [ClaimedMessage]) {
        self.lease = lease
        self.block = block
        self.messages = messages
    }
}
