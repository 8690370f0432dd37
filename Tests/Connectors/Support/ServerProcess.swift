import Glibc

/// A server that a test starts and that ends with it: exactly that process, whatever becomes of the test.
public final class ServerProcess: Sendable {
    public struct Failure: Error, CustomStringConvertible {
        public let description: String
    }

    private let process: pid_t
    /// Open as long as the server may run: it ends when its standard input does.
    private let input: Int32
    private let output: Int32
    /// The first line that it wrote.
    public let greeting: String

    /// - Parameter waits: whether to wait for its first line.
    public init(_ command: [String], waitsForLine waits: Bool = true) throws {
        var toChild: [Int32] = [-1, -1]
        var fromChild: [Int32] = [-1, -1]
        guard pipe(&toChild) == 0, pipe(&fromChild) == 0 else { throw Failure(description: "no pipe can be made") }
        for end in toChild + fromChild { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_adddup2(&actions, toChild[0], 0)
        posix_spawn_file_actions_adddup2(&actions, fromChild[1], 1)
        let words = command.map { strdup($0) } + [nil]
        defer { for word in words { free(word) } }
        var child: pid_t = 0
        let code = posix_spawn(&child, command[0], &actions, nil, words, environ)
        close(toChild[0])
        close(fromChild[1])
        guard code == 0 else {
            close(toChild[1])
            close(fromChild[0])
            throw Failure(description: "\(command[0]) can't be started: \(String(cString: strerror(code)))")
        }
        (process, input, output) = (child, toChild[1], fromChild[0])
        greeting = waits ? Self.line(from: fromChild[0]) : ""
    }

    /// The folder and the ports of a server that runs already, where a variable of the environment names its folder.
    static func running(_ variable: String) -> (TemporaryFolder, [Int])? {
        guard let path = getenv(variable) else { return nil }
        let folder = TemporaryFolder(staying: String(cString: path))
        return (folder, (folder.read("ports") ?? "").split { $0 == " " || $0 == "\n" }.compactMap { Int($0) })
    }

    /// A server that accepts connections and says nothing; its greeting is the port.
    public static func silent() throws -> ServerProcess {
        try ServerProcess([
            ScriptedServer.python, "-c",
            """
            import socket
            server = socket.create_server(("127.0.0.1", 0))
            print(server.getsockname()[1], flush=True)
            kept = []
            while True:
                kept.append(server.accept())
            """,
        ])
    }

    private static func line(from descriptor: Int32) -> String {
        var bytes: [UInt8] = []
        var byte: UInt8 = 0
        while read(descriptor, &byte, 1) == 1, byte != 0x0A { bytes.append(byte) }
        return String(decoding: bytes, as: UTF8.self)
    }

    public func send(_ signal: Int32) { kill(process, signal) }

    deinit {
        kill(process, SIGKILL)
        var status: Int32 = 0
        waitpid(process, &status, 0)
        close(input)
        close(output)
    }
}

/// The scripted HTTP server (`Tests/Servers/scripted_http.py`).
public final class ScriptedServer: Sendable {
    private let process: ServerProcess
    public let port: Int
    private let scheme: String

    /// - Parameter options: as the script takes them.
    public convenience init(_ options: String...) throws { try self.init(options) }

    public init(_ options: [String]) throws {
        process = try ServerProcess([Self.python, Self.script] + options)
        guard let port = process.greeting.split(separator: " ").last.flatMap({ Int($0) }) else {
            throw ServerProcess.Failure(description: "the scripted server said `\(process.greeting)`, and no port")
        }
        self.port = port
        scheme = options.contains("--tls") ? "https" : "http"
    }

    /// Such as `http://127.0.0.1:40123`.
    public var url: String { "\(scheme)://127.0.0.1:\(port)" }
    public var localhost: String { "\(scheme)://localhost:\(port)" }

    public static let python = "/usr/bin/python3"
    /// `Tests` in the package's folder: this file is Tests/Connectors/Support/ServerProcess.swift.
    public static let tests = #filePath.split(separator: "/").dropLast(3).reduce("") { $0 + "/" + $1 }
    static let script = tests + "/Servers/scripted_http.py"
}
