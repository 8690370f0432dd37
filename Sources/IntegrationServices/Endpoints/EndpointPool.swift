internal import IntegrationCore
internal import Logging
internal import Synchronization

/// The endpoints of a service that are open, of which one is picked for each call.
final class EndpointPool: Sendable {
    fileprivate struct State {
        var roster: Roster
        var finders: [Int: any Finder] = [:]
        /// By number: given when it has left and nobody uses it any more.
        var unused: [Int: ShutdownSignal] = [:]
        /// Endpoints that left before they were open.
        var gone: Set<Int> = []
        /// The first endpoints that are being opened.
        var pending: Set<Int> = []
        /// Endpoints that are being opened, or could not be.
        var opening: [Int: (endpoint: ServiceEndpoint, error: IntegrationError?)] = [:]
        /// All endpoints that there are at first have been told of.
        var isComplete = false
        var isClosed = false
        /// What the configuration names, or what was found last; nil where nothing is known yet.
        var found: [ServiceEndpoint]?
    }

    /// One endpoint to be asked.
    struct Picked: Sendable {
        let number: Int
        let finder: any Finder
    }

    private let service: String
    private let clock: any TimeSource
    private let logger: Logger
    private let state: Mutex<State>
    private let changed = Wakeup()

    init(_ service: String, _ settings: ServiceSettings, in context: FlowContext) {
        self.service = service
        clock = context.clock
        logger = context.logger
        state = Mutex(State(roster: Roster(settings, random: context.random)))
    }

    // MARK: Coming and going

    /// Notes endpoints that are to be opened.
    ///
    /// - Parameter isComplete: whether all that there are at first have been told of.
    func announce(_ endpoints: [(number: Int, endpoint: ServiceEndpoint)], isComplete: Bool) {
        state.withLock { state in
            if !state.isComplete { state.pending.formUnion(endpoints.map(\.number)) }
            state.isComplete = state.isComplete || isComplete
            for (number, endpoint) in endpoints { state.opening[number] = (endpoint, nil) }
        }
        changed.wake()
    }

    /// Waits until each of the first endpoints is open or could not be opened, and no longer than `patience`.
    ///
    /// - Throws: the first failure, where none could be opened.
    func waitForFirst(patience: Duration) async throws {
        let deadline = clock.now + patience
        while true {
            let count = changed.count
            let (isReady, failure) = state.withLock { state in
                let failures = state.opening.sorted { $0.key < $1.key }.compactMap(\.value.error)
                return (state.isComplete && state.pending.isEmpty, state.finders.isEmpty ? failures.first : nil)
            }
            if isReady, let failure { throw failure }
            if isReady || clock.now >= deadline { return }
            try await changed.wait(after: count, until: deadline, clock: clock)
        }
    }

    /// Takes an open endpoint in; returns what it has to wait for before it closes.
    func enter(_ number: Int, _ endpoint: ServiceEndpoint, _ finder: any Finder) -> ShutdownSignal {
        let signal = ShutdownSignal()
        let closes = state.withLock { state in
            state.pending.remove(number)
            state.opening[number] = nil
            if state.isClosed || state.gone.remove(number) != nil { return true }
            state.roster.enter(number, endpoint)
            state.finders[number] = finder
            state.unused[number] = signal
            return false
        }
        if closes { signal.signal() }
        changed.wake()
        return signal
    }

    /// Notes that an endpoint could not be opened; returns whether it is still wanted.
    func failed(_ number: Int, _ error: IntegrationError) -> Bool {
        let isWanted = state.withLock { state in
            state.pending.remove(number)
            if state.isClosed || state.gone.remove(number) != nil {
                state.opening[number] = nil
                return false
            }
            state.opening[number]?.error = error
            return true
        }
        changed.wake()
        return isWanted
    }

    /// Takes an endpoint out: it gets no more calls, and closes when those in hand are over.
    func leave(_ number: Int) {
        let signal: ShutdownSignal? = state.withLock { state in
            guard state.finders[number] != nil else {
                if state.opening.removeValue(forKey: number) != nil { state.gone.insert(number) }
                state.pending.remove(number)
                return nil
            }
            return state.roster.leave(number) ? state.remove(number) : nil
        }
        signal?.signal()
        changed.wake()
    }

