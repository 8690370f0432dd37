internal import Glibc
internal import ServiceLifecycle
internal import UnixSignals

/// Ends the process at the second SIGINT, for those who can't wait until everything has drained.
struct Interrupts: Service {
    let line: StatusLine
    /// What a shell reports for a process that SIGINT ended.
    static let status: Int32 = 130

    func run() async throws {
        var count = 0
        for await _ in await UnixSignalsSequence(trapping: .sigint).cancelOnGracefulShutdown() {
            count += 1
            guard count == 2 else { continue }
            line.end()
            line.say("interrupted: what was in hand was not acknowledged and stays with its source")
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
