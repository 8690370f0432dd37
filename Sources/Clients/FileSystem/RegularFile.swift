internal import Glibc
public import IntegrationCore
public import IntegrationDocument

/// Opens and reads regular files, and refuses whatever else bears a file's name.
public enum RegularFile {
    /// Opens a file for reading. Never blocks, whatever stands at the path.
    static func open(_ path: String) throws(IntegrationError) -> (descriptor: Int32, size: Int, identity: UInt64) {
        let opened = Glibc.open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)
        guard opened >= 0 else {
            // Sockets, and devices without a driver.
            if errno == ENXIO { throw IntegrationError(.notAFile, "\(path) is not a regular file") }
            throw .file(.fileUnreadable, "opened", path, errno: errno)
        }
        var status = stat()
        guard fstat(opened, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            close(opened)
            throw IntegrationError(.notAFile, "\(path) is not a regular file")
        }
        return (opened, Int(status.st_size), identity(status))
    }

    /// Tells a file from every other one that exists beside it.
    static func identity(_ status: stat) -> UInt64 {
        (UInt64(status.st_dev) &* 0x9E37_79B9_7F4A_7C15) ^ (UInt64(status.st_ino) &* 0xC2B2_AE3D_27D4_EB4F)
    }

    static func identity(of descriptor: Int32) -> UInt64 {
        var status = stat()
        return fstat(descriptor, &status) == 0 ? identity(status) : 0
    }

    /// All bytes of a file.
    ///
    /// - Throws: `fileNotFound`, `notAFile`, or `fileUnreadable`, also where it has more than `limit` bytes.
    public static func read(_ path: String, limit: Int = .max) throws(IntegrationError) -> ByteBlock {
        let file = try open(path)
        defer { close(file.descriptor) }
        guard file.size <= limit else {
            throw IntegrationError(.fileUnreadable, "\(path) has \(file.size) bytes, and \(limit) are allowed")
        }
        return try ByteBlock(capacity: file.size) { target throws(IntegrationError) -> Int in
            guard let memory = target.baseAddress else { return 0 }
            var done = 0
            while done < file.size {
                let count = Glibc.read(file.descriptor, memory + done, file.size - done)
                if count == 0 { break }
                if count > 0 {
                    done += count
                } else if errno != EINTR {
                    throw .file(.fileUnreadable, "read", path, errno: errno)
                }
            }
            return done
        }
    }

    /// What tells one version of a file from another; nil where there is none. Follows symbolic links.
    public static func version(_ path: String) -> String? {
        var status = stat()
        guard stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
        return "\(identity(status)):\(status.st_size):\(status.st_mtim.tv_sec).\(status.st_mtim.tv_nsec)"
    }

    /// Whether a path is a pattern: it has a `*` or a `?` in it.
    public static func isPattern(_ path: String) -> Bool {
        path.utf8.contains { $0 == UInt8(ascii: "*") || $0 == UInt8(ascii: "?") }
    }

    /// The regular files that a pattern (`in/*.ndjson`, see glob(7)) matches, in the order of their names.
    ///
    /// - Throws: `fileNotFound` where there is none, `fileUnreadable` where a folder can't be searched.
    public static func matching(_ pattern: String) throws(IntegrationError) -> [String] {
        var found = glob_t()
        defer { globfree(&found) }
        let result = glob(pattern, GLOB_NOSORT | GLOB_ERR, nil, &found)
        let number = errno
        guard result == 0 || result == GLOB_NOMATCH else {
            throw .file(.fileUnreadable, "searched", pattern, errno: result == GLOB_NOSPACE ? ENOMEM : number)
        }
        let names = (0..<Int(found.gl_pathc)).compactMap { found.gl_pathv[$0].map { String(cString: $0) } }
        let files = names.filter { name in
            var status = stat()
            return stat(name, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
        }
        guard !files.isEmpty else { throw IntegrationError(.fileNotFound, "no file matches \(pattern)") }
        return files.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    }
}
