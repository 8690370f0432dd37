internal import Glibc
internal import IntegrationCore

/// Waits for a socket on the thread of its connection, until a deadline or until another thread ends the wait.
final class SocketWait: Sendable {
    enum Outcome {
        case ready(isReadable: Bool, isWritable: Bool)
        /// `wake` was called.
        case woken
        case late
    }

    /// A pipe that can be read once somebody woke us.
    private let event: Int32
    private let trigger: Int32

    /// - Throws: `noConnection` when the process has no descriptor left.
    init() throws(IntegrationError) {
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else {
            throw IntegrationError(
                .noConnection, "no pipe can be made", causes: [String(cString: strerror(errno))],
                remedy: "Raise the limit of open files (`ulimit -n`).")
        }
        for end in ends {
            _ = fcntl(end, F_SETFD, FD_CLOEXEC)
            _ = fcntl(end, F_SETFL, O_NONBLOCK)
        }
        (event, trigger) = (ends[0], ends[1])
    }

    deinit {
        close(event)
        close(trigger)
    }

    /// Ends the present wait, or the next one.
    func wake() {
        var byte: UInt8 = 1
        // Fails only where the pipe is full, and then it can be read anyway.
        _ = write(trigger, &byte, 1)
    }

    /// Blocks until `socket` can be read, or written where that is asked for.
    ///
    /// - Parameter socket: negative: only a wake-up or the deadline ends the wait.
    func wait(
        for socket: Int32, toRead: Bool = true, toWrite: Bool, until deadline: ContinuousClock.Instant?
    ) -> Outcome {
        var waits = [
            pollfd(fd: event, events: Int16(POLLIN), revents: 0),
            pollfd(fd: socket, events: Int16((toRead ? POLLIN : 0) | (toWrite ? POLLOUT : 0)), revents: 0),
        ]
        while true {
            var rest: Int32 = -1
            if let deadline {
                let left = ContinuousClock.now.duration(to: deadline)
                guard left > .zero else { return .late }
                // Rounded up, so that it does not spin before the deadline.
                rest = Int32(clamping: left.milliseconds + 1)
            }
            guard poll(&waits, 2, rest) > 0 else { continue }
            if waits[0].revents != 0 {
                var bytes: UInt64 = 0
                while read(event, &bytes, 8) == 8 {}
                return .woken
            }
            let found = Int32(waits[1].revents)
            return .ready(
                isReadable: found & (POLLIN | POLLHUP | POLLERR | POLLNVAL) != 0, isWritable: found & POLLOUT != 0)
        }
    }
}
