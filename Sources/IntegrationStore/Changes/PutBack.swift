/// A leased message that goes back to its queue; its receive count is raised by one, its suspect count stays.
public struct PutBack: Sendable {
    public var lease: Lease
    public var sequence: UInt64
    /// Wall time since 1970 before which it is not handed over; nil for at once, before those that never were.
    public var due: Duration?
    /// The new number of tries that ended with an error; nil to leave it.
    public var attempts: Int?
    /// New resume points; nil to leave them.
    public var resume: [ResumePoint]?

    public init(
        lease: Lease, sequence: UInt64, due: Duration? = nil, attempts: Int? = nil, resume: [ResumePoint]? = nil
    ) {
        self.lease = lease
        self.sequence = sequence
        self.due = due
        self.attempts = attempts
        self.resume = resume
    }
}
