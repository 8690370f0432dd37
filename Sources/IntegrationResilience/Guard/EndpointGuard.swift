public import IntegrationCore
internal import Logging
internal import Synchronization

/// Guards the requests that endpoints make through one connector; all of them share it.
///
/// From the outside in: retry, circuit breaker, rate limit, permits (bulkhead or adaptive concurrency), timeout. Each try
/// passes all of them. Those who may not go yet wait in one line, in order of asking, and take nothing before they go:
/// no token is spent on a request that the breaker then refuses. A permit is held until the call has really ended, also
/// where its caller went on at the deadline.
public final class EndpointGuard: Sendable {
    /// The connector's name.
    public let name: String
    public let options: GuardOptions
    private let state: Mutex<State>
    let addresses = Mutex(Addresses())
    let lanes = Mutex(Lanes())

    private struct State {
        var machine: GuardState
        var nextTicket = 0
        var waiters: [Int: GuardWaiter] = [:]
        var counts = GuardStatus.Counts()
        /// Of openings without a closing in between.
        var outage = OutageLog()
        var lastError: (error: IntegrationError, time: Duration)?

        /// Those who are decided upon.
        mutating func takeDecided() -> [(GuardWaiter, GuardState.Decision)] {
            machine.takeDecisions().compactMap { ticket, decision in
                waiters.removeValue(forKey: ticket).map { ($0, decision) }
            }
        }
    }

    /// Why a try came to nothing.
    enum Failure: Error {
        /// It was not made.
        case refused(IntegrationError)
        case failed(IntegrationError)
    }

    public init(_ name: String, _ options: GuardOptions = GuardOptions()) {
        self.name = name
        self.options = options
        state = Mutex(State(machine: GuardState(options)))
    }

    /// How many requests may be under way now.
    public var concurrency: Int { state.withLock { max(1, $0.machine.bulkhead.limit) } }

    /// How the guard stands.
    ///
    /// - Parameter now: on the monotonic clock of those who use the guard.
    public func status(at now: Duration) -> GuardStatus {
        state.withLock { state in
            let breaker: GuardStatus.Breaker =
                switch state.machine.breaker.phase {
                case .closed: .closed
                case .open(let until): .open(nextTryIn: max(.zero, until - now))
                case .halfOpen: .halfOpen
                }
            let bulkhead = state.machine.bulkhead
            return GuardStatus(
                name: name, breaker: breaker, inFlight: bulkhead.inUse, waiting: bulkhead.waiting,
                limit: bulkhead.limit, isAdaptive: state.machine.adaptive != nil,
                tokens: state.machine.limiter?.tokens(at: now), counts: state.counts, lastError: state.lastError?.error,
                lastErrorAge: state.lastError.map { now - $0.time })
        }
    }

    // MARK: One try

    /// Makes one try of a request.
    ///
    /// - Parameters:
    ///   - isPrompt: whether a request that is cancelled ends at once.
    ///   - unwell: what an answer that is no error says against the other system.
    ///   - prepare: makes the request as soon as it may be made; what it gives is cancelled when its time is up.
    func attempt<Value: Sendable>(
        in scope: GuardScope, isPrompt: Bool, unwell: (Value) -> IntegrationError?,
        _ prepare: () -> @Sendable () async throws(IntegrationError) -> Value
    ) async throws(Failure) -> Value {
        let clock = scope.clock
        let pass = try await admit(scope)
        let started = clock.now
        let work = prepare()
        let outcome = await scope.calls.run(isPrompt: isPrompt) {
            defer { self.release(at: clock.now) }
            do throws(IntegrationError) {
                return Result<Value, IntegrationError>.success(try await work())
            } catch {
                return .failure(error)
            }
        }
        let took = clock.now - started
        switch outcome {
        case .success(let value):
            note(unwell(value), of: pass, took: took, scope)
            return value
        case .failure(let error):
            note(error, of: pass, took: took, scope)
            throw .failed(error)
        case nil:
            let limit = options.timeout?.configurationText ?? ""
            let error = IntegrationError(.answerTimedOut, "no answer within \(limit)", component: name)
            note(error, of: pass, took: took, scope)
            throw .failed(error)
        }
    }

    func noteRetry() { state.withLock { $0.counts.retries += 1 } }

    /// How long the breaker lets nobody through; nil where it does.
    func timeToNextTry(at now: Duration) -> Duration? {
        state.withLock { $0.machine.breaker.wait(at: now) }.map { $0 - now }
    }

    private func release(at now: Duration) {
        change(at: now) { $0.machine.release(at: now) }
    }

