internal import FileSystemClient
internal import Glibc
internal import IntegrationCore

/// The right to be the one process that writes to a data folder; given back when it is let go or the process ends.
final class FolderLock {
    private let handle: Int32

    /// - Throws: `storeInUse`, naming the process, or `storeUnusable`.
    init(_ path: String) throws(IntegrationError) {
        // From here on `deinit` closes it, also where this throws.
        handle = Glibc.open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard handle >= 0 else { throw .file(.storeUnusable, "opened", path, errno: errno) }
        guard flock(handle, LOCK_EX | LOCK_NB) == 0 else {
            let reason = errno
            guard reason == EWOULDBLOCK else { throw .file(.storeUnusable, "locked", path, errno: reason) }
            let folder = path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "."
            let who = Self.owner(handle).map { "process \($0)" } ?? "another process"
            throw IntegrationError(
                .storeInUse, "the data folder \(folder) is in use by \(who)",
                remedy: "Stop it, or use another `storage.path`.")
        }
        var text = "\(getpid())\n"
        let isWritten = text.withUTF8 { bytes in
            ftruncate(handle, 0) == 0 && pwrite(handle, bytes.baseAddress, bytes.count, 0) == bytes.count
        }
        guard isWritten else {
            let reason = errno
            throw .file(reason == ENOSPC ? .storageFull : .storeUnusable, "written", path, errno: reason)
        }
    }

    deinit {
        guard handle >= 0 else { return }
        // A child that was forked and has not yet become another program shares the handle; closing would not unlock.
        flock(handle, LOCK_UN)
        Glibc.close(handle)
    }

    /// The process that holds the lock at `path`; nil where nobody does.
    static func holder(_ path: String) -> String? {
        let handle = Glibc.open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
        guard handle >= 0 else { return nil }
        defer { Glibc.close(handle) }
        if flock(handle, LOCK_SH | LOCK_NB) == 0 { return nil }
        return owner(handle) ?? "unknown"
    }

    private static func owner(_ handle: Int32) -> String? {
        let digits = withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 32) { bytes in
            let count = pread(handle, bytes.baseAddress, bytes.count, 0)
            return String(decoding: bytes.prefix(max(0, count)).prefix { (48...57).contains($0) }, as: UTF8.self)
        }
        return digits.isEmpty ? nil : digits
    }
}
