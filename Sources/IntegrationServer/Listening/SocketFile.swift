public import Glibc
public import IntegrationCore

/// A Unix socket that listens at its place; given up when it goes.
public final class SocketFile: Sendable {
    public let path: String
    let descriptor: Int32
    private let identity: FileIdentity

    private struct FileIdentity: Equatable {
        var device: UInt64
        var number: UInt64
    }

    /// Makes the socket, for our own user alone. What a dead engine left is removed.
    ///
    /// - Throws: `socketInUse` where another process serves it, `socketUnusable`.
    public init(_ path: String) throws(IntegrationError) {
        guard path.utf8.count <= SocketPlace.longest else {
            throw IntegrationError(
                .socketUnusable, "\(path) has \(path.utf8.count) bytes; at most \(SocketPlace.longest) are possible")
        }
        try Self.makeFolder(of: path)
        try Self.clear(path)
        let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { throw Self.unusable(path) }
        let isReady = Self.withAddress(path) { bind(descriptor, $0, $1) } == 0 && chmod(path, 0o600) == 0
        var status = stat()
        guard isReady, listen(descriptor, 64) == 0, lstat(path, &status) == 0 else {
            let error = Self.unusable(path)
            close(descriptor)
            throw error
        }
        self.path = path
        self.descriptor = descriptor
        identity = FileIdentity(device: UInt64(status.st_dev), number: UInt64(status.st_ino))
    }

    deinit {
        var status = stat()
        guard lstat(path, &status) == 0 else { return }
        // Not if somebody else has made another one there.
        if FileIdentity(device: UInt64(status.st_dev), number: UInt64(status.st_ino)) == identity { unlink(path) }
    }

    /// Removes a socket that nobody serves.
    private static func clear(_ path: String) throws(IntegrationError) {
        var status = stat()
        guard lstat(path, &status) == 0 else { return }
        guard status.st_mode & S_IFMT == S_IFSOCK else {
            throw IntegrationError(.socketUnusable, "\(path) is there and is no socket")
        }
        let probe = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue), 0)
        guard probe >= 0 else { throw unusable(path) }
        defer { close(probe) }
        let code = withAddress(path) { connect(probe, $0, $1) } == 0 ? 0 : errno
        switch code {
        case ECONNREFUSED, ENOENT:
            guard unlink(path) == 0 || errno == ENOENT else { throw unusable(path) }
        // A full backlog is somebody's as well.
        case 0, EAGAIN, EINPROGRESS:
            throw IntegrationError(.socketInUse, "\(owner(at: probe)) serves \(path)")
        default: throw IntegrationError(.socketUnusable, "\(path): \(String(cString: strerror(code)))")
        }
    }

    /// Who listens at the other end of a socket, where the system tells (`SO_PEERCRED`, `unix(7)`).
    private static func owner(at descriptor: Int32) -> String {
        var owner = (process: Int32(0), user: UInt32(0), group: UInt32(0))
        var length = socklen_t(MemoryLayout.size(ofValue: owner))
        let isKnown = getsockopt(descriptor, SOL_SOCKET, SO_PEERCRED, &owner, &length) == 0 && owner.process > 0
        return isKnown ? "process \(owner.process)" : "another process"
    }

    /// Makes the folder where it is missing, for us alone; one of somebody else is refused.
    private static func makeFolder(of path: String) throws(IntegrationError) {
        guard let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")), slash != path.utf8.startIndex else { return }
        let folder = String(path[..<slash])
        if mkdir(folder, 0o700) != 0, errno != EEXIST { throw unusable(folder) }
        var status = stat()
        guard stat(folder, &status) == 0 else { throw unusable(folder) }
        let isOurs = status.st_uid == getuid() || getuid() == 0
        guard status.st_mode & S_IFMT == S_IFDIR, isOurs || status.st_mode & S_IWOTH == 0 else {
            throw IntegrationError(.socketUnusable, "the folder \(folder) belongs to another user")
        }
    }

    private static func unusable(_ path: String) -> IntegrationError {
        IntegrationError(.socketUnusable, "\(path): \(String(cString: strerror(errno)))")
    }

    /// Calls `body` with the address of a path of at most 107 bytes.
    public static func withAddress<R>(_ path: String, _ body: (UnsafePointer<sockaddr>, socklen_t) -> R) -> R {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { target in
            target.copyBytes(from: Array(path.utf8.prefix(SocketPlace.longest)))
        }
        return withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                body($0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
    }
}
