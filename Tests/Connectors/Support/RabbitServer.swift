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
    /// `INTEGRATION_TEST_RABBITMQ` names the folder of one that runs already, as `make services` says.
    public static func shared() throws -> RabbitServer { try sharedOutcome.get() }

    private static let sharedOutcome = Result { () throws -> RabbitServer in
        try ServerProcess.running("INTEGRATION_TEST_RABBITMQ").map { try RabbitServer(running: $0, $1) }
            ?? RabbitServer()
    }

    public let port: Int
    private let ports: [Int]
    private let folder: TemporaryFolder
    private struct Running {
        var server: ServerProcess?
        var broker: pid_t = 0
        /// The name service that the broker's processes use.
        var names: pid_t = 0
    }

    private let process = Mutex(Running())

    /// The name service of a cluster's nodes, which outlives each of them.
    private let names: ServerProcess?

    private init(running folder: TemporaryFolder, _ ports: [Int]) throws {
        guard ports.count == 3 else {
            throw ServerProcess.Failure(
                description: "INTEGRATION_TEST_RABBITMQ: \(folder.path) is no folder of a broker")
        }
        (port, self.ports, self.folder, names) = (ports[0], ports, folder, nil)
    }

    /// Nodes of one broker, with what is stored on several of them.
    public static func cluster(of count: Int) throws -> [RabbitServer] {
        let epmd = try NginxServer.freePort()
        let names = try ServerProcess(
            ["/usr/bin/epmd", "-address", "127.0.0.1", "-port", "\(epmd)"], waitsForLine: false)
        let ports = try (0..<count).map { _ in [try NginxServer.freePort(), try NginxServer.freePort(), epmd] }
        let nodes = ports.enumerated().map {
            "cluster_formation.classic_config.nodes.\($0.offset + 1) = test\($0.element[0])@localhost\n"
        }
        let configuration = "cluster_formation.peer_discovery_backend = classic_config\n" + nodes.joined()
        return try ports.map { try RabbitServer($0, configuration, names: names) }
    }

    private init(_ ports: [Int], _ configuration: String, names: ServerProcess) throws {
        (port, self.ports, self.names) = (ports[0], ports, names)
        folder = TemporaryFolder()
        folder.write("more.conf", configuration)
        folder.write("cookie", "OFTESTS\(ports[2])")
        try start()
    }

    /// - Parameter configuration: further lines of `rabbitmq.conf`.
    public init(_ configuration: String = "") throws {
        port = try NginxServer.freePort()
        ports = [port, try NginxServer.freePort(), try NginxServer.freePort()]
        folder = TemporaryFolder()
        names = nil
        folder.write("more.conf", configuration)
        try start()
    }

    /// Starts it, again where it was killed, with what it had stored.
    public func start() throws {
        let script = ScriptedServer.tests + "/Servers/rabbitmq.sh"
        let server = try ServerProcess(["/bin/bash", script, folder.path] + ports.map { "\($0)" })
        let words = server.greeting.split(separator: " ")
        guard words.count == 3, words[0] == "ready", let broker = pid_t(words[1]), let names = pid_t(words[2]) else {
            throw ServerProcess.Failure(description: "RabbitMQ does not start: \(server.greeting)")
        }
        process.withLock { $0 = Running(server: server, broker: broker, names: names) }
    }

    /// Sends a signal to the broker itself.
    public func send(_ signal: Int32) {
        process.withLock { process in if process.broker > 0 { _ = Glibc.kill(process.broker, signal) } }
    }

    /// Ends the broker as a power failure does, and returns when it is gone.
    public func kill() {
        process.withLock { process in
            Self.kill(process.broker)
            for _ in 0..<500 where Glibc.kill(process.broker, 0) == 0 { usleep(10_000) }
            Self.kill(process.names)
            process = Running()
        }
    }

    private static func kill(_ process: pid_t) {
        if process > 0 { _ = Glibc.kill(process, SIGKILL) }
    }

    /// Has the broker's own tool do something: `rabbitmqctl COMMAND…`.
    ///
    /// - Returns: what it said, in one line.
    @discardableResult
    public func control(_ command: String...) throws -> String {
        let script = ScriptedServer.tests + "/Servers/rabbitmqctl.sh"
        let done = try ServerProcess(["/bin/bash", script, folder.path] + ports.map { "\($0)" } + command)
        guard done.greeting.hasPrefix("done") else {
            throw ServerProcess.Failure(description: "rabbitmqctl \(command): \(done.greeting)")
        }
        return String(done.greeting.dropFirst(5))
    }

    /// How many messages a queue of the virtual host `/` holds, those that are not acknowledged with them.
    public func count(in queue: String) throws -> Int {
        let words = try control("--quiet", "list_queues", "name", "messages").split { $0 == " " || $0 == "\t" }
        return words.firstIndex { $0 == queue }.flatMap { Int(words[$0 + 1]) } ?? 0
    }

    deinit { kill() }

    private static let names = Atomic(0)

    /// A name that no other test has, on this machine.
    public static func freshName(_ kind: String) -> String {
        "\(kind)-\(getpid())-\(names.add(1, ordering: .relaxed).newValue)"
    }
}
