internal import Glibc
public import IntegrationCore
public import IntegrationDocument

/// A file that is only appended to. What `append` returned for is on the disk; a batch is whole in it or not at all.
///
/// All calls that arrive while the disk is busy share one `fdatasync`. Several of these, in several processes, may
/// append to one file: each write holds a lock on it (flock(2)). A file that somebody renamed or removed is begun anew
/// under its name.
public actor AppendingFile {
    /// Those who wait for one and the same `fdatasync`.
    private final class SyncRound {
        var isDone = false
        var error: IntegrationError?
        var waiting: [CheckedContinuation<Void, Never>] = []
    }

    private let executor: ThreadExecutor
    let path: String
    let syncs: Bool
    private let rotation: Rotation
    let clock: any TimeSource
    private var descriptor: Int32 = -1
    /// Length of what is whole in the file.
    private var length = 0
    private var opened: Duration = .zero
    /// Who has written since the last sync.
    private var round: SyncRound?
    /// How often `fdatasync` was called.
    public private(set) var syncCount = 0
    /// Bytes of half-written lines that were cut off.
    public private(set) var cutCount = 0

    /// A half-written line larger than this is no line: the file is something else, and nothing of it is cut.
    private static let largestTear = 64 << 20
    /// How long others may hold the lock.
    private static let lockTries = 5000

    public nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    /// - Parameters:
    ///   - syncs: whether a batch counts as accepted only when it is on the disk; otherwise when the system has it.
    public init(
        path: String, syncs: Bool = true, rotation: Rotation = Rotation(), clock: any TimeSource
    ) throws(IntegrationError) {
        executor = try ThreadExecutor()
        self.path = path
        self.syncs = syncs
        self.rotation = rotation
        self.clock = clock
    }

    deinit { if descriptor >= 0 { Glibc.close(descriptor) } }

    /// Opens or creates the file and its folder; a line that a crash left half written at its end is cut off.
    public func open() throws(IntegrationError) {
        try openLocked()
        unlock()
    }

    /// Appends bytes that end with a line feed and returns when they are accepted.
    public func append(_ bytes: ByteBlock) async throws(IntegrationError) {
        guard bytes.count > 0 else { return }
        try place(bytes)
        guard syncs else { return }
        // The first syncs for all who have written by then: it goes to the end of the queue once.
        let mine: SyncRound
        if let round {
            mine = round
            await withCheckedContinuation { mine.waiting.append($0) }
        } else {
            mine = SyncRound()
            round = mine
            await Task.yield()
            finishRound(mine)
        }
        if let error = mine.error { throw error }
    }

    public func close() {
        guard descriptor >= 0 else { return }
        Glibc.close(descriptor)
        descriptor = -1
    }

    /// Syncs for all who have written, and tells them.
    private func finishRound(_ round: SyncRound) {
        guard !round.isDone else { return }
        round.error = syncData()
        round.isDone = true
        self.round = nil
        for waiter in round.waiting { waiter.resume() }
    }

    private func syncData() -> IntegrationError? {
        syncCount += 1
        return fdatasync(descriptor) == 0 ? nil : failed("synced to the disk")
    }

    // MARK: Opening

    private func openLocked() throws(IntegrationError) {
        close()
        try Folder.create(above: path, syncs: syncs)
        // Never blocks, whatever stands at the path.
        descriptor = Glibc.open(path, O_CREAT | O_RDWR | O_APPEND | O_CLOEXEC | O_NONBLOCK | O_NOCTTY, 0o644)
        guard descriptor >= 0 else {
            if errno == EISDIR || errno == ENXIO { throw IntegrationError(.notAFile, "\(path) is not a regular file") }
            throw failed("opened for appending")
        }
        do throws(IntegrationError) {
            var status = stat()
            guard fstat(descriptor, &status) == 0 else { throw failed("examined") }
            guard status.st_mode & S_IFMT == S_IFREG else {
                throw IntegrationError(.notAFile, "\(path) is not a regular file")
            }
            try lock()
            length = 0
            try measure()
            // A file that was here is at least as old as its last change.
            let changed = Duration.seconds(Int64(status.st_mtim.tv_sec))
            opened = clock.now - (length == 0 ? .zero : max(.zero, clock.wallTime - changed))
            if length == 0, syncs { try Folder.sync(above: path) }
        } catch {
            close()
            throw error
        }
    }

    /// Finds out how long the file is, and cuts off a half-written line.
    private func measure() throws(IntegrationError) {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw failed("examined") }
        let size = Int(status.st_size)
        guard size != length else { return }
        length = try endOfLastLine(size)
        guard length < size else { return }
        guard ftruncate(descriptor, off_t(length)) == 0 else { throw failed("cut to its last line") }
        cutCount += size - length
    }

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
            guard size - end <= Self.largestTear else {
                throw IntegrationError(
                    .fileUnwritable, "\(path) is not a file of lines: there is no line feed in its last 64 MiB")
            }
        }
        return 0
    }

    // MARK: Writing

    /// Writes a batch to the file that has the name now.
    private func place(_ bytes: ByteBlock) throws(IntegrationError) {
        try lock()
        defer { unlock() }
        if isRenamed {
            finishRound()
            try openLocked()
        }
        try measure()
        if isRotationDue(adding: bytes.count) { try rotate() }
        try write(bytes)
    }

    private func write(_ bytes: ByteBlock) throws(IntegrationError) {
        var written = 0
        while written < bytes.count {
            let count = Glibc.write(descriptor, bytes.start + written, bytes.count - written)
            if count >= 0 {
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

    /// Keeps other writers away; they hold the lock for a write only.
    private func lock() throws(IntegrationError) {
        guard descriptor >= 0 else {
            // An earlier attempt to begin the file anew failed.
            return try openLocked()
        }
        var tries = 0
        while flock(descriptor, LOCK_EX | LOCK_NB) != 0 {
            // Where the file system has no locks, there is one writer by agreement.
            guard errno == EWOULDBLOCK || errno == EINTR else { return }
            tries += 1
            guard tries < Self.lockTries else {
                throw IntegrationError(
                    .fileUnwritable, "\(path) is locked by another program for more than five seconds")
            }
            usleep(tries < 100 ? 50 : 1000)
        }
    }

    private func unlock() {
        if descriptor >= 0 { flock(descriptor, LOCK_UN) }
    }

    // MARK: Beginning anew

    /// Whether the open file no longer has its name, because somebody renamed or removed it.
    private var isRenamed: Bool {
        var named = stat()
        return stat(path, &named) != 0 || RegularFile.identity(named) != RegularFile.identity(of: descriptor)
    }

    private func isRotationDue(adding count: Int) -> Bool {
        guard length > 0 else { return false }
        let isTooLarge = rotation.size.map { length + count > $0 } ?? false
        let isTooOld = rotation.age.map { clock.now - opened >= $0 } ?? false
        return isTooLarge || isTooOld
    }

    private func rotate() throws(IntegrationError) {
        finishRound()
        if syncs, let error = syncData() { throw error }
        let target = freeName()
        guard rename(path, target) == 0 else { throw failed("renamed to \(target)") }
        try openLocked()
        if syncs { try Folder.sync(above: path) }
    }

    private func finishRound() {
        if let round { finishRound(round) }
    }
}
