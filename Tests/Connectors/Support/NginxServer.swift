import Glibc

/// nginx with a configuration of a test.
public final class NginxServer: Sendable {
    private static let path = "/usr/sbin/nginx"
    /// Whether it is installed; tests that need it are skipped otherwise.
    public static var isInstalled: Bool { access(path, X_OK) == 0 }
    public static let absence = "nginx is not installed: `scripts/setup test` does that"

    private let folder = TemporaryFolder()
    private let process: ServerProcess
    public let port: Int

    /// - Parameter server: what stands in the `server` block; `PORT` is replaced.
    public init(_ server: String) throws {
        port = try Self.freePort()
        let configuration = """
            daemon off; master_process off; pid \(folder.path)/pid; error_log \(folder.path)/error.log;
            events {}
            http {
                access_log off; client_body_temp_path \(folder.path)/a; proxy_temp_path \(folder.path)/b;
                fastcgi_temp_path \(folder.path)/c; uwsgi_temp_path \(folder.path)/d; scgi_temp_path \(folder.path)/e;
                server { \(server.replacing("PORT", with: "127.0.0.1:\(port)")) }
            }
            """
        folder.write("nginx.conf", configuration)
        process = try ServerProcess(
            [Self.path, "-p", folder.path, "-e", folder.file("error.log"), "-c", folder.file("nginx.conf")],
            waitsForLine: false)
        guard Self.isListening(port) else {
            throw ServerProcess.Failure(description: "nginx does not listen: \(folder.read("error.log") ?? "")")
        }
    }

    /// A port that nobody listens at now.
    public static func freePort() throws -> Int {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(descriptor) }
        var address = loopback(0)
        let size = socklen_t(MemoryLayout<sockaddr_in>.size)
        var length = size
        let isBound = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, size) == 0 && getsockname(descriptor, $0, &length) == 0
            }
        }
        guard isBound else { throw ServerProcess.Failure(description: "there is no free port") }
        return Int(UInt16(bigEndian: address.sin_port))
    }

    /// Whether somebody listens at a port within five seconds.
    public static func isListening(_ port: Int) -> Bool {
        for _ in 0..<500 where !accepts(port) { usleep(10_000) }
        return accepts(port)
    }

    private static func accepts(_ port: Int) -> Bool {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(descriptor) }
        var address = loopback(UInt16(port))
        return withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
            }
        }
    }

    private static func loopback(_ port: UInt16) -> sockaddr_in {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        return address
    }
}
