internal import Glibc
internal import IntegrationCore

/// A folder in the storage folder with small files that people may read, each written whole or not at all.
struct KeptFolder: Sendable {
    let path: String
    private let storage: String

    /// - Parameter storage: the storage folder.
    init(_ name: String, in storage: String) {
        self.storage = storage
        path = storage + "/" + name
    }

    /// The names of the files; none where there is no such folder.
    ///
    /// - Throws: `fileUnreadable`.
    func list() throws(IntegrationError) -> [String] {
        guard let directory = opendir(path) else {
            if errno == ENOENT || errno == ENOTDIR { return [] }
            throw Self.failure(.fileUnreadable, path)
        }
        defer { closedir(directory) }
        var names: [String] = []
        while let entry = readdir(directory) {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            if !name.hasPrefix(".") { names.append(name) }
        }
        return names.sorted()
    }

    /// Written whole or not at all, and on the disk when this returns.
    ///
    /// - Returns: the file.
    /// - Throws: `fileUnwritable`.
    func write(_ text: String, to name: String) throws(IntegrationError) -> String {
        let file = path + "/" + name
        for made in [storage, path] where mkdir(made, 0o700) != 0 && errno != EEXIST {
            throw Self.failure(.fileUnwritable, made)
        }
        let temporary = path + "/." + name
        let descriptor = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw Self.failure(.fileUnwritable, temporary) }
        let reason = Channel(descriptor: descriptor).write(text)
        let isSafe = reason == nil && fsync(descriptor) == 0
        close(descriptor)
        guard isSafe, rename(temporary, file) == 0 else {
            let error =
                reason.map { IntegrationError(.fileUnwritable, "\(file): \($0)") }
                ?? Self.failure(.fileUnwritable, file)
            unlink(temporary)
            throw error
        }
        let directory = open(path, O_RDONLY | O_CLOEXEC | O_DIRECTORY)
        guard directory >= 0 else { return file }
        defer { close(directory) }
        guard fsync(directory) == 0 else { throw Self.failure(.fileUnwritable, path) }
        return file
    }

    /// Nothing where there is no such file.
    func remove(_ file: String) throws(IntegrationError) {
        if unlink(file) != 0, errno != ENOENT { throw Self.failure(.fileUnwritable, file) }
    }

    private static func failure(_ code: ErrorCode, _ path: String) -> IntegrationError {
        IntegrationError(code, "\(path): \(String(cString: strerror(errno)))")
    }
}
