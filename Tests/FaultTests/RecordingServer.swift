import ConnectorTestSupport
import Glibc
import Synchronization

/// A server that keeps what is posted to it in a file, and that a thread kills and starts again all the time.
final class RecordingServer: @unchecked Sendable {
    // Proof of Sendable: `server` is only touched by the thread while it runs, and by `stop` after it was joined.

    let port: Int
    let path: String
    private var server: ServerProcess?
    private let state = Mutex((isOver: false, kills: 0))
    private var thread = pthread_t()

    /// How often it was killed.
    var kills: Int { state.withLock { $0.kills } }

    /// - Parameter path: the file that gets a line `PATH TAB BODY` for each request that was answered.
    init(port: Int, recordingInto path: String) throws {
        self.port = port
        self.path = path
        server = try Self.start(port, path)
    }

    private static func start(_ port: Int, _ path: String) throws -> ServerProcess {
        try ServerProcess([
            ScriptedServer.python, ScriptedServer.tests + "/Servers/recording_http.py", "\(port)", path,
        ])
    }

    /// Begins to kill it.
    func beginKilling() {
        let own = Unmanaged.passRetained(self)
        pthread_create(
            &thread, nil,
            { own in
                guard let own else { return nil }
                Unmanaged<RecordingServer>.fromOpaque(own).takeRetainedValue().killAgainAndAgain()
                return nil
            }, own.toOpaque())
    }

    private func killAgainAndAgain() {
        while !state.withLock({ $0.isOver }) {
            usleep(250_000)
            server = nil  // SIGKILL
            state.withLock { $0.kills += 1 }
            usleep(100_000)
            while server == nil {
                do {
                    server = try Self.start(port, path)
                } catch {
                    usleep(20_000)
                }
            }
        }
    }

    /// Ends the killing; the server is there afterwards.
    func endKilling() {
        state.withLock { $0.isOver = true }
        pthread_join(thread, nil)
    }
}
