internal import IntegrationCore

/// Which token is used, and who fetches the next one.
///
/// - Parameter Waiter: what waits for a fetch of somebody else.
struct TokenState<Waiter> {
    enum Step: Equatable {
        case use(SecretString)
        /// Whoever asked fetches, and reports `fetched` or `failed`.
        case fetch
        /// Somebody else fetches.
        case wait
    }

    /// What whoever waits hears.
    enum Outcome: Sendable {
        case token(SecretString)
        case failed(IntegrationError)
        /// Whoever fetched was stopped.
        case askAgain
    }

    private(set) var token: SecretString?
    /// From when on it is fetched anew; nil: when a server refuses it.
    private var renewal: Duration?
    private var isFetching = false
    private var waiters: [Int: Waiter] = [:]
    private var lastTicket = 0
    /// Whoever gave up before he waited.
    private var cancelled: Set<Int> = []

    /// What to do at `now` (monotonic).
    mutating func ask(at now: Duration) -> Step {
        if let token, renewal.map({ now < $0 }) ?? true { return .use(token) }
        guard !isFetching else { return .wait }
        isFetching = true
        return .fetch
    }

    /// By what somebody who is going to wait can give up.
    mutating func takeTicket() -> Int {
        lastTicket += 1
        return lastTicket
    }

    /// Notes who waits; false when nothing is being fetched any more, or he gave up.
    mutating func wait(_ waiter: Waiter, _ ticket: Int) -> Bool {
        guard cancelled.remove(ticket) == nil, isFetching else { return false }
        waiters[ticket] = waiter
        return true
    }

    /// Somebody gives up, perhaps before he waits.
    ///
    /// - Returns: who is to be woken.
    mutating func cancel(_ ticket: Int) -> Waiter? {
        if let waiter = waiters.removeValue(forKey: ticket) { return waiter }
        cancelled.insert(ticket)
        return nil
    }

    /// Nobody waits by this ticket any more.
    mutating func giveBack(_ ticket: Int) { cancelled.remove(ticket) }

    /// A new token; it is renewed a minute before it expires, or after nine tenths of a short life.
    ///
    /// - Returns: who waited for it.
    mutating func fetched(_ token: SecretString, lifetime: Duration?, at now: Duration) -> [Waiter] {
        self.token = token
        renewal = lifetime.map { now + max($0 - .seconds(60), $0 * 0.9) }
        return release()
    }

    /// - Returns: who waited for it.
    mutating func failed() -> [Waiter] { release() }

    private mutating func release() -> [Waiter] {
        isFetching = false
        defer { waiters = [:] }
        return waiters.sorted { $0.key < $1.key }.map(\.value)
    }

    mutating func discard(_ refused: SecretString) {
        guard token == refused else { return }
        token = nil
        renewal = nil
    }
}
