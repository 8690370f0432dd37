internal import Glibc
internal import Synchronization

/// A RabbitMQ of the tests, on the loopback interface, with the user `guest`.
public final class RabbitServer: Sendable {
    /// Whether it is installed; tests that need it are skipped otherwise.
    public static var isInstalled: Bool {
        var found = glob_t()
        defer { globfree(&found) }
        return glob("/usr/lib/rabbitmq/lib/rabbitmq_server-*/sbin/rabbitmq-server", 0, nil, &found) == 0
    }
    public static let absence = "RabbitMQ is not installed: `scripts/setup test` does that"

    /// The one that all tests of this process share; each takes names of its own.
    ///
    /// `INTEGRATION_TEST_RABBITMQ` names the port of one that runs already.
    public static func shared() throws -> RabbitServer { try sharedOutcome.get() }

    private static let sharedOutcome = Result { () throws -> RabbitServer in
        if let text = getenv("INTEGRATION_TEST_RABBITMQ"), let port = Int(String(cString: text)) {
            return RabbitServer(running: port)
        }
        return try RabbitServer()
    }

    public let port: Int
    private let ports: [Int]
    private let folder: TemporaryFolder?
    private let process = Mutex<(server: ServerProcess?, broker: pid_t)>((nil, 0))

    private init(running port: Int) { (self.port, ports, folder) = (port, [], nil) }

    /// - Parameter configuration: further lines of `rabbitmq.conf`.
    public init(_ configuration: String = "") throws {
        port = try NginxServer.freePort()
        ports = [port, try NginxServer.freePort(), try NginxServer.freePort()]
        folder = TemporaryFolder()
        folder?.write("more.conf", configuration)
        try start()
    }

    /// Starts it, again where it was killed, with what it had stored.
    public func start() throws {
        guard let folder else { return }
        let script = ScriptedServer.tests + "/Servers/rabbitmq.sh"
        let server = try ServerProcess(["/bin/bash", script, folder.path] + ports.map { "\($0)" })
        guard server.greeting.hasPrefix("ready "), let broker = pid_t(server.greeting.dropFirst(6)) else {
            throw ServerProcess.Failure(description: "RabbitMQ does not start: \(server.greeting)")
        }
        process.withLock { $0 = (server, broker) }
    }

    /// Sends a signal to the broker itself.
    public func send(_ signal: Int32) {
        process.withLock { process in if process.broker > 0 { _ = Glibc.kill(process.broker, signal) } }
    }

    /// Ends the broker as a power failure does, and returns when it is gone.
    public func kill() {
        send(SIGKILL)
        process.withLock { process in
            for _ in 0..<500 where Glibc.kill(process.broker, 0) == 0 { usleep(10_000) }
            process = (nil, 0)
        }
    }

    /// Has the broker's own tool do something: `rabbitmqctl COMMAND…`.
    public func control(_ command: String...) throws {
        guard let folder else { throw ServerProcess.Failure(description: "this needs a broker of the tests' own") }
        let script = ScriptedServer.tests + "/Servers/rabbitmqctl.sh"
        let done = try ServerProcess(["/bin/bash", script, folder.path] + ports.map { "\($0)" } + command)
        guard done.greeting == "done" else {
            throw ServerProcess.Failure(description: "rabbitmqctl \(command): \(done.greeting)")
        }
    }

    deinit { send(SIGKILL) }

    private static let names = Atomic(0)

    /// A name that no other test has, on this machine.
    public static func freshName(_ kind: String) -> String {
        "\(kind)-\(getpid())-\(names.add(1, ordering: .relaxed).newValue)"
    }
}
