internal import Dispatch
internal import Glibc
internal import IntegrationEngine
internal import Synchronization

/// What SIGTERM and SIGINT do besides draining: say so, and end the process for those who can't or need not wait.
///
/// Runs on a thread of its own, so that it works when every other thread is busy.
final class Interrupts: Sendable {
    private let engine: Engine
    private let line: StatusLine
    private let grace: Duration
    private let count = Mutex(0)

    /// What a shell reports for a process that SIGINT ended.
    static let status: Int32 = 130
    /// How long after `grace` the process is ended whatever hangs, in seconds.
    private static let patience: Int64 = 5

    private init(_ engine: Engine, _ line: StatusLine, _ grace: Duration) {
        self.engine = engine
        self.line = line
        self.grace = grace
    }

    /// Watches the signals for the length of `body`.
    ///
    /// - Parameter grace: how long draining may take.
    static func watched<R>(
        _ engine: Engine, _ line: StatusLine, grace: Duration, _ body: () async throws -> R
    ) async rethrows -> R {
        let interrupts = Interrupts(engine, line, grace)
        let queue = DispatchQueue(label: "integration.signals")
        let sources = [SIGINT, SIGTERM].map { number in
            let source = DispatchSource.makeSignalSource(signal: number, queue: queue)
            source.setEventHandler { interrupts.note(number) }
            source.resume()
            return source
        }
        defer {
            for source in sources { source.cancel() }
            Deadline.end()
        }
        return try await body()
    }

    private func note(_ number: Int32) {
        let count = count.withLock { count in
            count += 1
            return count
        }
        if count == 1 {
            let inHand = engine.snapshots.reduce(0) { $0 + $1.inFlight }
            line.say(
                "stopping: \(Figures.count(inHand, "message")) in hand, at most \(Figures.time(grace)); "
                    + "Ctrl-C again ends at once")
            Deadline.begin(after: grace.components.seconds + Self.patience)
        } else if number == SIGINT {
            line.end()
            line.say("interrupted: what was in hand is not acknowledged and stays with its source")
            _exit(Self.status)
        }
    }
}

/// The last resort: ends the process when draining takes longer than it may, whatever hangs.
enum Deadline {
    private static let message: StaticString = "integration: draining took too long; ended with messages in hand\n"

    /// - Parameter seconds: at least 1.
    static func begin(after seconds: Int64) {
        // Only what POSIX allows in a signal handler.
        signal(SIGALRM) { _ in
            _ = write(STDERR_FILENO, Deadline.message.utf8Start, Deadline.message.utf8CodeUnitCount)
            _exit(1)
        }
        alarm(UInt32(clamping: max(1, seconds)))
    }

    static func end() { alarm(0) }
}
