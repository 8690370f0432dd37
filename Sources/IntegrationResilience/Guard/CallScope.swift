internal import IntegrationCore
internal import Synchronization

/// Runs calls whose callers may go on before they end, and keeps their time.
///
/// A call whose time is up, or whose caller is cancelled, is cancelled too; its caller goes on at the deadline at the
/// latest, and the scope stays open until the call has really ended. How many calls there can be at once is the matter of
/// whoever hands out permits for them.
final class CallScope: Sendable {
    private protocol Timed: Sendable {
        func giveUp()
    }

    /// One call, and its caller as long as he waits.
    private final class Call<Value: Sendable>: Timed {
        private enum State {
            case running
            case awaited(CheckedContinuation<Value?, Never>)
            case done(Value?)
            case over
        }

        private let state = Mutex(State.running)
        /// The call has an outcome, or nobody wants one any more.
        let stop = ShutdownSignal()

        /// The outcome; nil when the time was up first.
        func outcome() async -> Value? {
            await withTaskCancellationHandler {
                await withCheckedContinuation { continuation in
                    let known: Value?? = state.withLock { state in
                        if case .done(let value) = state {
                            state = .over
                            return .some(value)
                        }
                        state = .awaited(continuation)
                        return nil
                    }
                    if let known { continuation.resume(returning: known) }
                }
            } onCancel: {
                stop.signal()
            }
        }

        func finish(_ value: Value?) {
            let caller: CheckedContinuation<Value?, Never>? = state.withLock { state in
                switch state {
                case .running: state = .done(value)
                case .awaited(let continuation):
                    state = .over
                    return continuation
                case .done, .over: break
                }
                return nil
            }
            caller?.resume(returning: value)
            stop.signal()
        }

        func giveUp() { finish(nil) }
    }

    /// One call that ends at once when it is cancelled: the task that makes it.
    private final class PromptCall: Timed {
        /// The task stands here only while it is in `run`, which it leaves under the lock: it is alive when it is
        /// cancelled.
        private nonisolated(unsafe) var task: UnsafeCurrentTask?
        private let isLate = Mutex(false)

        func run<Value: Sendable>(_ work: @Sendable () async -> Value) async -> Value {
            await withUnsafeCurrentTask { task in
                isLate.withLock { isLate in
                    self.task = task
                    if isLate { task?.cancel() }
                }
                defer { isLate.withLock { _ in self.task = nil } }
                return await work()
            }
        }

        var wasLate: Bool { isLate.withLock(\.self) }

        func giveUp() {
            isLate.withLock { isLate in
                isLate = true
                task?.cancel()
            }
        }
    }

    private struct State {
        var nextID = 0
        var live: [Int: (deadline: Duration, call: any Timed)] = [:]
        /// The scope was cancelled: nobody keeps time any more.
        var isCut = false
    }

    private let state = Mutex(State())
    private let jobs = JobQueue()
    private let clock: any TimeSource
    private let timeout: Duration?
    /// Woken when a call begins while no other was timed.
    private let timed = Mutex<ShutdownSignal?>(nil)

    private init(clock: any TimeSource, timeout: Duration?) {
        self.clock = clock
        self.timeout = timeout
    }

    /// Calls `body` with an open scope; when this returns every call has ended.
    ///
    /// - Parameter timeout: how long callers wait.
    static func with<R: Sendable>(
        clock: any TimeSource, timeout: Duration?, _ body: (CallScope) async throws -> R
    ) async throws -> R {
        let scope = CallScope(clock: clock, timeout: timeout)
        return try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await scope.jobs.run(as: scope.jobs.makeRunner()) }
            group.addTask { await scope.keepTime() }
            defer {
                scope.jobs.close()
                group.cancelAll()
            }
            return try await body(scope)
        }
    }

    /// Runs `work` and returns what it gives; nil when its time is up first, and then `work` goes on, cancelled.
    ///
    /// - Parameter isPrompt: whether `work` ends at once when it is cancelled. Then it is waited for, which saves what it
    ///   costs to let it go on by itself.
    func run<Value: Sendable>(
        isPrompt: Bool = false, _ work: @escaping @Sendable () async -> Value
    ) async -> Value? {
        if isPrompt { return await runPrompt(work) }
        let call = Call<Value>()
        let id = keep(call)
        jobs.submit {
            await withTaskGroup(of: Void.self) { group in
                group.addTask { call.finish(await work()) }
                await call.stop.wait()
                group.cancelAll()
            }
            self.forget(id)
        }
        return await call.outcome()
    }

    private func runPrompt<Value: Sendable>(_ work: @escaping @Sendable () async -> Value) async -> Value? {
        guard timeout != nil else { return await work() }
        let call = PromptCall()
        let id = keep(call)
        let value = await withTaskGroup(of: Value.self) { group in
            group.addTask { await call.run(work) }
            return await group.next()
        }
        forget(id)
        return call.wasLate ? nil : value
    }

    /// Keeps a call's time from now on.
    private func keep(_ call: any Timed) -> Int {
        let deadline = timeout.map { clock.now + $0 }
        let (id, isCut) = state.withLock { state in
            state.nextID += 1
            if let deadline { state.live[state.nextID] = (deadline, call) }
            return (state.nextID, state.isCut)
        }
        if isCut { call.giveUp() }
        timed.withLock { $0.take() }?.signal()
        return id
    }

    private func forget(_ id: Int) { state.withLock { _ = $0.live.removeValue(forKey: id) } }

    // MARK: Time

    private func keepTime() async {
        guard timeout != nil else { return }
        while !Task.isCancelled {
            let signal = ShutdownSignal()
            timed.withLock { $0 = signal }
            guard let next = state.withLock({ $0.live.values.lazy.map(\.deadline).min() }) else {
                await signal.wait()
                continue
            }
            do throws(CancellationError) {
                try await clock.sleep(until: next)
            } catch {
                break
            }
            let now = clock.now
            let late = state.withLock { state in state.live.values.filter { $0.deadline <= now } }
            for entry in late { entry.call.giveUp() }
            state.withLock { state in state.live = state.live.filter { $0.value.deadline > now } }
        }
        let left = state.withLock { state in
            state.isCut = true
            return Array(state.live.values)
        }
        for entry in left { entry.call.giveUp() }
    }
}
