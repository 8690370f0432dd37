import Glibc
import IntegrationCore
import Testing

@testable import IntegrationServer

@Suite("The socket's place and file") struct SocketTests {
    private let folder: String

    init() throws {
        var template = Array("/tmp/integration-server-XXXXXX".utf8CString)
        folder = try #require(mkdtemp(&template).map { String(cString: $0) })
    }

    private func place(
        configured: String? = nil, storage: String? = nil, configuration: [String] = ["integration.yaml"],
        runtime: String? = "/run/user/1"
    ) -> SocketPlace {
        SocketPlace(
            configured: configured, storage: storage, configuration: configuration,
            environment: runtime.map { ["XDG_RUNTIME_DIR": $0] } ?? [:])
    }

    @Test("It stands in the storage folder, or where the configuration says")
    func places() {
        #expect(place(storage: folder) == place(storage: folder + "/./"))
        #expect(place(storage: folder).path == folder + "/engine.sock")
        #expect(place(configured: "/x/a.sock", storage: folder).path == "/x/a.sock")
        #expect(place(storage: folder).isOwn)
    }

    @Test(
        "Where that path is too long, or there is no storage, it stands in the runtime folder under a name of its own")
    func runtimeFolder() {
        let long = "/" + String(repeating: "d", count: 100)
        let path = place(storage: long).path
        #expect(path.hasPrefix("/run/user/1/integration-"))
        #expect(path.utf8.count <= SocketPlace.longest)
        #expect(place(storage: long + "e").path != path)
        #expect(place(storage: long).isOwn)
        #expect(!place().isOwn)
        #expect(place().path != place(configuration: ["other.yaml"]).path)
        #expect(place(runtime: nil).path.hasPrefix("/tmp/integration-\(getuid())/"))
    }

    @Test("The longest path that fits is used, one byte more is not")
    func longest() {
        let base = "/" + String(repeating: "d", count: SocketPlace.longest - "/engine.sock".utf8.count - 1)
        #expect(place(storage: base).path == base + "/engine.sock")
        #expect(place(storage: base + "d").path.hasPrefix("/run/user/1/"))
    }

    @Test("It is for our own user alone, and goes when it is let go")
    func lifetime() throws {
        let path = folder + "/a.sock"
        do {
            let socket = try SocketFile(path)
            var status = stat()
            #expect(stat(socket.path, &status) == 0)
            #expect(status.st_mode & 0o777 == 0o600)
            #expect(status.st_mode & S_IFMT == S_IFSOCK)
        }
        #expect(access(path, F_OK) != 0)
    }

    @Test("A socket that somebody serves is an error, and stays")
    func inUse() throws {
        let path = folder + "/a.sock"
        let first = try SocketFile(path)
        let error = #expect(throws: IntegrationError.self) { try SocketFile(path) }
        #expect(error?.code == .socketInUse)
        #expect(access(first.path, F_OK) == 0)
    }

    @Test("What a dead engine left is replaced")
    func stale() throws {
        let path = folder + "/a.sock"
        // Bound, and closed without being removed: as after a kill.
        let dead = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        #expect(SocketFile.withAddress(path) { bind(dead, $0, $1) } == 0)
        close(dead)
        let socket = try SocketFile(path)
        #expect(throws: IntegrationError.self) { try SocketFile(socket.path) }
    }

    @Test("A file that is no socket is left alone")
    func notASocket() throws {
        let path = folder + "/a.sock"
        let file = open(path, O_WRONLY | O_CREAT, 0o600)
        close(file)
        let error = #expect(throws: IntegrationError.self) { try SocketFile(path) }
        #expect(error?.code == .socketUnusable)
        #expect(error?.message == "\(path) is there and is no socket")
        #expect(access(path, F_OK) == 0)
    }

    @Test("A path that is too long is an error that says how long")
    func tooLong() {
        let error = #expect(throws: IntegrationError.self) {
            try SocketFile(folder + "/" + String(repeating: "a", count: 100))
        }
        #expect(error?.code == .socketUnusable)
        #expect(error?.message.contains("at most 107 are possible") == true)
    }
}
