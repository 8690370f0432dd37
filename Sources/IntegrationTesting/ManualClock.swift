public import IntegrationCore
internal import Synchronization

/// A clock that stands still unless it is moved, so that tests of retries, timeouts and schedules never sleep and
/// always see the same times.
///
/// Inside `run` it moves by itself. The test and all that it starts share one thread, so the clock knows when everybody
/// waits, and then jumps to the first time at which somebody wants to wake up. An hour of backoff takes no time:
///
/// ```swift
/// let clock = ManualClock()
/// try await clock.run {
///     async let finished: Void = engine.run()
///     try await clock.sleep(for: .seconds(3))     // everything that happens in these 3 s has happened
///     #expect(destination.bodies.isEmpty)
///     try await finished
/// }
/// ```
///
/// Elsewhere the test moves it by hand with `advance(by:)`.
public final class ManualClock: TimeSource, WorkWatcher {
    /// Thrown by `run` when nothing moved any more though the body had not returned.
    public struct Stuck: Error, CustomStringConvertible {
        /// Where the clock stood.
        public let now: Duration
        public var description: String {
            "nothing moved any more at \(now): everybody waits for something that is not the clock"
        }
    }

    private struct Sleeper {
        let deadline: Duration
        let continuation: CheckedContinuation<Bool, Never>
    }

    private struct State {
        var now: Duration = .zero
        var nextToken = 0
        /// By token, so in the order in which they went to sleep.
        var sleepers: [Int: Sleeper] = [:]
        var cancelled: Set<Int> = []
        var idlers: [CheckedContinuation<Void, Never>] = []
        /// While `run` runs.
        var executor: QuietExecutor?
        /// Jobs under way on other threads that tell of them.
        var busy = 0

        /// Takes out those whose time has come, in the order of their deadlines.
        mutating func takeDue() -> [CheckedContinuation<Bool, Never>] {
            let due = sleepers.filter { $0.value.deadline <= now }
                .sorted { ($0.value.deadline, $0.key) < ($1.value.deadline, $1.key) }
            for (token, _) in due { sleepers[token] = nil }
            return due.map(\.value.continuation)
        }
    }

    private let state = Mutex(State())
    private let start: Duration

    /// - Parameter wallTime: what `wallTime` says at first, since 1970; by default 2026-01-01T00:00:00Z.
    public init(wallTime: Duration = .seconds(1_767_225_600)) { start = wallTime }

    /// Time since the clock was made.
    public var now: Duration { state.withLock { $0.now } }
    public var wallTime: Duration { start + now }

    /// When each task that sleeps now wants to wake up, soonest first.
    public var deadlines: [Duration] { state.withLock { $0.sleepers.values.map(\.deadline).sorted() } }

    public func sleep(until deadline: Duration) async throws(CancellationError) {
        let token: Int? = state.withLock { state in
            guard deadline > state.now else { return nil }
            state.nextToken += 1
            return state.nextToken
        }
        guard let token else { return }
        let isAwake = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let answer: Bool? = state.withLock { state in
                    if state.cancelled.remove(token) != nil { return false }
                    if deadline <= state.now { return true }
                    state.sleepers[token] = Sleeper(deadline: deadline, continuation: continuation)
                    return nil
                }
                if let answer { continuation.resume(returning: answer) }
            }
        } onCancel: {
            let sleeper = state.withLock { state in
                let sleeper = state.sleepers.removeValue(forKey: token)
                if sleeper == nil { state.cancelled.insert(token) }
                return sleeper
            }
            sleeper?.continuation.resume(returning: false)
        }
        state.withLock { _ = $0.cancelled.remove(token) }
        guard isAwake else { throw CancellationError() }
    }

    /// Moves the clock and wakes everybody whose time has come, in the order of their deadlines. It does not wait for
    /// what they do then; inside `run`, sleep on the clock instead.
    public func advance(by duration: Duration) {
        let due = state.withLock { state in
            state.now += max(.zero, duration)
            return state.takeDue()
        }
        for sleeper in due { sleeper.resume(returning: true) }
    }

    /// Runs `body` on one thread, together with the child tasks and actors that it uses, and moves the clock whenever
    /// all of them wait: the same order of events every time.
    ///
    /// A `SQLiteStore` on this clock is waited for before it moves; what else is done on threads of its own (files, the
    /// network) is not.
    ///
    /// - Parameter patience: real time after which a test that no longer moves is given up: `body` is then cancelled.
    /// - Throws: what `body` throws, or `Stuck`.
    public func run<R: Sendable>(
        patience: Duration = .seconds(30), _ body: @escaping @Sendable () async throws -> R
    ) async throws -> R {
        let executor = QuietExecutor(patience: patience) { self.moveOn() }
        executor.start()
        state.withLock { $0.executor = executor }
        defer {
            state.withLock { $0.executor = nil }
            executor.stop()
        }
        return try await withThrowingTaskGroup(of: R?.self) { group in
            group.addTask(executorPreference: executor) { try await body() }
            group.addTask {
                await executor.isStuck.wait()
                return nil
            }
            defer { group.cancelAll() }
            guard let result = try await group.next() ?? nil else { throw Stuck(now: self.now) }
            return result
        }
    }

    /// Inside `run`: returns when everybody else waits, before the clock moves. Elsewhere it returns at once.
    public func idle() async {
        guard state.withLock({ $0.executor != nil }) else { return }
        await withCheckedContinuation { continuation in
            state.withLock { $0.idlers.append(continuation) }
        }
    }

    public func workBegan() { state.withLock { $0.busy += 1 } }

    public func workEnded() {
        let executor = state.withLock { state in
            state.busy -= 1
            return state.busy == 0 ? state.executor : nil
        }
        executor?.poke()
    }

    /// Nobody can go on: lets one of those go who waited for that, else moves to the next deadline.
    private func moveOn() -> Bool {
        let (idler, due): (CheckedContinuation<Void, Never>?, [CheckedContinuation<Bool, Never>]) = state.withLock {
            state in
            if state.busy > 0 { return (nil, []) }
            if !state.idlers.isEmpty { return (state.idlers.removeFirst(), []) }
            guard let next = state.sleepers.values.map(\.deadline).min() else { return (nil, []) }
            state.now = max(state.now, next)
            return (nil, state.takeDue())
        }
        idler?.resume()
        for sleeper in due { sleeper.resume(returning: true) }
        return idler != nil || !due.isEmpty
    }
}
