internal import Glibc
internal import IntegrationCore

/// The folder that a file stands in.
enum Folder {
    /// Makes the folder of `path` and all above it.
    static func create(above path: String, syncs: Bool) throws(IntegrationError) {
        guard let slash = path.lastIndex(of: "/"), slash != path.startIndex else { return }
        let folder = String(path[..<slash])
        if access(folder, F_OK) == 0 { return }
        try create(above: folder, syncs: syncs)
        if mkdir(folder, 0o755) == 0 {
            if syncs { try sync(above: folder) }
        } else if errno != EEXIST {
            throw .file(.fileUnwritable, "created", folder, errno: errno)
        }
    }

    /// Puts the names in the folder of `path` on the disk.
    static func sync(above path: String) throws(IntegrationError) {
        let folder = path.lastIndex(of: "/").map { String(path[...$0]) } ?? "."
        let handle = Glibc.open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard handle >= 0 else { throw .file(.fileUnwritable, "opened", folder, errno: errno) }
        defer { Glibc.close(handle) }
        guard fsync(handle) == 0 else { throw .file(.fileUnwritable, "synced to the disk", folder, errno: errno) }
    }
}
