internal import CLibPQ
internal import Glibc

/// Asks a server to stop what it is doing for a connection (PostgreSQL, 34.7).
///
/// libpq 15 opens a connection for that and waits for it, for as long as the network likes: a thread that lives for
/// nothing else does it.
enum Cancellation {
    /// - Parameter connection: the caller's own.
    static func request(_ connection: OpaquePointer) {
        guard let cancel = PQgetCancel(connection) else { return }
        var thread = pthread_t()
        let isStarted = pthread_create(
            &thread, nil,
            { cancel in
                var reason = [CChar](repeating: 0, count: 256)
                // Whether it worked shows in the answer of the connection itself.
                _ = PQcancel(OpaquePointer(cancel), &reason, Int32(reason.count))
                PQfreeCancel(OpaquePointer(cancel))
                return nil
            }, UnsafeMutableRawPointer(cancel))
        if isStarted == 0 { pthread_detach(thread) } else { PQfreeCancel(cancel) }
    }
}
