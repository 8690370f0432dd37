internal import Glibc
internal import IntegrationCore

/// One thread on which a test and everything under test runs, one job after another: it knows when nothing can go on.
final class QuietExecutor: TaskExecutor, @unchecked Sendable {
    // Proof of Sendable: `jobs`, `isStopped` and `isPoked` are touched only while `mutex` is held; the rest never changes.
    private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private let condition = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
    private var jobs: [UnownedJob] = []
    private var isStopped = false
    /// Whether to look again whether somebody can be woken.
    private var isPoked = false
    private let patience: Duration
    private let onQuiet: @Sendable () -> Bool
    /// Given when nothing has moved for as long as `patience`.
    let isStuck = ShutdownSignal()

    /// - Parameters:
    ///   - patience: real time.
    ///   - onQuiet: called on the thread when no job is left; returns whether it woke somebody.
    init(patience: Duration, onQuiet: @escaping @Sendable () -> Bool) {
        self.patience = patience
        self.onQuiet = onQuiet
        pthread_mutex_init(mutex, nil)
        var attributes = pthread_condattr_t()
        pthread_condattr_init(&attributes)
        pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC)
        pthread_cond_init(condition, &attributes)
        pthread_condattr_destroy(&attributes)
    }

    deinit {
        pthread_cond_destroy(condition)
        pthread_mutex_destroy(mutex)
        condition.deallocate()
        mutex.deallocate()
    }

    /// Starts the thread; it keeps the executor alive until `stop()`.
    func start() {
        var thread = pthread_t()
        let context = Unmanaged.passRetained(self)
        let result = pthread_create(
            &thread, nil,
            { context in
                guard let context else { return nil }
                Unmanaged<QuietExecutor>.fromOpaque(context).takeRetainedValue().work()
                return nil
            }, context.toOpaque())
        precondition(result == 0, "no thread could be made (error \(result)); is the limit of processes reached?")
        pthread_detach(thread)
    }

    /// Lets the thread end when it has no more jobs.
    func stop() {
        pthread_mutex_lock(mutex)
        isStopped = true
        pthread_cond_signal(condition)
        pthread_mutex_unlock(mutex)
    }

    /// Has `onQuiet` asked again, once no job is left.
    func poke() {
        pthread_mutex_lock(mutex)
        isPoked = true
        pthread_cond_signal(condition)
        pthread_mutex_unlock(mutex)
    }

    func enqueue(_ job: consuming ExecutorJob) {
        pthread_mutex_lock(mutex)
        jobs.append(UnownedJob(job))
        pthread_cond_signal(condition)
        pthread_mutex_unlock(mutex)
    }

    private func work() {
        while let taken = next() {
            for job in taken { job.runSynchronously(on: asUnownedTaskExecutor()) }
        }
    }

    /// The jobs that wait, in order; nil when stopped and through.
    private func next() -> [UnownedJob]? {
        while true {
            if let taken = take() { return taken.isEmpty ? nil : taken }
            if onQuiet() { continue }
            // Whoever is still busy is outside: another thread, the network, a disk.
            if !waitForJobs() { isStuck.signal() }
        }
    }

    /// What is there; empty when stopped; nil when there is nothing now.
    private func take() -> [UnownedJob]? {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        guard jobs.isEmpty else {
            defer { jobs.removeAll(keepingCapacity: true) }
            return jobs
        }
        return isStopped ? [] : nil
    }

    /// Waits for a job, a poke or the end; false when none came in time.
    private func waitForJobs() -> Bool {
        var deadline = timespec()
        clock_gettime(CLOCK_MONOTONIC, &deadline)
        let nanoseconds = Int(patience.nanoseconds) + deadline.tv_nsec
        deadline.tv_sec += nanoseconds / 1_000_000_000
        deadline.tv_nsec = nanoseconds % 1_000_000_000
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        defer { isPoked = false }
        while jobs.isEmpty, !isStopped, !isPoked {
            if pthread_cond_timedwait(condition, mutex, &deadline) == ETIMEDOUT {
                return !jobs.isEmpty || isStopped || isPoked
            }
        }
        return true
    }
}