    /// - Parameter error: nil where the other system did well.
    private func note(
        _ error: IntegrationError?, of pass: CircuitBreaker.Pass, took: Duration,
        _ scope: GuardScope
    ) {
        let now = scope.clock.now
        var random = scope.context.random
        // What is cut off says nothing about the other system.
        let isCut = Task.isCancelled
        let retryClass = error?.code.retryClass
        let change: CircuitBreaker.Change? = change(at: now) { state in
            state.counts.requests += 1
            if let error, !isCut {
                state.counts.failures += 1
                state.counts.timeouts += retryClass == .timeout ? 1 : 0
                state.lastError = (error, now)
            }
            if !isCut, retryClass != .connection {
                state.machine.adapt(
                    latency: took, hasFailed: retryClass == .timeout || retryClass == .rateLimited, at: now)
            }
            let change = state.machine.note(
                isCut || !options.hasBreaker ? .ignored : CircuitBreaker.Outcome(retryClass), of: pass, took: took,
                at: now,
                retryAfter: error?.retryAfter, using: &random)
            if case .opened = change { state.counts.openings += 1 }
            switch change {
            case .closed: _ = state.outage.worked()
            // An endpoint that stays away opens it again and again.
            case .opened where !state.outage.failed(at: now): return nil
            case .opened, nil: break
            }
            return change
        }
        switch change {
        case nil: break
        case .closed: scope.context.logger.notice("the circuit is closed again", metadata: ["connector": "\(name)"])
        case .opened:
            scope.context.logger.error(
                "the circuit is open: nothing is asked for a while",
                metadata: [
                    "connector": "\(name)", "code": "\(error?.code.id ?? "")",
                    "error": "\(error?.message ?? "too many calls were slow")",
                ])
        }
    }

    /// Changes the state and tells those who wait what came of it.
    private func change<R: Sendable>(at now: Duration, _ body: (inout State) -> R) -> R {
        let (result, decided, next) = state.withLock { state in
            let result = body(&state)
            let decided = state.takeDecided()
            let next = state.machine.nextByTime(at: now)
            return (result, decided, next.flatMap { next in state.waiters[next.ticket].map { ($0, next.moment) } })
        }
        for (waiter, decision) in decided { waiter.decide(decision) }
        if let (waiter, moment) = next { waiter.lookAgain(at: moment) }
        return result
    }

    // MARK: The line

    /// Waits for leave to make a request.
    private func admit(_ scope: GuardScope) async throws(Failure) -> CircuitBreaker.Pass {
        let clock = scope.clock
        let start = clock.now
        // Most need not wait at all.
        let arrival = change(at: start) { state -> Arrival in
            state.nextTicket += 1
            let ticket = state.nextTicket
            let deadline = state.machine.arrive(ticket, at: start)
            if let decided = state.machine.takeDecision(on: ticket) { return .decided(decided) }
            let waiter = GuardWaiter()
            state.waiters[ticket] = waiter
            return .waits(waiter, as: ticket, until: deadline)
        }
        switch arrival {
        case .decided(let decision): return try pass(decision, at: start)
        case .waits(let waiter, let ticket, let deadline):
            return try await wait(waiter, as: ticket, until: deadline, clock)
        }
    }

    private enum Arrival: Sendable {
        case decided(GuardState.Decision)
        case waits(GuardWaiter, as: Int, until: Duration?)
    }

    private func wait(
        _ waiter: GuardWaiter, as ticket: Int, until deadline: Duration?, _ clock: any TimeSource
    ) async throws(Failure) -> CircuitBreaker.Pass {
        var alarm = deadline
        while true {
            switch await waiter.news(until: alarm, clock) {
            case .decision(let decision): return try pass(decision, at: clock.now)
            case .lookAgain(let moment): alarm = min(moment, deadline ?? moment)
            case .alarm:
                alarm = deadline
                let now = clock.now
                change(at: now) { $0.machine.settle(at: now) }
            case .cancelled:
                let now = clock.now
                let hasLeft = change(at: now) { state in
                    guard state.machine.leave(ticket, at: now) else { return false }
                    state.waiters[ticket] = nil
                    return true
                }
                if hasLeft {
                    throw .refused(
                        IntegrationError(.destinationClosedOff, "cut off while it waited for its turn", component: name)
                    )
                }
                // Decided upon at the same moment.
                return try pass(await waiter.decision(), at: now)
            }
        }
    }

    private func pass(_ decision: GuardState.Decision, at now: Duration) throws(Failure) -> CircuitBreaker.Pass {
        switch decision {
        case .go(let pass): return pass
        case .closedOff(let until):
            let last = state.withLock { state in
                state.counts.closedOff += 1
                return state.lastError?.error
            }
            throw .refused(
                IntegrationError(
                    .destinationClosedOff, "the circuit of `\(name)` is open", component: name,
                    retryAfter: max(.zero, until - now), causes: last.map { [$0.message] } ?? []))
        case .late: throw turnedAway("waited \(options.longestWait?.configurationText ?? "") for its turn")
        case .crowded: throw turnedAway("\(options.maximumWaiting) requests wait already")
        }
    }

    private func turnedAway(_ reason: String) -> Failure {
        state.withLock { $0.counts.turnedAway += 1 }
        return .refused(IntegrationError(.tooManyRequests, "`\(name)`: \(reason)", component: name))
    }
}

extension CircuitBreaker.Outcome {
    /// - Parameter retryClass: of the error; nil where there was none.
    public init(_ retryClass: ErrorCode.RetryClass?) {
        switch retryClass {
        case nil, .never: self = .success
        case .connection: self = .unreachable
        case .serverError, .timeout, .interrupted: self = .failure
        case .rateLimited: self = .ignored
        }
    }
}
