import FileSystemClient
import Glibc
import IntegrationCore
import IntegrationStore
import IntegrationTesting

/// A store in a folder of its own that goes when nobody needs it any more.
struct SQLiteHome: StoreHome {
    private final class Folder: Sendable {
        let path: String

        init() {
            var template = Array("/tmp/integration-store-XXXXXX".utf8CString)
            path = template.withUnsafeMutableBufferPointer { bytes in
                guard let start = bytes.baseAddress, let made = mkdtemp(start) else {
                    fatalError("no folder could be made: \(errno)")
                }
                return String(cString: made)
            }
        }

        deinit {
            for name in entries(of: path) { unlink(path + "/" + name) }
            rmdir(path)
        }
    }

    private let folder = Folder()
    var settings = StoreSettings()

    /// The data folder: made by the store itself.
    var path: String { folder.path }
    func file(_ name: String) -> String { path + "/" + name }

    func withStore<R>(clock: any TimeSource, _ body: (any Store) async throws -> R) async throws -> R {
        try await SQLiteStore.withStore(
            in: path, settings: settings, clock: clock, random: RandomSource(seed: 1), body)
    }

    func afterKill() async throws -> any StoreHome { try copy() }

    /// A folder with the bytes that are in this one now, copied by another process: to close a file here would end the
    /// locks that the store has on it.
    func copy() throws -> SQLiteHome {
        let copy = SQLiteHome()
        let files = entries(of: path).filter { !$0.hasSuffix("-shm") }.map(file)
        let status = try ChildProcess("/bin/cp", files + [copy.path]).waitForEnd()
        guard status == 0 else { throw IntegrationError(.fileUnreadable, "cp ended with \(status)") }
        return copy
    }
}

/// The names in a folder.
func entries(of folder: String) -> [String] {
    guard let handle = opendir(folder) else { return [] }
    defer { closedir(handle) }
    var names: [String] = []
    while let entry = readdir(handle) {
        let name = withUnsafePointer(to: &entry.pointee.d_name) {
            $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
        }
        if name != ".", name != ".." { names.append(name) }
    }
    return names
}

func read(_ path: String) throws -> [UInt8] {
    let handle = open(path, O_RDONLY | O_CLOEXEC)
    guard handle >= 0 else { throw IntegrationError.file(.fileUnreadable, "opened", path, errno: errno) }
    defer { close(handle) }
    var bytes: [UInt8] = []
    var piece = [UInt8](repeating: 0, count: 1 << 16)
    while true {
        let count = Glibc.read(handle, &piece, piece.count)
        guard count >= 0 else { throw IntegrationError.file(.fileUnreadable, "read", path, errno: errno) }
        if count == 0 { return bytes }
        bytes += piece.prefix(count)
    }
}

func write(_ bytes: [UInt8], to path: String) throws {
    let handle = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
    guard handle >= 0, Glibc.write(handle, bytes, bytes.count) == bytes.count else {
        throw IntegrationError.file(.fileUnwritable, "written", path, errno: errno)
    }
    close(handle)
}
