internal import Glibc
internal import IntegrationCore
internal import Synchronization

/// Hands things over to a thread that waits for them and for a connection at once.
///
/// Its users bound what is in it: whoever puts something in waits for an answer, or has a share of a bounded window.
final class Mailbox<Item: Sendable>: Sendable {
    private let items = Mutex<[Item]>([])
    /// A pipe: what is written at one end wakes who waits at the other.
    private let bell: (heard: Int32, rung: Int32)

    /// - Throws: `noConnection` when the process has no descriptor left.
    init() throws(IntegrationError) {
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else {
            throw IntegrationError(
                .noConnection, "no pipe can be made", causes: [String(cString: strerror(errno))],
                remedy: "Raise the limit of open files (`ulimit -n`).")
        }
        for end in ends {
            _ = fcntl(end, F_SETFL, O_NONBLOCK)
            _ = fcntl(end, F_SETFD, FD_CLOEXEC)
        }
        bell = (ends[0], ends[1])
    }

    deinit {
        close(bell.heard)
        close(bell.rung)
    }

    func post(_ item: Item) {
        let isFirst = items.withLock { items in
            items.append(item)
            return items.count == 1
        }
        guard isFirst else { return }
        var ring: UInt8 = 1
        // Where the pipe is full, whoever waits wakes in any case.
        _ = write(bell.rung, &ring, 1)
    }

    /// Everything that was put in.
    func take() -> [Item] {
        items.withLock { items in
            defer { items.removeAll() }
            return items
        }
    }

    /// Returns when something was put in, when the connection has something to be read, or room where that is asked for,
    /// or at a deadline.
    ///
    /// - Returns: whether the connection has something to be read, or is at its end.
    func wait(_ connection: Int32?, forRoom: Bool = false, until deadline: Duration) -> Bool {
        let events = Int16(POLLIN) | (forRoom ? Int16(POLLOUT) : 0)
        var polls = [pollfd(fd: bell.heard, events: Int16(POLLIN), revents: 0)]
        if let connection { polls.append(pollfd(fd: connection, events: events, revents: 0)) }
        // Rounded up, so that nobody wakes just before the time.
        let rest = max(0, (deadline - SystemClock().now).milliseconds + 1)
        guard poll(&polls, nfds_t(polls.count), Int32(clamping: rest)) > 0 else { return false }
        if polls[0].revents != 0 {
            withUnsafeTemporaryAllocation(byteCount: 64, alignment: 1) { rings in
                while read(bell.heard, rings.baseAddress, rings.count) == rings.count {}
            }
        }
        return polls.count > 1 && polls[1].revents & ~Int16(POLLOUT) != 0
    }
}
