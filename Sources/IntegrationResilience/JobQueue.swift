internal import Synchronization

/// Runs what others hand over, each in a task of its own, within one task that somebody owns.
///
/// How many jobs there can be at once is the matter of those who hand them over.
final class JobQueue: Sendable {
    typealias Job = @Sendable () async -> Void

    private struct State {
        var jobs: [Job] = []
        var runner: CheckedContinuation<Void, Never>?
        var isClosed = false
    }

    private let state = Mutex(State())

    func submit(_ job: @escaping Job) {
        let runner = state.withLock { state in
            state.jobs.append(job)
            return state.runner.take()
        }
        runner?.resume()
    }

    /// No more jobs come; those under way are cancelled.
    func close() {
        let runner = state.withLock { state in
            state.isClosed = true
            return state.runner.take()
        }
        runner?.resume()
    }

    /// Runs jobs until the queue is closed and all have ended. Cancellation reaches the jobs, but those that are handed
    /// over later are run all the same: somebody waits for them.
    func run() async {
        await withDiscardingTaskGroup { group in
            var isClosed = false
            while !isClosed {
                await waitForJobs()
                let jobs: [Job]
                (jobs, isClosed) = state.withLock { state in
                    defer { state.jobs.removeAll() }
                    return (state.jobs, state.isClosed)
                }
                for job in jobs { group.addTask { await job() } }
            }
            group.cancelAll()
        }
    }

    private func waitForJobs() async {
        await withCheckedContinuation { continuation in
            let isReady = state.withLock { state in
                if !state.jobs.isEmpty || state.isClosed { return true }
                state.runner = continuation
                return false
            }
            if isReady { continuation.resume() }
        }
    }
}
