internal import FileSystemClient
internal import Glibc
internal import IntegrationCore

/// Where the store's files stand, and how they look before SQLite sees them.
struct DataFolder: Sendable {
    let path: String

    var database: String { path + "/integration.db" }
    var log: String { database + "-wal" }
    var lock: String { path + "/integration.lock" }

    /// Makes the folder (0700) where it is missing.
    func create() throws(IntegrationError) {
        if mkdir(path, 0o700) == 0 { return }
        if errno == ENOENT, let slash = path.lastIndex(of: "/"), slash != path.startIndex {
            try DataFolder(path: String(path[..<slash])).create()
            if mkdir(path, 0o700) == 0 { return }
        }
        guard errno == EEXIST else { throw .file(.storeUnusable, "created", path, errno: errno) }
        var status = stat()
        guard stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR else {
            throw IntegrationError(.storeUnusable, "\(path) is not a folder")
        }
    }

    /// Bytes of a file; nil where there is none.
    func size(_ file: String) -> Int? {
        var status = stat()
        return stat(file, &status) == 0 ? Int(status.st_size) : nil
    }

    /// Who may do what with a file; nil where there is none.
    func mode(_ file: String) -> Int? {
        var status = stat()
        return stat(file, &status) == 0 ? Int(status.st_mode & 0o7777) : nil
    }

    /// Makes the database where there is none: under another name, whole, and then renamed, so that an empty or missing
    /// file beside a log is known to be damage.
    func prepare() throws(IntegrationError) {
        if size(database) == nil, size(log) ?? 0 == 0 { try make() }
    }

    /// Opens the database, or says what is wrong with it.
    ///
    /// - Throws: `storeDamaged`, `storeUnusable`.
    func open(_ mode: Connection.Mode) throws(IntegrationError) -> Connection {
        // While there is a log the file may be shorter than it says; an owner may begin or end one at any moment.
        let hadLog = size(log) ?? 0 > 0
        guard size(database) != nil else {
            guard let log = size(log), log > 0 else {
                throw IntegrationError(.storeUnusable, "\(path) holds no store (\(database) is missing)")
            }
            throw IntegrationError(.storeDamaged, "\(database) is missing, though its log of \(log) bytes is there")
        }
        let connection = try Connection(database, mode)
        let (header, size) = try connection.header()
        guard header.count == 100, header.starts(with: "SQLite format 3\0".utf8) else {
            let what = size == 0 ? "is empty" : size < 100 ? "is cut off" : "begins with other bytes than a store"
            throw IntegrationError(.storeDamaged, "\(database) (\(size) bytes) \(what)")
        }
        // The count of pages (SQLite file format, 1.3.8) is right where it was written together with the change counter.
        func number(_ place: Int) -> Int { header[place..<place + 4].reduce(0) { $0 << 8 | Int($1) } }
        let stored = header[16..<18].reduce(0) { $0 << 8 | Int($1) }
        let pages = number(24) == number(92) ? number(28) : 0
        let expected = pages * (stored == 1 ? 65536 : stored)
        guard size >= expected || hadLog || self.size(log) ?? 0 > 0 else {
            throw IntegrationError(.storeDamaged, "\(database) is cut off: it has \(size) of \(expected) bytes")
        }
        return connection
    }

    private func make() throws(IntegrationError) {
        let fresh = database + ".new"
        for file in [fresh, fresh + "-journal", fresh + "-wal", fresh + "-shm"] where unlink(file) != 0 {
            guard errno == ENOENT else { throw .file(.storeUnusable, "removed", file, errno: errno) }
        }
        // SQLite gives its log the mode of the database.
        let handle = Glibc.open(fresh, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard handle >= 0 else { throw .file(.storeUnusable, "created", fresh, errno: errno) }
        Glibc.close(handle)
        try fill(fresh)
        guard rename(fresh, database) == 0 else { throw .file(.storeUnusable, "renamed", fresh, errno: errno) }
        let folder = Glibc.open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard folder >= 0 else { throw .file(.storeUnusable, "opened", path, errno: errno) }
        defer { Glibc.close(folder) }
        guard fsync(folder) == 0 else { throw .file(.storageFailed, "synced to the disk", path, errno: errno) }
    }

    /// The last connection that closes moves the log into the file and syncs it.
    private func fill(_ file: String) throws(IntegrationError) {
        let connection = try Connection(file, .owner)
        try connection.execute("PRAGMA journal_mode=WAL")
        try Schema.migrate(connection)
        try connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    }
}
