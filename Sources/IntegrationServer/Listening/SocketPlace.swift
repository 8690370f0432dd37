internal import Glibc

/// Where the socket of an engine is; engine and command line find it by the same rules.
public struct SocketPlace: Sendable, Hashable {
    public var path: String
    /// Whether the configuration says so or the storage folder is its place: two engines can't then run at once.
    public var isOwn: Bool

    /// The longest path that a Unix socket can have, in bytes (`unix(7)`).
    public static let longest = 107

    /// - Parameters:
    ///   - configured: `admin.socket`, resolved.
    ///   - storage: `storage.path`, resolved.
    ///   - configuration: the paths that were given, as on the command line.
    ///   - environment: `XDG_RUNTIME_DIR` counts.
    public init(configured: String?, storage: String?, configuration: [String], environment: [String: String]) {
        if let configured {
            self.init(path: Self.absolute(configured), isOwn: true)
            return
        }
        if let storage {
            let path = Self.absolute(storage) + "/engine.sock"
            if path.utf8.count <= Self.longest {
                self.init(path: path, isOwn: true)
                return
            }
        }
        let identity = storage.map { [$0] } ?? configuration
        let name = Self.fingerprint(identity.map { Self.absolute($0) }.joined(separator: "\n"))
        self.init(path: "\(Self.runtimeFolder(environment))/integration-\(name).sock", isOwn: storage != nil)
    }

    private init(path: String, isOwn: Bool) {
        self.path = path
        self.isOwn = isOwn
    }

    /// `$XDG_RUNTIME_DIR`; where there is none, a folder in /tmp that is ours alone.
    private static func runtimeFolder(_ environment: [String: String]) -> String {
        if let folder = environment["XDG_RUNTIME_DIR"], folder.hasPrefix("/") { return folder }
        return "/tmp/integration-\(getuid())"
    }

    /// FNV-1a, 64 bits (http://www.isthe.com/chongo/tech/comp/fnv/).
    private static func fingerprint(_ text: String) -> String {
        let hash = text.utf8.reduce(0xCBF2_9CE4_8422_2325 as UInt64) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
        let digits = String(hash, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }

    /// One name for one file, whatever links lead to it, and whether it is there already or not.
    private static func absolute(_ path: String) -> String {
        if let resolved = realpath(path, nil) {
            defer { free(resolved) }
            return String(cString: resolved)
        }
        let slash = path.utf8.lastIndex(of: UInt8(ascii: "/"))
        let folder = slash.map { $0 == path.utf8.startIndex ? "/" : String(path[..<$0]) } ?? "."
        let name = slash.map { String(path[path.utf8.index(after: $0)...]) } ?? path
        guard folder != path, !path.isEmpty else { return path }
        let parent = absolute(folder)
        if name.isEmpty || name == "." { return parent }
        return parent == "/" ? "/" + name : parent + "/" + name
    }
}
