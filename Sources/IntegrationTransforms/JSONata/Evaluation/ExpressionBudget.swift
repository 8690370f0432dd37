internal import Glibc

/// How much one evaluation may cost. Whoever writes an expression can't stop a lane with it.
public struct ExpressionBudget: Sendable, Hashable {
    /// Most steps: a node evaluated, an element visited, sixteen bytes of text made.
    public var steps: Int
    /// Deepest nesting of evaluations; three to five make one call that is not in tail position.
    public var depth: Int
    /// Longest time; looked at every 1,024 steps.
    public var time: Duration
    /// Largest result in bytes.
    public var outputBytes: Int

    public init(
        steps: Int = 5_000_000, depth: Int = 2_000, time: Duration = .milliseconds(50), outputBytes: Int = 16 << 20
    ) {
        self.steps = steps
        self.depth = depth
        self.time = time
        self.outputBytes = outputBytes
    }

    /// What flows use: endless recursion and explosions end within 100 ms.
    public static let standard = ExpressionBudget()
}

/// What an evaluation asks of the machine: the time for `$now()` and `$millis()`, the clock of its budget, and chance.
public struct ExpressionHost: Sendable {
    /// Milliseconds since 1970 (UTC).
    public var wallMilliseconds: @Sendable () -> Int64
    /// Nanoseconds of a clock that is never set.
    public var monotonicNanoseconds: @Sendable () -> UInt64
    /// Random bits for `$random()` and `$shuffle()`.
    public var randomBits: @Sendable () -> UInt64

    public init(
        wallMilliseconds: @escaping @Sendable () -> Int64, monotonicNanoseconds: @escaping @Sendable () -> UInt64,
        randomBits: @escaping @Sendable () -> UInt64
    ) {
        self.wallMilliseconds = wallMilliseconds
        self.monotonicNanoseconds = monotonicNanoseconds
        self.randomBits = randomBits
    }

    private static func read(_ clock: clockid_t) -> timespec {
        var time = timespec()
        clock_gettime(clock, &time)
        return time
    }

    /// The machine's own clocks and generator.
    public static let system = ExpressionHost(
        wallMilliseconds: {
            let time = read(CLOCK_REALTIME)
            return Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000
        },
        monotonicNanoseconds: {
            let time = read(CLOCK_MONOTONIC)
            return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
        },
        randomBits: { UInt64.random(in: .min ... .max) })
}

/// How much of the running thread's stack is left.
enum ThreadStack {
    /// Kept free for what an evaluation calls without counting.
    private static let reserve = 128 << 10
    /// What an evaluation takes where the thread can't be asked.
    private static let assumed = 192 << 10

    private typealias GetAttributes = @convention(c) (pthread_t, UnsafeMutablePointer<pthread_attr_t>) -> Int32

    /// The GNU function that reads a running thread's attributes, which the module of the C library hides.
    private static let getAttributes: GetAttributes? = dlsym(nil, "pthread_getattr_np").map {
        unsafeBitCast($0, to: GetAttributes.self)
    }

    /// Lowest address that an evaluation on this thread may reach.
    ///
    /// - Parameter here: an address on the stack now.
    static func floor(from here: UInt) -> UInt {
        var attributes = pthread_attr_t()
        guard let getAttributes, getAttributes(pthread_self(), &attributes) == 0 else { return here - UInt(assumed) }
        defer { pthread_attr_destroy(&attributes) }
        var low: UnsafeMutableRawPointer?
        var size = 0
        guard pthread_attr_getstack(&attributes, &low, &size) == 0, let low else { return here - UInt(assumed) }
        return UInt(bitPattern: low) + UInt(min(reserve, size / 4))
    }
}
