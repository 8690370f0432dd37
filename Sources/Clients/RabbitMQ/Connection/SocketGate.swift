internal import Glibc
internal import Synchronization

/// Lets other threads cut a connection that its own thread waits for, and only while it is open.
final class SocketGate: Sendable {
    private let state = Mutex<(descriptor: Int32?, isClosed: Bool)>((nil, false))

    /// Whether `interrupt` was called.
    var isClosed: Bool { state.withLock { $0.isClosed } }

    /// The connection is open; false where it should not be any more.
    func open(_ descriptor: Int32) -> Bool {
        state.withLock { state in
            guard !state.isClosed else { return false }
            state.descriptor = descriptor
            return true
        }
    }

    /// Called before the descriptor is closed: it may be somebody else's afterwards.
    func forget() { state.withLock { $0.descriptor = nil } }

    /// Ends every wait for the connection; what is opened later is refused.
    func interrupt() {
        state.withLock { state in
            state.isClosed = true
            if let descriptor = state.descriptor { shutdown(descriptor, Int32(SHUT_RDWR)) }
        }
    }
}
