internal import IntegrationCore
internal import Synchronization

/// Lets so many in at once; others wait for their turn.
final class Turns: Sendable {
    private let free: Mutex<Int>
    private let given = Wakeup()

    init(_ count: Int) { free = Mutex(max(1, count)) }

    /// Waits for a turn; false when the task is cancelled first.
    func take() async -> Bool {
        while !Task.isCancelled {
            let seen = given.count
            let isTaken = free.withLock { free in
                guard free > 0 else { return false }
                free -= 1
                return true
            }
            if isTaken { return true }
            await given.wait(after: seen)
        }
        return false
    }

    /// Gives a turn back.
    func give() {
        free.withLock { $0 += 1 }
        given.wake()
    }
}
