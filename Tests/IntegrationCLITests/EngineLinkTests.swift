import Glibc
import Testing

@Suite("Finding an engine", .timeLimit(.minutes(2)))
struct EngineLinkTests {
    let folder: Folder

    init() throws { folder = try Folder() }

    private func configuration(_ extra: String = "storage: {path: ./data}") throws {
        try folder.write(
            "integration.yaml",
            """
            \(extra)
            queues: {orders: {}}
            flows:
              ticks: {source: {type: generate, interval: 1h, body: x}, destination: queue:orders}

            """)
    }

    @Test("Where no engine runs, the exit status is 69 and it is said where it was looked for")
    func noEngine() throws {
        let nothing = try Executable.run("flow", "list", in: folder)
        #expect(nothing.status == 69)
        #expect(nothing.words.hasPrefix("Error: No engine answers [IE9101]\n"))
        #expect(nothing.words.contains("there is no integration.yaml here"))
        try configuration()
        let stopped = try Executable.run("flow", "list", in: folder)
        #expect(stopped.status == 69)
        #expect(stopped.words.contains("there is no socket at "))
        #expect(stopped.words.contains("/data/engine.sock (where integration.yaml puts it)"))
        #expect(stopped.words.contains("Solution: Start it: integration run."))
        let named = try Executable.run("flow", "list", "--socket", "x.sock", in: folder)
        #expect(named.status == 69)
        #expect(named.words.contains("there is no socket at x.sock (--socket)"))
        let long = try Executable.run("flow", "list", "--socket", String(repeating: "x", count: 200), in: folder)
        #expect(long.status == 69)
        #expect(long.words.contains("longer than 107 bytes"))
    }

    @Test("An engine is found by --socket, INTEGRATION_SOCKET and --config, in this order")
    func found() throws {
        try configuration()
        let engine = try RunningEngine(in: folder)
        let elsewhere = try Folder()
        let socket = folder.path("data/engine.sock")
        let variable = "INTEGRATION_SOCKET=\(socket)"
        #expect(try Executable.run("flow", "list", "--socket", socket, in: elsewhere).status == 0)
        #expect(try Executable.run("flow", "list", in: elsewhere, environment: [variable]).status == 0)
        #expect(
            try Executable.run("flow", "list", "--config", folder.path("integration.yaml"), in: elsewhere).status == 0)
        #expect(try Executable.run("flow", "list", "--config", folder.root, in: elsewhere).status == 0)
        let wrong = try Executable.run(["flow", "list", "--socket", "x.sock"], in: elsewhere, environment: [variable])
        #expect(wrong.status == 69)
        #expect(engine.end() == 0)
    }

    @Test("Without storage the socket is in the runtime folder, and a second run goes without one")
    func runtimeFolder() throws {
        try configuration("name: x")
        let runtime = "XDG_RUNTIME_DIR=\(folder.root)"
        let line = try Child(
            ["run"], folder: folder, environment: [runtime], output: folder.path("o"), words: .file(folder.path("e")))
        defer {
            line.send(SIGKILL)
            _ = line.wait()
        }
        var list = try Executable.run("flow", "list", in: folder, environment: [runtime])
        for _ in 0..<500 where list.status == 69 {
            usleep(10_000)
            list = try Executable.run("flow", "list", in: folder, environment: [runtime])
        }
        #expect(list.status == 0)
        try folder.write("once.yaml", "flows: {}\n")
        let second = try Child(
            ["run"], folder: folder, environment: [runtime], output: folder.path("o2"), words: .pipe)
        #expect(try second.words(upTo: "flows can't be looked after").contains("IE4606"))
        // It says so before it listens to gentler signals.
        second.send(SIGKILL)
        #expect(second.wait() == 1000 + SIGKILL)
    }

    @Test("A second engine on one folder is refused, and the first runs on")
    func secondEngine() throws {
        try configuration()
        let engine = try RunningEngine(in: folder)
        let second = try Executable.run("run", in: folder)
        #expect(second.status == 75)
        #expect(second.words.contains("Error: An engine runs here already [IE4606]\n"))
        #expect(try engine.run("flow", "list").status == 0)
        // With another socket it is the store that refuses.
        let third = try Executable.run("run", "--set", "admin.socket=other.sock", in: folder)
        #expect(third.status == 75)
        #expect(third.words.contains("Error: Data folder is in use [IE5101]\n"), "\(third.words)")
        #expect(third.words.contains("is in use by process "))
        #expect(engine.end() == 0)
    }

    @Test("A socket that a killed engine left is no obstacle to the next")
    func staleSocket() throws {
        try configuration()
        let killed = try RunningEngine(in: folder)
        #expect(killed.end(SIGKILL) == 1000 + SIGKILL)
        #expect(access(folder.path("data/engine.sock"), F_OK) == 0)
        let between = try Executable.run("flow", "list", in: folder)
        #expect(between.status == 69)
        #expect(between.words.contains("nobody serves "))
        #expect(between.words.contains("its engine has ended"))
        #expect(try Executable.run("queue", "list", in: folder).output.contains("\norders "))
        let next = try RunningEngine(in: folder)
        #expect(try next.run("flow", "list").status == 0)
        #expect(next.end() == 0)
        #expect(access(folder.path("data/engine.sock"), F_OK) != 0)
    }

    @Test("A folder that an engine owns whose socket is gone can be read, but not written to")
    func lockedFolder() throws {
        try configuration()
        let engine = try RunningEngine(in: folder)
        #expect(unlink(folder.path("data/engine.sock")) == 0)
        #expect(try engine.run("queue", "list").output.contains("\norders "))
        let refused = try engine.run("queue", "send", "orders", "x")
        #expect(refused.status == 75)
        #expect(refused.words.contains("Error: Data folder is in use [IE5101]\n"))
        #expect(refused.words.contains("is in use by process "))
    }

    @Test("What is no engine behind a socket is an error of its own")
    func noHTTP() throws {
        let path = folder.path("x.sock")
        let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(descriptor) }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: Array(path.utf8)) }
        let isBound = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size)) == 0
            }
        }
        try #require(isBound && listen(descriptor, 1) == 0)
        let child = try Child(
            ["flow", "list", "--socket", path], folder: folder, output: folder.path("o"), words: .file(folder.path("e"))
        )
        let connection = accept(descriptor, nil, nil)
        var request = [UInt8](repeating: 0, count: 4096)
        #expect(recv(connection, &request, request.count, 0) > 0)
        #expect(String(decoding: request, as: UTF8.self).hasPrefix("GET /v1/flows HTTP/1.1\r\n"))
        let greeting = Array("220 mail ready\r\n\r\n".utf8)
        _ = Glibc.send(connection, greeting, greeting.count, Int32(MSG_NOSIGNAL))
        close(connection)
        #expect(child.wait() == 1)
        #expect(
            try folder.read("e").contains(
                "Error: The engine's answer is not understood [IE9102]\nCause: it is no HTTP/1.1\n"))
    }
}
