internal import IntegrationCore
internal import Logging
internal import Synchronization

/// Something that is open as long as somebody uses it, such as a destination that several flows send to.
///
/// The first user has it opened by a keeper, a task of the engine; when the last user is gone the keeper closes it, and
/// the last user waits for that: what goes wrong then is its failure. Nobody waits for an opening longer than he likes:
/// when the last one who does is cancelled, the opening is cancelled.
final class SharedScope<Value: Sendable>: Sendable {
    /// Opens the thing, calls the closure with it, and closes it when the closure returns.
    typealias Open = @Sendable (@Sendable (Value) async -> Void) async throws -> Void

    /// One time that the thing is opened, used and closed.
    private final class Session: Sendable {
        struct State {
            /// Those who use it or wait for it to open.
            var users = 1
            var value: Value?
            var failure: (any Error)?
        }

        let state = Mutex(State())
        /// Open, or over.
        let ready = ShutdownSignal()
        /// Nobody uses it any more or waits for it.
        let unneeded = ShutdownSignal()
        let over = ShutdownSignal()

        var value: Value? { state.withLock { $0.value } }
        var failure: (any Error)? { state.withLock { $0.failure } }

        /// False when the last user is gone: it is closing then.
        func enter() -> Bool {
            state.withLock { state in
                guard state.users > 0 else { return false }
                state.users += 1
                return true
            }
        }

        /// Returns whether this was the last user.
        func leave() -> Bool {
            let isLast = state.withLock { state in
                state.users -= 1
                return state.users == 0
            }
            if isLast { unneeded.signal() }
            return isLast
        }
    }

    private let name: String
    private let logger: Logger
    private let current = Mutex<Session?>(nil)
    private let open: Open

    /// - Parameter name: what the log calls it.
    init(_ name: String, logger: Logger, open: @escaping Open) {
        self.name = name
        self.logger = logger
        self.open = open
    }

    /// Calls `body` with the open thing.
    ///
    /// - Parameter start: starts a task that runs what it is given.
    /// - Throws: what opening threw, or `body`, or, for the last user, closing; `CancellationError` when the task is
    ///   cancelled before it was open.
    func use<R>(
        start: (_ keeper: @escaping @Sendable () async -> Void) -> Void, _ body: (Value) async throws -> R
    ) async throws -> R {
        let session = try await join(start)
        await session.ready.wait()
        guard let value = session.value else {
            _ = session.leave()
            try Task.checkCancellation()
            throw session.failure ?? CancellationError()
        }
        let result: R
        do {
            result = try await body(value)
        } catch {
            if session.leave() { await session.over.waitToTheEnd() }
            throw error
        }
        if session.leave() {
            await session.over.waitToTheEnd()
            if let failure = session.failure { throw failure }
        }
        return result
    }

    private func join(
        _ start: (_ keeper: @escaping @Sendable () async -> Void) -> Void
    ) async throws -> Session {
        while true {
            let (session, isFirst, isIn) = current.withLock { current in
                if let current { return (current, false, current.enter()) }
                let session = Session()
                current = session
                return (session, true, true)
            }
            if isFirst { start { await self.keep(session) } }
            if isIn { return session }
            await session.over.wait()
            try Task.checkCancellation()
        }
    }

    /// Keeps the thing open until nobody uses it, and gives up opening it when nobody waits for it.
    private func keep(_ session: Session) async {
        var failure: (any Error)?
        do {
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask {
                    try await self.open { value in
                        session.state.withLock { $0.value = value }
                        session.ready.signal()
                        // Not cut short by cancellation: users leave first.
                        await session.unneeded.waitToTheEnd()
                    }
                    session.unneeded.signal()
                }
                group.addTask { await session.unneeded.wait() }
                try await group.next()
                if session.value == nil { group.cancelAll() }
                try await group.waitForAll()
            }
        } catch {
            failure = error
            if session.value != nil {
                logger.error("could not be closed properly", metadata: ["name": "\(name)", "error": "\(error)"])
            }
        }
        session.state.withLock { $0.failure = failure }
        current.withLock { $0 = nil }
        session.ready.signal()
        session.over.signal()
    }
}
