public import IntegrationCore
internal import Logging
internal import Synchronization

/// Connections that are opened when they are needed, lent to one caller at a time, and kept for the next.
///
/// ```swift
/// try await Pool.with("database", limits, in: context, operations) { pool in
///     try await pool.withConnection { connection in … }
/// }
/// ```
public final class Pool<Connection: Sendable>: Sendable {
    /// What is done with connections.
    public struct Operations: Sendable {
        public var open: @Sendable () async throws(IntegrationError) -> Connection
        /// Whether an idle connection still works.
        public var check: @Sendable (Connection) async -> Bool
        public var close: @Sendable (Connection) async -> Void

        public init(
            open: @escaping @Sendable () async throws(IntegrationError) -> Connection,
            check: @escaping @Sendable (Connection) async -> Bool,
            close: @escaping @Sendable (Connection) async -> Void
        ) {
            self.open = open
            self.check = check
            self.close = close
        }
    }

    private typealias Answer = Result<(number: Int, connection: Connection), IntegrationError>

    private struct State {
        var machine: PoolState
        var open: [Int: Connection] = [:]
        var nextTicket = 0
        var callers: [Int: CheckedContinuation<Answer, Never>] = [:]
        /// Answers that came before their callers waited.
        var answers: [Int: Answer] = [:]
        var lastError: IntegrationError?
        /// Given when the machine's next tick is before `wakesAt`.
        var ticker = ShutdownSignal()
        /// When the keeper of time looks again; nil: only when it is woken. A tick that is put off meanwhile does not
        /// wake it, so that lending a connection does not.
        var wakesAt: Duration?
    }

    private let name: String
    private let operations: Operations
    private let context: FlowContext
    private let state: Mutex<State>
    private let jobs = JobQueue()
    private let over = ShutdownSignal()

    /// Nothing is opened before somebody serves it.
    init(_ name: String, _ limits: PoolLimits, in context: FlowContext, _ operations: Operations) {
        self.name = name
        self.operations = operations
        self.context = context
        state = Mutex(State(machine: PoolState(limits)))
    }

    /// Calls `body` with an open pool; when this returns every connection is closed.
    ///
    /// - Parameter name: what errors call it.
    public static func with<R: Sendable>(
        _ name: String, _ limits: PoolLimits = PoolLimits(), in context: FlowContext, _ operations: Operations,
        _ body: (Pool) async throws -> R
    ) async throws -> R {
        let pool = Pool(name, limits, in: context, operations)
        return try await pool.serve({ true }, body)
    }

    /// Calls `body`, and meanwhile does what the pool needs to have done; several may do so at once.
    ///
    /// - Parameter isLast: asked at the end: whether the pool is to be closed, because nobody else serves it.
    func serve<R: Sendable>(_ isLast: () -> Bool, _ body: (Pool) async throws -> R) async throws -> R {
        try await withThrowingTaskGroup(of: Void.self) { group in
            let runner = jobs.makeRunner()
            group.addTask { await self.jobs.run(as: runner) }
            change { $0.start(at: $1) }
            let result = await keepingTime(body)
            if isLast() {
                change { $0.shutDown(at: $1) }
                // Not cut short by cancellation: connections are closed properly.
                await over.waitToTheEnd()
                jobs.close()
            } else {
                jobs.retire(runner)
            }
            try await group.waitForAll()
            return try result.get()
        }
    }

