/// How long a connection may stay in the phase it is in. Times are nanoseconds on any monotonic clock.
struct ConnectionTimer {
    enum Phase {
        /// Between requests.
        case idle
        /// The head of a request has begun.
        case head
        /// The head is there, the body is coming.
        case body
        /// The request is whole; the reply has a deadline of its own.
        case answering
        /// The last reply is written; what still comes in is thrown away.
        case closing
    }

    struct Limits: Sendable, Hashable {
        var idle: Duration
        var head: Duration
        var body: Duration
        static let closing = Duration.seconds(1)

        init(idle: Duration = .seconds(60), head: Duration = .seconds(10), body: Duration = .seconds(30)) {
            self.idle = idle
            self.head = head
            self.body = body
        }
    }

    private(set) var phase = Phase.head
    private var since: UInt64
    private let limits: Limits

    /// A new connection: whoever opens one is about to send a request.
    init(_ limits: Limits, at now: UInt64) {
        self.limits = limits
        since = now
    }

    mutating func enter(_ phase: Phase, at now: UInt64) {
        self.phase = phase
        since = now
    }

    /// Notes that bytes came in: an idle connection begins a request with them.
    mutating func bytesArrived(at now: UInt64) {
        if phase == .idle { enter(.head, at: now) }
    }

    /// Whether the phase has lasted too long.
    func isOver(at now: UInt64) -> Bool {
        let limit: Duration
        switch phase {
        case .idle: limit = limits.idle
        case .head: limit = limits.head
        case .body: limit = limits.body
        case .answering: return false
        case .closing: limit = Limits.closing
        }
        let (seconds, attoseconds) = limit.components
        return now &- since >= UInt64(seconds) * 1_000_000_000 + UInt64(attoseconds / 1_000_000_000)
    }
}
