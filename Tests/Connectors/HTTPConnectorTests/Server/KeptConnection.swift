import Glibc
import NIOPosix

/// A connection that is used for several requests.
struct KeptConnection: Sendable {
    private let descriptor: Int32

    init(port: Int) async throws {
        descriptor = try await RawClient.pool.runIfActive {
            let descriptor = RawClient.connect(port)
            var time = timeval(tv_sec: 5, tv_usec: 0)
            setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &time, socklen_t(MemoryLayout<timeval>.size))
            return descriptor
        }
    }

    /// Sends a request and returns what comes back first.
    func send(_ request: String) async throws -> String {
        try await RawClient.pool.runIfActive { [descriptor] in
            RawClient.write(Array(request.utf8), to: descriptor)
            var part = [UInt8](repeating: 0, count: 1 << 16)
            let count = recv(descriptor, &part, part.count, 0)
            return String(decoding: part.prefix(max(0, count)), as: UTF8.self)
        }
    }

    /// Whether the server has closed it, or does so within some seconds.
    func isClosed() async throws -> Bool {
        try await RawClient.pool.runIfActive { [descriptor] in
            var byte: UInt8 = 0
            return recv(descriptor, &byte, 1, 0) == 0
        }
    }

    func close() async throws { _ = Glibc.close(descriptor) }
}