    private func keepingTime<R: Sendable>(_ body: (Pool) async throws -> R) async -> Result<R, any Error> {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await self.keepTime() }
            defer { group.cancelAll() }
            do {
                return .success(try await body(self))
            } catch {
                return .failure(error)
            }
        }
    }

    /// Lends a connection to `body`. One that ends in an error of the connection's, by a timeout or by cancellation is
    /// not used again.
    ///
    /// - Parameter timeout: how long to wait for one; nil: as long as it takes.
    /// - Throws: what `body` throws, why no connection could be opened, or `noConnection`.
    public func withConnection<R>(
        timeout: Duration? = nil, _ body: (Connection) async throws(IntegrationError) -> R
    ) async throws(IntegrationError) -> R {
        let (number, connection) = try await lease(timeout)
        do throws(IntegrationError) {
            let result = try await body(connection)
            change { $0.returned(number, isBroken: Task.isCancelled, at: $1) }
            return result
        } catch {
            let isBroken = Task.isCancelled || error.code.retryClass.leavesConnectionBroken
            change { $0.returned(number, isBroken: isBroken, at: $1) }
            throw error
        }
    }

    /// Connections of every kind, those that nobody uses, and callers that wait.
    public var counts: (connections: Int, idle: Int, waiting: Int) {
        state.withLock { ($0.machine.connections, $0.machine.idleConnections, $0.machine.waiting) }
    }

    // MARK: Callers

    private func lease(
        _ timeout: Duration?
    ) async throws(IntegrationError) -> (number: Int, connection: Connection) {
        let deadline = Deadline(timeout, after: context.clock.now)
        let ticket = state.withLock { state in
            state.nextTicket += 1
            return state.nextTicket
        }
        change { $0.request(ticket, deadline: deadline.moment, at: $1) }
        let answer = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let known: Answer? = state.withLock { state in
                    if let answer = state.answers.removeValue(forKey: ticket) { return answer }
                    state.callers[ticket] = continuation
                    return nil
                }
                if let known { continuation.resume(returning: known) }
            }
        } onCancel: {
            let isWaiting = state.withLock { $0.machine.cancel(ticket, at: context.clock.now) }
            if isWaiting { reply(to: ticket, .failure(error(.late, ticket))) }
        }
        return try answer.get()
    }

    private func reply(to ticket: Int, _ answer: Answer) {
        let caller: CheckedContinuation<Answer, Never>? = state.withLock { state in
            if let caller = state.callers.removeValue(forKey: ticket) { return caller }
            state.answers[ticket] = answer
            return nil
        }
        caller?.resume(returning: answer)
    }

    private func error(_ refusal: PoolState.Refusal, _ ticket: Int) -> IntegrationError {
        let (last, waiting) = state.withLock { ($0.lastError, $0.machine.waiting) }
        switch refusal {
        case .unreachable:
            return last ?? IntegrationError(.noConnection, "no connection to `\(name)` can be opened", component: name)
        case .crowded:
            return IntegrationError(.noConnection, "\(waiting) wait for a connection to `\(name)`", component: name)
        case .late:
            return IntegrationError(
                .noConnection, "no connection to `\(name)` came free in time", component: name,
                causes: last.map { [$0.message] } ?? [])
        case .shutDown: return IntegrationError(.noConnection, "`\(name)` is being closed", component: name)
        }
    }

    // MARK: Actions

    /// Tells the machine of an event, and does what it then wants to be done.
    private func change(_ event: (inout PoolState, _ now: Duration) -> Void) {
        let now = context.clock.now
        let (actions, isOver, ticker) = state.withLock { state in
            event(&state.machine, now)
            var ticker: ShutdownSignal?
            if let next = state.machine.nextTick, state.wakesAt.map({ next < $0 }) ?? true {
                ticker = state.ticker
                state.ticker = ShutdownSignal()
                state.wakesAt = next
            }
            return (state.machine.takeActions(), state.machine.isOver, ticker)
        }
        ticker?.signal()
        for action in actions { perform(action) }
        if isOver { over.signal() }
    }

    private func perform(_ action: PoolState.Action) {
        switch action {
        case .open(let number): jobs.submit { await self.open(number) }
        case .check(let number):
            guard let connection = state.withLock({ $0.open[number] }) else { return }
            jobs.submit {
                let isHealthy = await self.operations.check(connection)
                self.change { $0.checked(number, isHealthy: isHealthy, at: $1) }
            }
        case .close(let number):
            guard let connection = state.withLock({ $0.open.removeValue(forKey: number) }) else { return }
            jobs.submit {
                await self.operations.close(connection)
                self.change { $0.closed(number, at: $1) }
            }
        case .give(let number, let ticket):
            guard let connection = state.withLock({ $0.open[number] }) else { return }
            reply(to: ticket, .success((number, connection)))
        case .refuse(let ticket, let refusal): reply(to: ticket, .failure(error(refusal, ticket)))
        }
    }

    private func open(_ number: Int) async {
        do throws(IntegrationError) {
            let connection = try await operations.open()
            state.withLock { state in
                state.open[number] = connection
                state.lastError = nil
            }
            var random = context.random
            change { $0.opened(number, at: $1, using: &random) }
        } catch {
            state.withLock { $0.lastError = error }
            context.logger.debug(
                "a connection could not be opened", metadata: ["name": "\(name)", "error": "\(error.message)"])
            var random = context.random
            change { $0.openFailed(number, at: $1, retryAfter: error.retryAfter, using: &random) }
        }
    }

    private func keepTime() async {
        while !Task.isCancelled {
            let (next, signal) = state.withLock { state in
                state.wakesAt = state.machine.nextTick
                return (state.wakesAt, state.ticker)
            }
            guard let next else {
                await signal.wait()
                continue
            }
            await withTaskGroup(of: Void.self) { group in
                group.addTask { await signal.wait() }
                group.addTask { [clock = context.clock] in
                    do throws(CancellationError) { try await clock.sleep(until: next) } catch {}
                }
                await group.next()
                group.cancelAll()
            }
            change { pool, now in if next <= now { pool.tick(at: now) } }
        }
    }
}

extension ErrorCode.RetryClass {
    /// Whether a connection on which this happened is of no use any more.
    fileprivate var leavesConnectionBroken: Bool {
        switch self {
        case .connection, .interrupted, .timeout: true
        case .never, .serverError, .rateLimited: false
        }
    }
}
