internal import IntegrationCore
internal import IntegrationStore

/// Messages of a queue, held under a lease.
struct LeaseTicket: LeasedTicket {
    let lease: Lease
    /// By origin within the claim.
    let messages: [ClaimedMessage]
    /// Whether some go on at a branch or came from another source.
    let isSpecial: Bool
    let lost = ShutdownSignal()

    init(_ claim: Claim) {
        lease = claim.lease
        messages = claim.messages
        isSpecial = claim.messages.contains { !$0.resume.isEmpty || $0.source != nil }
    }
}
