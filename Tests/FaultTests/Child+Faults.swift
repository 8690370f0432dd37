import Glibc
import IntegrationCore
import Testing

extension Executable {
    /// Ends what hangs, with status 124.
    static let atMostAMinute = ["/usr/bin/timeout", "-k", "15", "-s", "ABRT", "60"]
}

extension Child {
    /// Returns when it has stopped itself.
    func waitUntilStopped() throws {
        var status: Int32 = 0
        while waitpid(process, &status, WUNTRACED) < 0, errno == EINTR {}
        try #require(status & 0xFF == 0x7F, "it ended before it was stopped: \(status)")
    }

    /// Whether it has ended; it is still to be waited for.
    var hasEnded: Bool {
        var information = siginfo_t()
        return waitid(P_PID, id_t(process), &information, WEXITED | WNOHANG | WNOWAIT) == 0
            && information.si_signo == SIGCHLD
    }

    /// Lets time pass until something holds, or for so long.
    func wait(atMost patience: Duration, until holds: () throws -> Bool) throws {
        let deadline = SystemClock().now + patience
        while try !holds(), SystemClock().now < deadline { wait(seconds: 0.02) }
    }

    /// Lets time pass for the process; it goes by the machine's clock, which no test can move.
    func wait(seconds: Double) {
        _ = poll(nil, 0, Int32(seconds * 1000))
    }
}
