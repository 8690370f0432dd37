public import IntegrationCore

/// An endpoint as lists show it.
public struct EndpointStatus: Sendable {
    public enum State: String, Sendable, CaseIterable {
        /// No flow has the service open.
        case idle
        case opening
        /// Gets calls.
        case up
        /// Failed its health checks, or has not passed its first one yet.
        case unhealthy
        /// Its calls kept failing; it is tried again soon.
        case ejected
        /// Finishes the calls in hand and goes.
        case draining
        /// Can't be opened.
        case broken
        /// Taken out by hand.
        case out
    }

    public var endpoint: ServiceEndpoint
    public var state: State
    /// Calls in hand.
    public var inHand = 0
    public var calls = 0
    public var failures = 0
    /// How long it stays ejected.
    public var ejectedFor: Duration?
    public var lastError: IntegrationError?

    init(_ endpoint: ServiceEndpoint, _ state: State) {
        self.endpoint = endpoint
        self.state = state
    }

    init(_ endpoint: ServiceEndpoint, failedToOpen error: IntegrationError?) {
        self.init(endpoint, error == nil ? .opening : .broken)
        lastError = error
    }

    init(_ entry: Roster.Entry, at now: Duration) {
        let isEjected = entry.health.isEjected(at: now)
        let state: State =
            entry.isLeaving ? .draining : isEjected ? .ejected : entry.health.isWell(at: now) ? .up : .unhealthy
        self.init(entry.endpoint, state)
        inHand = entry.load
        calls = entry.calls
        failures = entry.failures
        lastError = entry.lastError
        if isEjected { ejectedFor = entry.health.ejectedUntil.map { $0 - now } }
    }
}
