/// Finds out whether another system can be reached, step by step, without changing anything there.
public protocol ConnectorProbe: Sendable {
    /// Takes the steps in order and stops behind the first that fails.
    ///
    /// - Parameter report: gets each step as soon as it is over; a failed one is the last.
    func run(in context: FlowContext, _ report: @escaping @Sendable (ProbeStep) -> Void) async
}

/// One step of a probe.
public struct ProbeStep: Sendable {
    public enum Name: String, Sendable, CaseIterable {
        /// Names into addresses.
        case resolve
        case connect
        case tls
        case authenticate
        /// One request that changes nothing.
        case request
        /// What a source, destination or service needs there; each is checked, whatever became of the others.
        case endpoint
    }

    public enum Outcome: Sendable {
        /// With a few words about what was found, such as `1.3, expires in 61 days`.
        case passed(String)
        /// Not taken, and why, such as `no TLS: the address begins with http`.
        case skipped(String)
        case failed(IntegrationError)
    }

    public var name: Name
    /// The endpoint that was checked, such as `flow orders, destination`; nil for the steps that lead there.
    public var subject: String?
    public var outcome: Outcome
    public var time: Duration

    public init(_ name: Name, _ outcome: Outcome, subject: String? = nil, time: Duration) {
        self.name = name
        self.subject = subject
        self.outcome = outcome
        self.time = time
    }

    /// How long a certificate holds, such as `expires in 61 days`.
    public static func words(daysLeft days: Int) -> String {
        days < 0 ? "expired \(-days) days ago" : "expires in \(days) days"
    }
}
