internal import Synchronization

/// Runs what others hand over, each in a task of its own, within tasks that somebody owns: the runners.
///
/// How many jobs there can be at once is the matter of those who hand them over.
final class JobQueue: Sendable {
    typealias Job = @Sendable () async -> Void

    /// A place to run jobs in.
    struct Runner: Hashable {
        fileprivate let number: Int
    }

    private struct State {
        var jobs: [Job] = []
        var nextRunner = 0
        var waiting: [Runner: CheckedContinuation<Void, Never>] = [:]
        /// Those that take no more jobs.
        var retired: Set<Runner> = []
        var isClosed = false
    }

    private let state = Mutex(State())

    func submit(_ job: @escaping Job) {
        let runner = state.withLock { state in
            state.jobs.append(job)
            return Self.takeAny(&state)
        }
        runner?.resume()
    }

    private static func takeAny(_ state: inout State) -> CheckedContinuation<Void, Never>? {
        state.waiting.keys.first.flatMap { state.waiting.removeValue(forKey: $0) }
    }

    /// No more jobs come; those under way are cancelled.
    func close() {
        let runners = state.withLock { state in
            state.isClosed = true
            defer { state.waiting.removeAll() }
            return Array(state.waiting.values)
        }
        for runner in runners { runner.resume() }
    }

    func makeRunner() -> Runner {
        state.withLock { state in
            state.nextRunner += 1
            return Runner(number: state.nextRunner)
        }
    }

    /// Lets a runner end once the jobs that it has taken have ended; those to come are for others.
    func retire(_ runner: Runner) {
        let waiting = state.withLock { state in
            state.retired.insert(runner)
            return state.waiting.removeValue(forKey: runner)
        }
        waiting?.resume()
    }

    /// Runs jobs until the queue is closed, or the runner retired, and all it took have ended. Cancellation reaches the
    /// jobs, but those that are handed over later are run all the same: somebody waits for them.
    func run(as runner: Runner) async {
        await withDiscardingTaskGroup { group in
            while await waitForJobs(as: runner) {
                for job in takeJobs() { group.addTask { await job() } }
            }
            if state.withLock({ $0.retired.remove(runner) }) == nil { group.cancelAll() }
        }
    }

    private func takeJobs() -> [Job] {
        state.withLock { state in
            defer { state.jobs.removeAll() }
            return state.jobs
        }
    }

    /// - Returns: false when the runner is to end.
    private func waitForJobs(as runner: Runner) async -> Bool {
        while true {
            let (goesOn, successor): (Bool?, CheckedContinuation<Void, Never>?) = state.withLock { state in
                // What it was woken for is for another one then.
                if state.retired.contains(runner) { return (false, state.jobs.isEmpty ? nil : Self.takeAny(&state)) }
                if !state.jobs.isEmpty { return (true, nil) }
                return (state.isClosed ? false : nil, nil)
            }
            successor?.resume()
            if let goesOn { return goesOn }
            await withCheckedContinuation { continuation in
                let isReady = state.withLock { state in
                    if !state.jobs.isEmpty || state.isClosed || state.retired.contains(runner) { return true }
                    state.waiting[runner] = continuation
                    return false
                }
                if isReady { continuation.resume() }
            }
        }
    }
}
