internal import Glibc
internal import Synchronization

/// PostgreSQL, run by `Tests/Servers/postgres.sh`, which says what users and certificates there are.
public final class PostgresServer: Sendable {
    public static let isInstalled = access("/usr/lib/postgresql", X_OK) == 0 && access("/usr/bin/psql", X_OK) == 0
    public static let absence = "PostgreSQL is not installed: `scripts/setup test` does that"

    /// One that all tests of this process share; each has a schema of its own there.
    ///
    /// `INTEGRATION_TEST_POSTGRES` names the folder of one that runs already, as `make services` says.
    public static func shared() throws -> PostgresServer { try warm.get() }
    private static let warm = Result {
        try ServerProcess.running("INTEGRATION_TEST_POSTGRES").map { try PostgresServer(running: $0, $1) }
            ?? PostgresServer()
    }

    private let folder: TemporaryFolder
    private let settings: [String]
    private let process: Mutex<ServerProcess?>
    public let port: Int

    /// - Parameter settings: such as `max_connections=5`.
    public init(_ settings: [String] = []) throws {
        self.settings = settings
        folder = TemporaryFolder()
        port = try NginxServer.freePort()
        process = Mutex(nil)
        try start()
    }

    private init(running folder: TemporaryFolder, _ ports: [Int]) throws {
        guard ports.count == 1 else {
            throw ServerProcess.Failure(
                description: "INTEGRATION_TEST_POSTGRES: \(folder.path) is no folder of PostgreSQL")
        }
        (port, self.folder, settings) = (ports[0], folder, [])
        process = Mutex(nil)
    }

    /// Starts it where it has ended, with the same data at the same port.
    public func start() throws {
        let command = ["/bin/bash", ScriptedServer.tests + "/Servers/postgres.sh", folder.path, "\(port)"]
        let started = try ServerProcess(command + settings)
        guard started.greeting == "ready" else {
            throw ServerProcess.Failure(description: "PostgreSQL does not start: \(started.greeting)")
        }
        process.withLock { $0 = started }
    }

    /// Ends it as `kill -9` does; returns when its port is free.
    public func crash() throws {
        let all = processes
        for process in all { kill(process, SIGKILL) }
        process.withLock { $0 = nil }
        for process in all { for _ in 0..<500 where kill(process, 0) == 0 { usleep(10_000) } }
    }

    /// Sends a signal to all its processes, such as SIGSTOP.
    public func send(_ signal: Int32) { for process in processes { kill(process, signal) } }

    private var processes: [pid_t] {
        guard let server = folder.read("pid").flatMap({ pid_t($0.split(separator: "\n")[0]) }) else { return [] }
        let children = TemporaryFolder.contents(of: "/proc/\(server)/task/\(server)/children") ?? ""
        return [server] + children.split(separator: " ").compactMap { pid_t($0) }
    }

    /// A file of `make_certificates.sh`, such as `ca.pem`; `client.key` can be read by us.
    public func certificate(_ name: String) -> String { folder.file(name == "client.key" ? name : "tls/\(name)") }

    /// Where its Unix socket is.
    public var socketFolder: String { folder.file("data") }

    /// Such as `postgres://postgres@127.0.0.1:25432/postgres`.
    public func url(
        _ user: String = "postgres", host: String = "127.0.0.1", port: Int? = nil, database: String = "postgres",
        _ options: String = ""
    ) -> String {
        "postgres://\(user)@\(host):\(port ?? self.port)/\(database)" + (options.isEmpty ? "" : "?\(options)")
    }

    /// Runs SQL by `psql`; the lines of its answer, with `|` between values.
    @discardableResult
    public func sql(_ text: String) throws -> [String] {
        let quoted = text.replacing("'", with: "'\\''")
        let options = "-XAtq -h 127.0.0.1 -p \(port) -U postgres -v ON_ERROR_STOP=1 -d postgres"
        guard let pipe = popen("psql \(options) -c '\(quoted)' 2>&1", "r") else {
            throw ServerProcess.Failure(description: "psql can't be run")
        }
        var answer: [UInt8] = []
        var part = [UInt8](repeating: 0, count: 4096)
        while case let count = fread(&part, 1, part.count, pipe), count > 0 { answer += part[..<count] }
        let lines = String(decoding: answer, as: UTF8.self).split(separator: "\n").map(String.init)
        guard pclose(pipe) == 0 else { throw ServerProcess.Failure(description: "psql: \(lines)") }
        return lines
    }
}

/// A schema of one test, which goes with it.
public final class PostgresSchema: Sendable {
    public let server: PostgresServer
    public let name: String

    public init(_ server: PostgresServer, _ tables: String = "") throws {
        self.server = server
        name = "t\(UInt64.random(in: 0 ... .max))"
        try server.sql("create schema \(name); set search_path to \(name); \(tables)")
    }

    deinit {
        // A server that a test ended keeps it.
        _ = try? server.sql("drop schema \(name) cascade")
    }

    /// A URL whose connections find the schema's tables.
    public func url(port: Int? = nil) -> String { server.url(port: port, "options=-csearch_path%3D\(name)") }

    @discardableResult
    public func sql(_ text: String) throws -> [String] { try server.sql("set search_path to \(name); \(text)") }
}
