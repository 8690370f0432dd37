internal import Glibc
public import IntegrationCore

/// A thread of its own for blocking calls, so that they never hold a thread that others wait for.
///
/// Used as the executor of an actor: what the actor does, it does on this thread, one thing after another. On it a
/// write to a closed pipe or beyond the file size limit fails with an error rather than end the process.
public final class ThreadExecutor: SerialExecutor {
    /// What the thread and the executor share; outlives both.
    private final class Queue: @unchecked Sendable {
        // Proof of Sendable: `jobs` and `isStopped` are touched only while `mutex` is held.
        private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
        private let condition = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
        private var jobs: [(UnownedJob, UnownedSerialExecutor)] = []
        private var isStopped = false
        private let watcher: (any WorkWatcher)?

        init(_ watcher: (any WorkWatcher)?) {
            self.watcher = watcher
            pthread_mutex_init(mutex, nil)
            pthread_cond_init(condition, nil)
        }

        deinit {
            pthread_cond_destroy(condition)
            pthread_mutex_destroy(mutex)
            condition.deallocate()
            mutex.deallocate()
        }

        func push(_ job: UnownedJob, _ executor: UnownedSerialExecutor) {
            watcher?.workBegan()
            pthread_mutex_lock(mutex)
            jobs.append((job, executor))
            pthread_mutex_unlock(mutex)
            // Behind the lock, for which the thread would only wait once more.
            pthread_cond_signal(condition)
        }

        func stop() {
            pthread_mutex_lock(mutex)
            isStopped = true
            pthread_mutex_unlock(mutex)
            pthread_cond_signal(condition)
        }

        func run() {
            var taken: [(UnownedJob, UnownedSerialExecutor)] = []
            while true {
                pthread_mutex_lock(mutex)
                while jobs.isEmpty, !isStopped { pthread_cond_wait(condition, mutex) }
                swap(&taken, &jobs)
                let isDone = isStopped && taken.isEmpty
                pthread_mutex_unlock(mutex)
                if isDone { return }
                for (job, executor) in taken {
                    job.runSynchronously(on: executor)
                    watcher?.workEnded()
                }
                taken.removeAll(keepingCapacity: true)
            }
        }
    }

    private let queue: Queue

    /// - Parameters:
    ///   - clock: the one that work goes by; a `WorkWatcher` is told of every job.
    ///   - stackSize: bytes that calls within each other may take; nil: what the system gives.
    /// - Throws: `noConnection` when the process may have no more threads.
    public init(clock: (any TimeSource)? = nil, stackSize: Int? = nil) throws(IntegrationError) {
        queue = Queue(clock as? any WorkWatcher)
        var thread = pthread_t()
        var attributes = pthread_attr_t()
        pthread_attr_init(&attributes)
        defer { pthread_attr_destroy(&attributes) }
        if let stackSize { pthread_attr_setstacksize(&attributes, stackSize) }
        let context = Unmanaged.passRetained(queue)
        let result = pthread_create(
            &thread, &attributes,
            { context in
                guard let context else { return nil }
                blockWriteSignals()
                Unmanaged<Queue>.fromOpaque(context).takeRetainedValue().run()
                return nil
            }, context.toOpaque())
        guard result == 0 else {
            context.release()
            throw IntegrationError(
                .noConnection, "no thread can be made", causes: [String(cString: strerror(result))],
                remedy: "Raise the limit of processes (`ulimit -u`), or give the machine more memory.")
        }
        pthread_detach(thread)
    }

    deinit { queue.stop() }

    public func enqueue(_ job: consuming ExecutorJob) {
        queue.push(UnownedJob(job), asUnownedSerialExecutor())
    }
}

/// SIGPIPE and SIGXFSZ go to the thread that writes; blocked there, they leave EPIPE and EFBIG as the result.
private func blockWriteSignals() {
    var signals = sigset_t()
    sigemptyset(&signals)
    sigaddset(&signals, SIGPIPE)
    sigaddset(&signals, SIGXFSZ)
    pthread_sigmask(SIG_BLOCK, &signals, nil)
}
