internal import Glibc
public import IntegrationCore
public import IntegrationDocument

/// When a file is closed, renamed and begun anew.
public struct Rotation: Sendable, Hashable {
    /// Begin a new file before one grows beyond this many bytes.
    public var size: Int?
    /// Begin a new file when one is this old.
    public var age: Duration?

    public init(size: Int? = nil, age: Duration? = nil) {
        self.size = size
        self.age = age
    }
}

/// A file that is only appended to. What `append` returned for is on the disk; a batch is whole in it or not at all.
///
/// All calls that arrive while the disk is busy share one `fdatasync`.
public actor AppendingFile {
    private let executor: ThreadExecutor
    private let path: String
    private let syncs: Bool
    private let rotation: Rotation
    private let clock: any TimeSource
    private var descriptor: Int32 = -1
    /// Length of what is whole in the file.
    private var length = 0
    private var opened: Duration = .zero
    /// Somebody is about to sync for all who have written.
    private var isSyncing = false
    private var waiting: [CheckedContinuation<IntegrationError?, Never>] = []

    public nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    /// - Parameters:
    ///   - syncs: whether a batch counts as accepted only when it is on the disk; otherwise when the system has it.
    public init(path: String, syncs: Bool = true, rotation: Rotation = Rotation(), clock: any TimeSource) {
        executor = ThreadExecutor()
        self.path = path
        self.syncs = syncs
        self.rotation = rotation
        self.clock = clock
    }

    /// Opens or creates the file and its folder; a line that a crash left half written at its end is cut off.
    public func open() throws(IntegrationError) {
        if let slash = path.lastIndex(of: "/"), slash != path.startIndex {
            try Self.createFolder(String(path[..<slash]))
        }
        descriptor = Glibc.open(path, O_CREAT | O_RDWR | O_APPEND | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw .file(.fileUnwritable, "opened for appending", path, errno: errno) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw failed("examined") }
        guard status.st_mode & S_IFMT == S_IFREG else {
            throw IntegrationError(.notAFile, "\(path) is not a regular file")
        }
        length = try endOfLastLine(Int(status.st_size))
        if length < Int(status.st_size), ftruncate(descriptor, off_t(length)) != 0 { throw failed("cut to its last line") }
        opened = clock.now
        if length == 0 { try syncFolder() }
    }

    /// Appends bytes that end with a line feed and returns when they are accepted.
    public func append(_ bytes: ByteBlock) async throws(IntegrationError) {
        try rotateIfDue(adding: bytes.count)
        try write(bytes)
        guard syncs else { return }
        // The first syncs for all who have written by then: it goes to the end of the queue once.
        let error: IntegrationError?
        if isSyncing {
            error = await withCheckedContinuation { waiting.append($0) }
        } else {
            isSyncing = true
            await Task.yield()
            error = syncAll()
        }
        if let error { throw error }
    }

    /// Syncs, and tells everyone who waited.
    private func syncAll() -> IntegrationError? {
        let error = fdatasync(descriptor) == 0 ? nil : failed("synced to the disk")
        isSyncing = false
        let released = waiting
        waiting.removeAll()
        for waiter in released { waiter.resume(returning: error) }
        return error
    }

    public func close() {
        guard descriptor >= 0 else { return }
        Glibc.close(descriptor)
        descriptor = -1
    }

    // MARK: Writing

    private func write(_ bytes: ByteBlock) throws(IntegrationError) {
        var written = 0
        while written < bytes.count {
            let count = Glibc.write(descriptor, bytes.start + written, bytes.count - written)
            if count > 0 {
                written += count
            } else if errno != EINTR {
                let error = failed("written")
                // Take back what a full disk left behind, so that no half line stands in the file.
                if written > 0, ftruncate(descriptor, off_t(length)) != 0 { throw failed("cut to its last batch") }
                throw error
            }
        }
        length += bytes.count
    }

    private func failed(_ action: String) -> IntegrationError { .file(.fileUnwritable, action, path, errno: errno) }

    /// Length up to the last line feed.
    private func endOfLastLine(_ size: Int) throws(IntegrationError) -> Int {
        var end = size
        var part = [UInt8](repeating: 0, count: 4096)
        while end > 0 {
            let start = max(0, end - part.count)
            let count = pread(descriptor, &part, end - start, off_t(start))
            guard count == end - start else { throw failed("read back") }
            if let last = part[..<count].lastIndex(of: UInt8(ascii: "\n")) { return start + last + 1 }
            end = start
        }
        return 0
    }

    // MARK: Rotation

    private func rotateIfDue(adding count: Int) throws(IntegrationError) {
        guard length > 0 else { return }
        let tooLarge = rotation.size.map { length + count > $0 } ?? false
        let tooOld = rotation.age.map { clock.now - opened >= $0 } ?? false
        // While somebody waits for a sync of this file it stays.
        guard tooLarge || tooOld, !isSyncing else { return }
        guard !syncs || fdatasync(descriptor) == 0 else { throw failed("synced to the disk") }
        let target = freeName()
        guard rename(path, target) == 0 else { throw failed("renamed to \(target)") }
        close()
        try open()
        try syncFolder()
    }

    /// `orders.ndjson` becomes `orders-20261123T150649Z.ndjson`, with a number where that is taken.
    private func freeName() -> String {
        var seconds = time_t(clock.wallTime.components.seconds)
        var parts = tm()
        gmtime_r(&seconds, &parts)
        var stamp = [CChar](repeating: 0, count: 32)
        strftime(&stamp, stamp.count, "%Y%m%dT%H%M%SZ", &parts)
        let text = String(decoding: stamp.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        let slash = path.lastIndex(of: "/").map { path.index(after: $0) } ?? path.startIndex
        let dot = path[slash...].dropFirst().lastIndex(of: ".") ?? path.endIndex
        var name = "\(path[..<dot])-\(text)\(path[dot...])"
        var number = 1
        while access(name, F_OK) == 0 {
            name = "\(path[..<dot])-\(text)-\(number)\(path[dot...])"
            number += 1
        }
        return name
    }

    // MARK: Folders

    private static func createFolder(_ folder: String) throws(IntegrationError) {
        if access(folder, F_OK) == 0 { return }
        if let slash = folder.lastIndex(of: "/"), slash != folder.startIndex {
            try createFolder(String(folder[..<slash]))
        }
        guard mkdir(folder, 0o755) == 0 || errno == EEXIST else {
            throw .file(.fileUnwritable, "created", folder, errno: errno)
        }
    }

    private func syncFolder() throws(IntegrationError) {
        guard syncs else { return }
        let folder = path.lastIndex(of: "/").map { String(path[...$0]) } ?? "."
        let handle = Glibc.open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard handle >= 0 else { throw .file(.fileUnwritable, "opened", folder, errno: errno) }
        defer { Glibc.close(handle) }
        guard fsync(handle) == 0 else { throw .file(.fileUnwritable, "synced to the disk", folder, errno: errno) }
    }
}