    /// Takes all out.
    func close() {
        let numbers = state.withLock { state in
            state.isClosed = true
            return Array(state.finders.keys) + state.opening.keys
        }
        for number in numbers { leave(number) }
    }

    /// Whether an endpoint that could not be opened is to be opened again.
    func isWanted(_ number: Int) -> Bool { state.withLock { !$0.isClosed && $0.opening[number] != nil } }

    var isClosed: Bool { state.withLock { $0.isClosed } }

    // MARK: Calls

    /// Picks the endpoint that gets `count` calls, which stays open until `release`.
    func pick(key: UInt64 = 0, except tried: Set<Int> = [], count: Int) -> Picked? {
        let now = clock.now
        return state.withLock { state in
            guard let number = state.roster.pick(key: key, except: tried, count: count, at: now),
                let finder = state.finders[number]
            else { return nil }
            return Picked(number: number, finder: finder)
        }
    }

    func release(_ number: Int, _ outcomes: [(outcome: Roster.Outcome, count: Int)]) {
        let now = clock.now
        let (isEjected, signal, endpoint) = state.withLock { state in
            let endpoint = state.roster.entries.first { $0.number == number }?.endpoint
            let (isEjected, isGone) = state.roster.ended(number, outcomes, at: now)
            return (isEjected, isGone ? state.remove(number) : nil, endpoint)
        }
        signal?.signal()
        guard isEjected, let endpoint else { return }
        let error = outcomes.lazy.compactMap { if case .failed(let error) = $0.outcome { error } else { nil } }.first
        logger.warning(
            "an endpoint keeps failing and gets no calls for a while",
            metadata: [
                "service": "\(service)", "endpoint": "\(endpoint.name)", "code": "\(error?.code.id ?? "-")",
                "error": "\(error?.message ?? "-")",
            ])
    }

    /// Whether a request that failed may go to another endpoint.
    func mayFailOver(_ error: IntegrationError) -> Bool {
        let now = clock.now
        return state.withLock { $0.roster.mayFailOver(error, count: 1, at: now) }
    }

    /// How many keys one request carries.
    var keysPerRequest: Int { state.withLock { state in state.finders.values.map(\.keysPerRequest).min() ?? .max } }

    // MARK: Checks

    func noteCheck(_ number: Int, _ failure: IntegrationError?) {
        let now = clock.now
        let (news, endpoint) = state.withLock { state in
            (
                state.roster.noteCheck(number, failure, at: now),
                state.roster.entries.first { $0.number == number }?.endpoint
            )
        }
        guard let news, let endpoint else { return }
        changed.wake()
        let facts: Logger.Metadata = ["service": "\(service)", "endpoint": "\(endpoint.name)"]
        if news == .healthy {
            logger.notice("an endpoint is well and gets calls", metadata: facts)
        } else {
            logger.warning(
                "an endpoint failed its health checks and gets no calls",
                metadata: facts.merging(["error": "\(failure?.message ?? "-")"]) { _, new in new })
        }
    }

    // MARK: Looking

    var found: [ServiceEndpoint]? { state.withLock { $0.found } }

    /// - Parameter endpoints: nil: nothing was found, and what was found before stays.
    func find(_ endpoints: [ServiceEndpoint]?) { state.withLock { $0.found = endpoints ?? $0.found ?? [] } }

    var snapshot: (endpoints: [EndpointStatus], failovers: Int) {
        let now = clock.now
        return state.withLock { state in
            var list = state.roster.entries.map { (number: $0.number, status: EndpointStatus($0, at: now)) }
            list += state.opening.map { ($0.key, EndpointStatus($0.value.endpoint, failedToOpen: $0.value.error)) }
            return (list.sorted { $0.number < $1.number }.map(\.status), state.roster.failovers)
        }
    }
}

fileprivate extension EndpointPool.State {
    mutating func remove(_ number: Int) -> ShutdownSignal? {
        finders[number] = nil
        return unused.removeValue(forKey: number)
    }
}
