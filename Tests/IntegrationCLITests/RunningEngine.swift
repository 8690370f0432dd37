import Glibc
import Testing

/// An engine that runs in a folder for as long as this is alive.
final class RunningEngine {
    let folder: Folder
    private let child: Child
    private var hasEnded = false

    /// Starts `integration run` or another command, and waits until it answers.
    init(
        _ arguments: [String] = ["run"], in folder: Folder, socket: String = "data/engine.sock",
        environment: [String] = []
    ) throws {
        self.folder = folder
        child = try Child(
            arguments, folder: folder, environment: environment, output: folder.path(".engine-out"),
            words: .file(folder.path(".engine-err")))
        let path = socket.hasPrefix("/") ? socket : folder.path(socket)
        try Self.wait(for: child) { Self.answers(path) }
        // The socket is there before the engine is; its first answer is not.
        let first = try Executable.run("flow", "list", "--socket", path, in: folder)
        try #require(first.status == 0, "\(first.words)")
    }

    deinit { if !hasEnded { kill(child.process, SIGKILL); _ = child.wait() } }

    /// Whether somebody serves a Unix socket.
    static func answers(_ path: String) -> Bool {
        let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(descriptor) }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: Array(path.utf8.prefix(107))) }
        return withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size)) == 0
            }
        }
    }

    /// Another process can only be asked again and again; at most for 30 s.
    private static func wait(for child: Child, _ condition: () throws -> Bool) throws {
        for _ in 0..<3000 {
            if try condition() { return }
            try #require(kill(child.process, 0) == 0, "the engine has ended")
            usleep(10_000)
        }
        Issue.record("what was waited for did not come")
    }

    func wait(until condition: () throws -> Bool) throws { try Self.wait(for: child, condition) }

    /// What it has said so far.
    var words: String { get throws { try folder.read(".engine-err") } }

    func run(_ arguments: String..., input: String = "") throws -> Executable.Result {
        try Executable.run(arguments, input: input, in: folder)
    }

    /// Ends it with a signal; returns its exit status.
    @discardableResult
    func end(_ signal: Int32 = SIGTERM) -> Int32 {
        hasEnded = true
        child.send(signal)
        return child.wait()
    }
}
