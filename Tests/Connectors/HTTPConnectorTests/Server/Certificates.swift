import ConnectorTestSupport
import Glibc

/// Certificates for tests, made by `openssl` in a folder that goes away with them.
final class Certificates: Sendable {
    let folder = TemporaryFolder()

    /// Two authorities, `ca` and `other`, and of each a server and a client: `ca-server.pem`, `ca-server.key`, …
    init() {
        for authority in ["ca", "other"] {
            run([
                "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=\(authority)", "-days", "2", "-keyout",
                folder.file("\(authority).key"), "-out", folder.file("\(authority).pem"),
            ])
            for role in ["server", "client"] {
                let name = "\(authority)-\(role)"
                folder.write("\(name).ext", "subjectAltName=IP:127.0.0.1,DNS:localhost\n")
                run([
                    "req", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=\(name)", "-keyout",
                    folder.file("\(name).key"), "-out", folder.file("\(name).csr"),
                ])
                run([
                    "x509", "-req", "-in", folder.file("\(name).csr"), "-CA", folder.file("\(authority).pem"), "-CAkey",
                    folder.file("\(authority).key"), "-CAcreateserial", "-days", "2", "-extfile",
                    folder.file("\(name).ext"), "-out", folder.file("\(name).pem"),
                ])
            }
        }
    }

    func path(_ name: String) -> String { folder.file(name) }

    private func run(_ arguments: [String]) {
        var pointers: [UnsafeMutablePointer<CChar>?] = (["openssl"] + arguments).map { strdup($0) } + [nil]
        defer { for pointer in pointers { free(pointer) } }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        for stream: Int32 in 1...2 { posix_spawn_file_actions_addopen(&actions, stream, "/dev/null", O_WRONLY, 0) }
        var process = pid_t()
        precondition(posix_spawnp(&process, "openssl", &actions, nil, &pointers, environ) == 0, "there is no openssl")
        var status: Int32 = 0
        waitpid(process, &status, 0)
        precondition(status == 0, "openssl \(arguments.joined(separator: " ")) failed")
    }
}
