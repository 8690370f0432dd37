internal import Glibc
public import IntegrationCore

/// Ends, from any thread, another thread's wait for a descriptor.
public final class Interrupt: Sendable {
    /// A pipe that can be read once the signal was given.
    private let event: Int32
    private let trigger: Int32

    /// - Throws: `fileUnreadable` when the process has no descriptor left.
    public init() throws(IntegrationError) {
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else { throw .file(.fileUnreadable, "made", "a pipe", errno: errno) }
        for end in ends {
            _ = fcntl(end, F_SETFD, FD_CLOEXEC)
            _ = fcntl(end, F_SETFL, O_NONBLOCK)
        }
        event = ends[0]
        trigger = ends[1]
    }

    deinit {
        close(event)
        close(trigger)
    }

    /// Ends the present wait and all later ones.
    public func signal() {
        var byte: UInt8 = 1
        // Fails only when the pipe is full, and then it can be read anyway.
        _ = write(trigger, &byte, 1)
    }

    enum Readiness {
        case ready, interrupted
    }

    /// Blocks until `descriptor` can be read or written without waiting, or has come to its end.
    ///
    /// - Parameter events: `POLLIN` or `POLLOUT`.
    func wait(for descriptor: Int32, _ events: Int32) -> Readiness {
        var waits = [
            pollfd(fd: event, events: Int16(POLLIN), revents: 0),
            pollfd(fd: descriptor, events: Int16(events), revents: 0),
        ]
        while poll(&waits, 2, -1) < 0, errno == EINTR || errno == EAGAIN {}
        return waits[0].revents != 0 ? .interrupted : .ready
    }
}
